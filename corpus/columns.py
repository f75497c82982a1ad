"""Finds the header of a table and proposes which column means which field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from corpus.cells import names_kind
from corpus.cleaning import clean_line
from corpus.column_names import LABELS, meaning_of
from corpus.errors import InvalidInput
from corpus.resource import FIELDS, LIST_FIELDS
from corpus.table_row import TableRow

HEAD_ROWS: Final = 100
"""Rows in which the header is looked for, and by which columns are judged."""
MOST_NAME: Final = 40
"""Characters of a column's name."""
JOINED: Final = {"description": "\n", "schedule": " ", "venue": " "}
"""Texts that may come from several columns, and what stands between their parts."""

_MOST_SAMPLE: Final = 40
_KIND_LIKE: Final = ("kind", "subjects")
"""Fields of columns that hold kinds in one table and subjects in another: 类别, 分类, 类型."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table and the field it fills."""

    index: int
    """From 0."""
    name: str
    """As the header has it; a column without one is called by its letter: F 列."""
    field: str = ""
    """Empty: not used."""
    kind: str = ""
    """Of resources that have such a column, where it tells."""
    rival: str = ""
    """The column that already fills the field which this one would."""
    sample: str = ""
    """The first value."""


def find_header(rows: Sequence[TableRow], corrections: Mapping[str, str], *, least: int = 1) -> int | None:
    """The place of the header among the first rows of a table, None if there is none.

    It is the row with the most names that are known or corrected, `least` at least; one alone must be a title's.
    """
    found = [_fields_of_names(row.cells, corrections) for row in rows[:HEAD_ROWS]]
    counts = [len(fields) if len(set(fields)) > 1 or (least == 1 and "title" in fields) else 0 for fields in found]
    return counts.index(max(counts)) if any(counts) else None


def _fields_of_names(names: Sequence[str], corrections: Mapping[str, str]) -> list[str]:
    found = []
    for name in map(clean_line, names):
        if name in corrections:
            found.append(corrections[name])
        elif len(name) <= MOST_NAME and (meaning := meaning_of(name)):
            found.append(meaning.field)
    return found


def propose_columns(header: TableRow, rows: Sequence[TableRow], corrections: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns that have a name or anything in them, with their fields.

    Args:
        rows: the first ones below the header.
        corrections: by a column's name its field, empty to leave the column out.
    Raises: InvalidInput if a correction names a column that is not there, or no column is the title.
    """
    columns = [_column(index, header, rows, corrections) for index in range(max(len(r.cells) for r in (header, *rows)))]
    columns = [column for column in columns if column.name in corrections or column.sample or _named(header, column)]
    missing = [name for name in corrections if name not in {column.name for column in columns}]
    names = "、".join(f"“{column.name}”" for column in columns)
    if missing:
        raise InvalidInput(f"表里没有“{missing[0]}”这一列；有{names}。", code="unknown-column")
    columns = _without_rivals(columns, corrections)
    if "title" not in {column.field for column in columns}:
        raise InvalidInput(
            f"看不出哪一列是名称（书名、课程名称）；表里有{names}。请用 --map 列名=title 指出。",
            code="no-title-column",
        )
    return tuple(columns)


def derived_kind(columns: Sequence[Column]) -> str:
    """The kind of resource that the columns make evident, the title's column first; empty if they do not."""
    used = [column for column in columns if column.field]
    if title := next((column.kind for column in used if column.field == "title"), ""):
        return title
    kinds = {column.kind for column in used} - {""}
    return kinds.pop() if len(kinds) == 1 else ""


def _named(header: TableRow, column: Column) -> bool:
    return column.index < len(header.cells) and clean_line(header.cells[column.index]) != ""


def _column(index: int, header: TableRow, rows: Sequence[TableRow], corrections: Mapping[str, str]) -> Column:
    def at(row: TableRow) -> str:
        return clean_line(row.cells[index]) if index < len(row.cells) else ""

    values = [value for row in rows if (value := at(row))]
    named = at(header)[:MOST_NAME]
    earlier = [clean_line(name)[:MOST_NAME] for name in header.cells[:index]]
    name = f"{named}（{_letters(index)} 列）" if named in earlier and named else named or f"{_letters(index)} 列"
    column = Column(index=index, name=name, sample=values[0][:_MOST_SAMPLE] if values else "")
    if name in corrections:
        return replace(column, field=corrections[name])
    meaning = meaning_of(named) if named else None
    if meaning is None:
        return column
    field = meaning.field
    if field in _KIND_LIKE and named not in FIELDS:
        field = "kind" if _hold_kinds(values) else "subjects"
    return replace(column, field=field, kind=meaning.kind)


def _hold_kinds(values: Sequence[str]) -> bool:
    known = sum(map(names_kind, values))
    return 2 * known > len(values)


def _letters(index: int) -> str:
    """A column's letters, as a spreadsheet shows them: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def _without_rivals(columns: Sequence[Column], corrections: Mapping[str, str]) -> list[Column]:
    """Of columns that fill the same field of one value, the corrected one stays, else the first."""
    chosen: dict[str, Column] = {}
    for column in sorted(columns, key=lambda column: column.name not in corrections):
        chosen.setdefault(column.field, column)
    shared = {"", *LIST_FIELDS, *JOINED}
    return [
        column
        if column.field in shared or chosen[column.field] is column
        else replace(column, field="", rival=chosen[column.field].name)
        for column in columns
    ]


def read_correction(text: str) -> tuple[str, str]:
    """A column's name and its field from `列名=字段`; the field is empty, a field's name or what people call it.

    Raises: InvalidInput if there is no such field.
    """
    name, equals, wanted = (part.strip() for part in text.rpartition("="))
    if not equals or not name:
        raise InvalidInput(
            f"“{text}”应写作 列名=字段，例如 班主任=creators；不用这一列时写 列名= 。", code="unknown-field"
        )
    meaning = meaning_of(wanted)
    if wanted and wanted not in FIELDS and meaning is None:
        known = "，".join(f"{field}（{label}）" for field, label in LABELS.items())
        raise InvalidInput(f"没有“{wanted}”这个字段。可用：{known}。", code="unknown-field")
    return clean_line(name), wanted if wanted in FIELDS or not meaning else meaning.field
