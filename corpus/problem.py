"""What is wrong with a row that comes in, said to the person who can mend it."""

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with one row."""

    row: int
    """From 1; the line of a JSON Lines file, the row as a spreadsheet shows it; 0 for a resource that comes alone."""
    field: str
    """Empty for the whole row."""
    code: str
    severity: Severity
    """error: the row stays out; warning: it comes in, without the value or with it mended."""
    message: str
    """In Chinese, with its place; of a resource that comes alone only what is wrong."""
    column: str = ""
    """In a table, the column's own name."""


_MESSAGES: Final = {
    "empty-file": "文件是空的",
    "damaged-gzip": "压缩文件在这里断了或已损坏，后面的读不出来",
    "line-too-long": "这一行太长（超过 4 MB），没有读",
    "not-utf8": "不是 UTF-8 文字",
    "broken-json": "不是正确的 JSON（第 {} 个字符附近）",
    "not-an-object": '应是一个 JSON 对象，例如 {{"id": "…", "kind": "course", "title": "…"}}',
    "missing": "缺少这一项",
    "wrong-type": "应是{}",
    "too-long": "太长了，最多 {} 个字",
    "too-many": "最多 {} 项",
    "invalid-id": "编号不能含空格、换行或看不见的字符，也不能以 /similar 结尾",
    "other-id": "编号“{}”与地址里的“{}”不同",
    "duplicate-id": "编号“{}”在第 {} 行已经有了，以前面的为准",
    "wrong-deletion": '要删除的一行应写作 {{"delete": "编号"}}，没有别的内容',
    "foreign-id": "编号“{}”已属于来源“{}”，没有覆盖",
    "unknown-kind": "不认识的类型“{}”，可用 course、book、activity、place、story（课程、图书、活动、场所、故事）",
    "unknown-value": "不认识的值“{}”，可用 {}",
    "wrong-date": "“{}”不是日期，应写作 2026、2026-05 或 2026-05-01",
    "wrong-time": "“{}”不是时间，应写作 2026-05-01 09:00（北京时间）或 2026-05-01T09:00:00+08:00",
    "ends-before": "结束时间早于开始时间",
    "wrong-url": "“{}”不是网址，应以 http:// 或 https:// 开头",
    "wrong-isbn": "“{}”不是正确的 ISBN",
    "out-of-range": "“{}”超出范围，应在 {} 到 {} 之间",
    "invisible": "去掉了看不见的字符",
    "unknown-field": "没有这个字段",
    "unknown-subject": "“{}”不在学科表里",
    "no-rows": "表头下面没有内容",
    "row-too-long": "这一行太长（一格超过十三万字，或一行超过一百万字），没有读",
    "unclosed-quote": "这一行有引号没有配对，没有读",
    "broken-character": "有认不出的字，显示为 �；请检查文件的编码",
    "extra-cells": "比表头多出 {} 格，多出的没有读；文字里有分隔符时，整格要用英文双引号括起来",
    "no-resource": "像是说明而不是一条资源：“{}”，没有导入",
    "duplicate-row": "与第 {} 行是同一条，以前面的为准；如果不是，请加一列“编号”来区分",
    "cut-number": "“{}”是表格软件改成的科学计数，后面的数字已经丢失；请把这一列设成文本格式，重新填写",
    "no-number": "“{}”不是数字，没有采用",
    "no-boolean": "“{}”看不出是否免费，没有采用",
    "no-date": "“{}”看不出年月日，没有采用",
    "no-full-date": "“{}”不是完整的年月日，没有当作日期",
    "no-level": "“{}”不是入门、进阶、高级之一，没有采用",
    "no-format": "“{}”不是线上、线下、纸质、电子之一，没有采用",
}
_WARNINGS: Final = (
    {"invisible", "unknown-field", "unknown-subject", "wrong-isbn", "wrong-url"}
    | {code for code in _MESSAGES if code.startswith("no-") and code != "no-rows"}
    | {"broken-character", "extra-cells", "cut-number"}
)
_MOST_SHOWN: Final = 40


def problem(
    row: int, field: str, code: str, *details: object, severity: Severity | None = None, column: str = ""
) -> Problem:
    """A problem with the message of its code; `details` fill the gaps of the message."""
    said = _MESSAGES[code].format(*(_shown(str(detail)) for detail in details))
    named = _shown(column or field)
    place = f"第 {row} 行" + (f"“{named}”" if named else "")
    return Problem(
        row=row,
        field=_shown(field),
        code=code,
        severity=severity or ("warning" if code in _WARNINGS else "error"),
        message=f"{place}：{said}。" if row else said,
        column=column,
    )


def _shown(text: str) -> str:
    """A text from outside, short and safe to print."""
    shown = "".join(c if c.isprintable() else "�" for c in text[:_MOST_SHOWN])
    return shown + "…" * (len(text) > _MOST_SHOWN)
