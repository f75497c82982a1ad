"""Gives a row without an id one that stays the same when the corrected table is imported again."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from stdnum import isbn as stdnum_isbn

from corpus.cleaning import clean_line

_OWN_NUMBER: Final = re.compile(r"\d{1,9}")
"""An id that is unique in its own table only."""
_MOST_SOURCE: Final = 60
"""Characters of the source's name in an id."""
_EDITION: Final = (
    "subtitle",
    "provider",
    "published",
    "starts_at",
    "ends_at",
    "schedule",
    "venue",
    "address",
    "district",
)
"""What tells two of the same title and people apart: another class of a course, another edition of a book."""


def own_id(id: str, *, source: str) -> str:
    """An id that a table gives; a mere number gets the source's name, since other tables have a 1 as well."""
    return f"{_name(source)}:{id}" if _OWN_NUMBER.fullmatch(id) else id


@dataclass(slots=True, kw_only=True)
class Identifier:
    """Gives ids to the records of a table: by source and ISBN, else by source, kind, title and creators.

    A second record of the same that differs in its edition, time or place gets the id with -2, and so on; one that
    does not is a duplicate.
    """

    source: str
    """Of records that name none."""
    _seen: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """For each id the records that share it, by what tells them apart: their place among them, and their row."""

    def identify(self, record: Mapping[str, Any], row: int) -> tuple[str, int | None]:
        """The id of a record with a kind and a title, and the row of the same record if there was one before."""
        source = str(record.get("source") or self.source)
        isbn = str(record.get("isbn", ""))
        if stdnum_isbn.is_valid(isbn):
            id, different = f"{_name(source)}:{isbn}", _key(record["title"])
        else:
            people = sorted({_key(name) for name in record.get("creators", ())})
            id = f"{_name(source)}:{_digest([source, record['kind'], _key(record['title']), people])}"
            different = _digest([_key(str(record.get(name, ""))) for name in _EDITION])
        same = self._seen.setdefault(id, {})
        place, first = same.setdefault(different, (len(same) + 1, row))
        return id if place == 1 else f"{id}-{place}", None if first == row else first


def _name(source: str) -> str:
    return re.sub(r"\s+", "_", clean_line(source))[:_MOST_SOURCE]


def _key(text: str) -> str:
    """A text without what a correction of its form changes: width, case, white space."""
    return "".join(unicodedata.normalize("NFKC", clean_line(text)).lower().split())


def _digest(parts: Sequence[Any]) -> str:
    return sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()[:16]
