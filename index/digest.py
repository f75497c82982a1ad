"""What the index needs of a batch of resources: counted terms, facts and ready-made answers, as arrays.

Runs in the worker processes of the build; a `Digest` is what they send back.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

import numpy as np

from corpus.resource import LIST_FIELDS, TEXT_FIELDS
from index.analysis import bigram_terms, piece_terms, word_terms
from index.arrays import Float32, Int64, UInt8, UInt16, UInt32, UInt64
from index.base import FACETS
from index.exact import edition_key, exact_keys
from index.folding import fold
from index.segmentation import Segmenter
from index.strings import string_hashes

NEVER: Final = np.iinfo(np.int64).max
"""The end of what has no end."""
LONG_AGO: Final = 1
"""The start of what has only an end; 0 is no date at all."""

_BEIJING = timezone(timedelta(hours=8))
_FACET_FIELDS = {"subject": "subjects"}
_REPEATING = ("creators", "provider", "subjects", "tags")
_MOST_CACHED_TEXTS = 200_000
_FACTS = ("creators", "provider", "description", "tags", "published", "rating", "url", "image")
"""What a reader looks for; the share of it that is known is a resource's completeness."""


class Stored(NamedTuple):
    """A resource as the catalogue keeps it."""

    serial: int
    text_hash: str
    body: str
    """The exchange form as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A batch of n resources; row numbers in it count from 0."""

    ids: Sequence[str]
    serials: Sequence[int]
    text_hashes: UInt64
    """(n,) of the analysed texts."""
    terms: Sequence[str]
    """The batch's own vocabulary."""
    entry_rows: UInt32
    """Counted terms, ordered by row, then term."""
    entry_terms: UInt32
    entry_fields: UInt8
    entry_counts: UInt8
    lengths: UInt16
    """(n, fields) in words."""
    exact_hashes: UInt64
    exact_rows: UInt32
    edition_hashes: UInt64
    """(n,) of what the editions of one work share."""
    facets: Mapping[str, Sequence[Sequence[str]]]
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
    """Digests batches with one segmenter, remembering the terms of texts that return (tags, publishers)."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._known: dict[str, tuple[list[str], int]] = {}

    def digest(self, batch: Sequence[Stored]) -> Digest:
        """The digest of resources as the catalogue keeps them."""
        records = [json.loads(body) for _, _, body in batch]
        vocabulary: dict[str, int] = {}
        lengths = np.zeros((len(records), len(TEXT_FIELDS)), np.uint16)
        numbers: list[int] = []
        runs: list[tuple[int, int, int]] = []
        for row, record in enumerate(records):
            for field, name in enumerate(TEXT_FIELDS):
                for text in field_texts(record, name):
                    terms, words = self._terms(text, name in _REPEATING)
                    numbers.extend([vocabulary.setdefault(term, len(vocabulary)) for term in terms])
                    runs.append((row, field, len(terms)))
                    lengths[row, field] = min(lengths[row, field] + words, 65_535)
        return Digest(terms=list(vocabulary), lengths=lengths, **_count(numbers, runs), **_facts(batch, records))

    def _terms(self, text: str, remember: bool) -> tuple[list[str], int]:
        """All terms of a text, words first, and how many of them are words."""
        known = self._known.get(text)
        if known is None:
            folded = fold(text)
            terms = list(word_terms(self._segmenter.segment(folded)))
            words = len(terms)
            terms.extend(bigram_terms(folded))
            terms.extend(piece_terms(folded))
            known = terms, words
            if remember:
                if len(self._known) >= _MOST_CACHED_TEXTS:
                    self._known.clear()
                self._known[text] = known
        return known


def digest_facts(batch: Sequence[Stored]) -> Digest:
    """The digest of resources without their terms and lengths: for those whose texts are known."""
    records = [json.loads(body) for _, _, body in batch]
    lengths = np.zeros((len(records), len(TEXT_FIELDS)), np.uint16)
    return Digest(terms=(), lengths=lengths, **_count((), ()), **_facts(batch, records))


def field_texts(record: Mapping[str, Any], name: str) -> Sequence[str]:
    """The texts of a field of a resource in exchange form: its items, its only text, or none."""
    value = record.get(name)
    if value is None:
        return ()
    return value if name in LIST_FIELDS else (value,)


def _facts(batch: Sequence[Stored], records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything of a digest that is not terms."""
    exact = [(row, key) for row, record in enumerate(records) for key in exact_keys(record)]
    return {
        "ids": [record["id"] for record in records],
        "serials": [serial for serial, _, _ in batch],
        "text_hashes": np.array([short_hash(text_hash) for _, text_hash, _ in batch], np.uint64),
        "exact_hashes": string_hashes([key for _, key in exact]),
        "exact_rows": np.array([row for row, _ in exact], np.uint32),
        "edition_hashes": string_hashes([edition_key(record) for record in records]),
        "facets": {name: [facet_values(record, name) for record in records] for name in FACETS},
        "blobs": [body.encode() for _, _, body in batch],
        **fact_columns(records),
    }


def _count(numbers: Sequence[int], runs: Sequence[tuple[int, int, int]]) -> dict[str, Any]:
    """Entries (row, term, field, count) from the terms of one field after the other."""
    row, field, length = np.array(runs, np.uint64).reshape(-1, 3).T
    keys = np.repeat(row << np.uint64(40) | field, length.astype(np.int64))
    keys |= np.array(numbers, np.uint64) << np.uint64(3)
    keys, counts = np.unique(keys, return_counts=True)
    return {
        "entry_rows": (keys >> np.uint64(40)).astype(np.uint32),
        "entry_terms": (keys >> np.uint64(3) & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        "entry_fields": (keys & np.uint64(7)).astype(np.uint8),
        "entry_counts": np.minimum(counts, 255).astype(np.uint8),
    }


def facet_values(record: Mapping[str, Any], facet: str) -> Sequence[str]:
    """The values of a facet that a resource in exchange form has."""
    value = record.get(_FACET_FIELDS.get(facet, facet))
    if value is None:
        return ()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return value if isinstance(value, list) else (value,)


def short_hash(text_hash: str) -> int:
    """The first 64 bits of a hash that the catalogue gives in hexadecimal digits."""
    return int(text_hash[:16], 16)


def fact_columns(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What is known of resources in exchange form besides texts and facets, (n,) each, by the names of `Digest`."""
    rows = [
        (
            record.get("status", "active") == "active",
            date_number(record.get("published", "")),
            _first_moment(record),
            last_moment(record) if record["kind"] == "activity" else int(NEVER),
            record.get("rating", np.nan),
            record.get("popularity", np.nan),
            sum(name in record for name in _FACTS) / len(_FACTS),
        )
        for record in records
    ]
    active, published, starts, ends, rating, popularity, completeness = zip(*rows, strict=True) if rows else ((),) * 7
    return {
        "active": np.array(active, np.uint8),
        "published": np.array(published, np.uint32),
        "starts": np.array(starts, np.int64),
        "ends": np.array(ends, np.int64),
        "rating": np.array(rating, np.float32),
        "popularity": np.array(popularity, np.float32),
        "completeness": np.array(completeness, np.float32),
    }


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
