"""What pydantic finds wrong, said in Chinese."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing wrong with what was given."""

    pointer: str
    """Where, as a JSON Pointer: /filter/year_from; empty for the whole."""
    message: str

    @property
    def name(self) -> str:
        """The field at fault; empty for the whole."""
        return next((part for part in reversed(self.pointer.split("/")) if part and not part.isdecimal()), "")


def complaints(errors: Sequence[Any]) -> list[Complaint]:
    """The complaints for pydantic's error details, in their order."""
    return [Complaint(pointer=pointer(error["loc"]), message=_message(error)) for error in errors]


def summary(found: Sequence[Complaint]) -> str:
    """The first complaint, and how many more there are."""
    first = found[0]
    said = first.message if not first.name or first.name in first.message else f"{first.name}：{first.message}"
    return said + (f"（另有 {len(found) - 1} 处）" if len(found) > 1 else "") + "。"


def pointer(place: Sequence[str | int]) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + _printable(str(part)).replace("~", "~0").replace("/", "~1") for part in place)


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return f"没有“{_printable(str(error['loc'][-1]))}”这个字段"
    say = _MESSAGES.get(error["type"], "这个值不对")
    return say if isinstance(say, str) else say(error.get("ctx", {}))


def _printable(name: str, most: int = 60) -> str:
    """A name as given, safe to show: names come from outside as well."""
    shown = "".join(c if c.isprintable() else "�" for c in name[:most])
    return shown + "…" * (len(name) > most)


def _alternatives(context: _Context) -> str:
    known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    return f"应是 {'、'.join(known)} 之一"


def _json_place(context: _Context) -> str:
    found = re.search(r"line (\d+) column (\d+)", str(context.get("error", "")))
    return "不是正确的 JSON" + (f"（第 {found[1]} 行第 {found[2]} 列）" if found else "")


def _items(context: _Context) -> str:
    return f"最多 {context['max_length']} 项"


_NO_INTEGER: Final = "应是整数"
_NO_NUMBER: Final = "应是一个数"
_NO_OBJECT: Final = "应是一个 JSON 对象"
_NO_BOOLEAN: Final = "应是 true 或 false"

_MESSAGES: Final[Mapping[str, str | Callable[[_Context], str]]] = {
    "missing": "缺少这一项",
    "value_error": lambda context: str(context["error"]),
    "json_invalid": _json_place,
    "json_type": "应是 JSON 文字",
    "string_type": "应是文字",
    "string_unicode": "含有无法识别的字符",
    "string_too_long": lambda context: f"太长了，最多 {context['max_length']} 个字",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "不能只有空白",
    "literal_error": _alternatives,
    "int_type": _NO_INTEGER,
    "int_parsing": _NO_INTEGER,
    "int_from_float": _NO_INTEGER,
    "int_parsing_size": "这个数太大",
    "float_type": _NO_NUMBER,
    "float_parsing": _NO_NUMBER,
    "finite_number": "应是有限的数",
    "bool_type": _NO_BOOLEAN,
    "bool_parsing": _NO_BOOLEAN,
    "greater_than": lambda context: f"应大于 {context['gt']:g}",
    "greater_than_equal": lambda context: f"应不小于 {context['ge']:g}",
    "less_than": lambda context: f"应小于 {context['lt']:g}",
    "less_than_equal": lambda context: f"应不大于 {context['le']:g}",
    "tuple_type": "应是列表",
    "too_long": _items,
    "too_short": "至少要有一项",
    "dict_type": _NO_OBJECT,
    "model_type": _NO_OBJECT,
    "model_attributes_type": _NO_OBJECT,
    "path_type": "应是一个路径",
}
