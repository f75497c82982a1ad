"""A row as it stands in a table, whatever the kind of file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row of a table, read or not."""

    number: int
    """As a spreadsheet shows it: from 1, titles, header and blank rows counted."""
    cells: tuple[str, ...] = ()
    """Texts as a spreadsheet shows them, numbers without formats; empty cells are empty texts."""
    complaint: str = ""
    """Code of why the row could not be read."""
    share: float = 0.0
    """Of the file read so far, 0–1."""

    @property
    def blank(self) -> bool:
        return not self.complaint and not any(cell.strip() for cell in self.cells)
