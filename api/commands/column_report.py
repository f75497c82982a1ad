"""Shows how a spreadsheet was read: which column filled which field, and how to change that."""

from typing import Final

from rich.table import Table

from api.commands.terminal import notes, say
from corpus.column_names import LABELS
from corpus.columns import Column
from corpus.table_layout import TableLayout

_KINDS: Final = {"course": "课程", "book": "图书", "activity": "活动", "place": "场所", "story": "故事"}
_FORMATS: Final = {"xlsx": "工作簿", "utf-8": "UTF-8 文本", "gb18030": "GB18030 文本", "big5": "Big5 文本"}


def tell_layout(layout: TableLayout) -> None:
    """Tells the operator how a table was read."""
    place = f"工作表“{layout.sheet}”" if layout.sheet else _FORMATS.get(layout.format, "UTF-16 文本")
    kind = f"，没写类型的都是{_KINDS[layout.kind]}" if layout.kind else ""
    say(f"{place}，第 {layout.header_row} 行是表头{kind}。各列这样对应：")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("  列名", "字段", "例"):
        table.add_column(heading, overflow="fold")
    for column in layout.columns:
        table.add_row(f"  {column.name}", _meaning(column), column.sample, style="" if column.field else "dim")
    notes.print(table, soft_wrap=False, markup=False)
    say("要改的话加上 --map 列名=字段，例如 --map 班主任=creators；不要某一列就写 --map 列名= 。")
    if layout.other_sheets:
        names = "、".join(f"“{name}”" for name in layout.other_sheets)
        say(f"工作表{names}没有读；要读请加上 --sheet 工作表名。")


def _meaning(column: Column) -> str:
    if column.field:
        return f"{LABELS[column.field]} {column.field}"
    return f"不用（已有“{column.rival}”）" if column.rival else "不用"
