"""What the index needs of a batch of resources: counted terms, facts and ready-made answers, as arrays.

Runs in the worker processes of the build; a `Digest` is what they send back.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np

from corpus.catalogue import StoredResource
from corpus.resource import LIST_FIELDS, TEXT_FIELDS
from index.arrays import Float32, Int64, UInt8, UInt16, UInt32, UInt64, code_points, offsets_of
from index.base import FACETS
from index.exact import ExactKeys
from index.folding import fold_all
from index.inversion import NO_POSTINGS, Inverted, Occurrences, invert
from index.segmentation import Segmenter
from index.term_numbering import TermNumbers, Terms

NEVER: Final = np.iinfo(np.int64).max
"""The end of what has no end."""
LONG_AGO: Final = 1
"""The start of what has only an end; 0 is no date at all."""

_BEIJING = timezone(timedelta(hours=8))
_FACET_FIELDS = {"subject": "subjects"}
_MOST_DATES = 50_000
"""Remembered; few years have more days on which something came out."""
_FACTS = ("creators", "provider", "description", "tags", "published", "rating", "url", "image")
"""What a reader looks for; the share of it that is known is a resource's completeness."""


Records = Sequence[Mapping[str, Any]]
"""Resources in exchange form."""


class FacetCodes(NamedTuple):
    """The values of a facet that a batch of n resources has."""

    values: Sequence[str]
    """As they first appear."""
    codes: UInt32
    """Those of one resource after the other, by their place in `values`."""
    counts: UInt32
    """(n,) how many each resource has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A batch of n resources; row numbers in it count from 0."""

    ids: Sequence[str]
    serials: Sequence[int]
    text_hashes: UInt64
    """(n,) of the analysed texts."""
    terms: Terms
    """The batch's own vocabulary."""
    postings: Inverted
    """By its own rows and terms."""
    lengths: UInt16
    """(n, fields) in words."""
    exact_hashes: UInt64
    exact_rows: UInt32
    edition_hashes: UInt64
    """(n,) of what the editions of one work share."""
    facets: Mapping[str, FacetCodes]
    blobs: Sequence[bytes]
    active: UInt8
    published: UInt32
    starts: Int64
    ends: Int64
    rating: Float32
    popularity: Float32
    """The count as its source gives it, NaN unknown."""
    completeness: Float32


class Digester:
    """Digests batches with one segmenter."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter

    def digest(self, batch: Sequence[StoredResource]) -> Digest:
        """The digest of resources as the catalogue keeps them."""
        records = _records(batch)
        rows, fields, numbers, texts = _places(records)
        folded = fold_all(texts)
        codes = code_points("".join(folded))
        offsets = offsets_of([len(text) for text in folded], np.int64)
        bounds, words = self._segmenter.segment_all(codes, offsets)
        vocabulary = TermNumbers()
        terms, starts = vocabulary.of_texts(codes, offsets, bounds, words)
        occurrences = Occurrences(terms, starts, rows.astype(np.uint32), fields.astype(np.uint8), numbers)
        cells = len(records), len(TEXT_FIELDS)
        lengths = np.bincount(rows * cells[1] + fields, words[numbers], minlength=cells[0] * cells[1])
        return Digest(
            terms=vocabulary.terms,
            postings=invert(occurrences, vocabulary.size),
            lengths=np.minimum(lengths, 65_535).astype(np.uint16).reshape(cells),
            **_facts(batch, records, dict(zip(texts, folded, strict=True))),
        )


def digest_facts(batch: Sequence[StoredResource]) -> Digest:
    """The digest of resources without their terms and lengths: for those whose texts are known."""
    records = _records(batch)
    return Digest(
        terms=TermNumbers().terms,
        postings=NO_POSTINGS,
        lengths=np.zeros((len(records), len(TEXT_FIELDS)), np.uint16),
        **_facts(batch, records, {}),
    )


def field_texts(record: Mapping[str, Any], name: str) -> Sequence[str]:
    """The texts of a field of a resource in exchange form: its items, its only text, or none."""
    value = record.get(name)
    if value is None:
        return ()
    return value if name in LIST_FIELDS else (value,)


def _records(batch: Sequence[StoredResource]) -> list[dict[str, Any]]:
    """The exchange forms of a batch, read as one JSON text."""
    records: list[dict[str, Any]] = json.loads(f"[{','.join([stored.body for stored in batch])}]")
    return records


def _places(records: Records) -> tuple[Int64, Int64, UInt32, list[str]]:
    """Where texts stand: rows and fields in their order, the text in each by its number; and the texts by number."""
    known: dict[str, int] = {}
    rows, fields, numbers = [], [], list[int]()
    for field, name in enumerate(TEXT_FIELDS):
        texts, counts = _values(records, name)
        numbers += [known.setdefault(text, len(known)) for text in texts]
        rows.append(np.repeat(np.arange(len(records)), counts))
        fields.append(np.full(len(texts), field))
    own_rows, own_fields = np.concatenate(rows), np.concatenate(fields)
    order = np.argsort(own_rows, kind="stable")
    return own_rows[order], own_fields[order], np.array(numbers, np.uint32)[order], [*known]


def _values(records: Records, name: str) -> tuple[list[Any], UInt32]:
    """The values of a field, one resource after the other, and (n,) how many each has."""
    rows = [row for row, record in enumerate(records) if record.get(name) is not None]
    values = [records[row][name] for row in rows]
    counts = np.zeros(len(records), np.uint32)
    counts[rows] = [*map(len, values)] if name in LIST_FIELDS else 1
    return [*chain.from_iterable(values)] if name in LIST_FIELDS else values, counts


def _facts(batch: Sequence[StoredResource], records: Records, folded: Mapping[str, str]) -> dict[str, Any]:
    """Everything of a digest that is not terms."""
    keys = ExactKeys(records, folded)
    exact_hashes, exact_rows = keys.exact()
    return {
        "ids": [record["id"] for record in records],
        "serials": [stored.serial for stored in batch],
        "text_hashes": np.array([short_hash(stored.text_hash) for stored in batch], np.uint64),
        "exact_hashes": exact_hashes,
        "exact_rows": exact_rows,
        "edition_hashes": keys.editions(),
        "facets": {name: _facet_codes(records, name) for name in FACETS},
        "blobs": [stored.body.encode() for stored in batch],
        **fact_columns(records),
    }


def _facet_codes(records: Records, name: str) -> FacetCodes:
    values, counts = _values(records, _FACET_FIELDS.get(name, name))
    known: dict[Any, int] = {}
    codes = np.array([known.setdefault(value, len(known)) for value in values], np.uint32)
    return FacetCodes([_facet_value(value) for value in known], codes, counts)


def facet_values(record: Mapping[str, Any], facet: str) -> Sequence[str]:
    """The values of a facet that a resource in exchange form has."""
    value = record.get(_FACET_FIELDS.get(facet, facet))
    if value is None:
        return ()
    return value if isinstance(value, list) else (_facet_value(value),)


def _facet_value(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def short_hash(text_hash: str) -> int:
    """The first 64 bits of a hash that the catalogue gives in hexadecimal digits."""
    return int(text_hash[:16], 16)


def fact_columns(records: Records) -> dict[str, Any]:
    """What is known of resources in exchange form besides texts and facets, (n,) each, by the names of `Digest`."""
    return {
        "active": np.array([record.get("status", "active") == "active" for record in records], np.uint8),
        "published": np.array([date_number(record.get("published", "")) for record in records], np.uint32),
        "starts": np.array([_first_moment(record) for record in records], np.int64),
        "ends": np.array(
            [last_moment(record) if record["kind"] == "activity" else NEVER for record in records], np.int64
        ),
        "rating": np.array([record.get("rating", np.nan) for record in records], np.float32),
        "popularity": np.array([record.get("popularity", np.nan) for record in records], np.float32),
        "completeness": np.array([sum(map(record.__contains__, _FACTS)) for record in records], np.float32)
        / np.float32(len(_FACTS)),
    }


@lru_cache(maxsize=_MOST_DATES)
def date_number(date: str) -> int:
    """YYYY[-MM[-DD]] as the number YYYYMMDD, unknown parts 0."""
    return int(date.replace("-", "").ljust(8, "0")) if date else 0


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


def _first_moment(record: Mapping[str, Any]) -> int:
    if record.get("starts_at"):
        return _seconds(record["starts_at"])
    return LONG_AGO if record.get("ends_at") else 0


def last_moment(record: Mapping[str, Any]) -> int:
    """When it is past: at `ends_at`, else when the day of `starts_at` is past in 北京时间; NEVER without a date."""
    if record.get("ends_at"):
        return _seconds(record["ends_at"])
    if record.get("starts_at"):
        start = datetime.fromtimestamp(_seconds(record["starts_at"]), UTC).astimezone(_BEIJING)
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return int(midnight.timestamp())
    return int(NEVER)
