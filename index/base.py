"""The base: one compiled state of the catalogue on disk, immutable and memory-mapped.

A directory of .npy arrays and a manifest. It is written under another name, synced and renamed: a directory
under its own name is whole. Nothing in it is a pickle.
"""

import hashlib
import itertools
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from corpus.durability import sync
from index.arrays import Arrays, Float32, Int64, UInt8, UInt16, UInt32, UInt64
from index.frequent_terms import FrequentTerms
from index.postings import Postings
from index.strings import MISSING, LongerTable, StringTable
from index.tail import NO_TAIL, Tail
from index.whole_directory import damaged, finish_directory, open_array, read_manifest, unfinished_directory

FORMAT: Final = 4
"""Raised when an older base can no longer be read; it is then built anew."""

FACETS: Final = (
    "kind",
    "source",
    "subject",
    "provider",
    "platform",
    "audience",
    "level",
    "format",
    "language",
    "district",
    "venue",
    "free",
)
"""Facets by the name a query uses; their codes stand in the base."""

_AT_ONCE = 1000
"""Rows that are read as one text."""
_WRITERS = 2
"""Threads that write: one hashes while the other waits for the disk."""
_TABLES = ("terms", "ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a base was compiled from, and how large its parts are."""

    format: int
    revision: int
    seq: int
    lexicon: str
    """Hash of the dictionary that cut its texts."""
    numbers: Mapping[str, Any]
    """The ranking numbers that are compiled in: field weights, k1, b, similarity."""
    rows: int
    words: int
    """Terms below this number are words; bigrams and pieces follow."""
    averages: Sequence[float]
    """Mean length of each text field in words, over the rows that have it."""
    pivot: float
    """Mean norm of the rows' vectors of words."""
    facets: Mapping[str, Sequence[str]]
    """The values behind each facet's codes."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return base_name(self.revision, self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The arrays of a base. R rows, T terms of which W are words, P postings."""

    directory: Path
    manifest: Manifest
    terms: StringTable | LongerTable
    ids: StringTable | LongerTable
    term_offsets: UInt64
    """(T + 1,) where each term's postings begin."""
    posting_rows: UInt32
    """(P,) ascending within a term."""
    bm25f: Float32
    """(P,) tf part of BM25F, 0 to 1; idf is multiplied in at query time."""
    highest_bm25f: Float32
    """(T,) the highest of each term."""
    highest_by_word: UInt8
    """(frequent terms, words) the same for every 64 rows, in 255ths rounded up."""
    similarity: Float32
    """(word postings,) tf·idf over the pivoted norm of its document."""
    posting_fields: UInt8
    """(P,) a bit for each text field the term stands in."""
    posting_counts: UInt8
    """One raw count for each bit set, in order."""
    lengths: UInt16
    """(R, fields) in words."""
    row_offsets: UInt64
    """(R + 1,) where each row's vector of words begins."""
    row_terms: UInt32
    row_weights: Float32
    """tf·idf of the row's words, scaled to norm 1."""
    blobs: UInt8
    """Ready-made JSON objects, one behind the other."""
    blob_offsets: UInt64
    serials: UInt32
    """(R,) ascending: rows stand in the order of their serials."""
    active: UInt8
    """(R,) 1 unless hidden."""
    year: UInt16
    """(R,) of publication, 0 unknown."""
    published: UInt32
    """(R,) YYYYMMDD, 0 unknown."""
    starts: Int64
    """(R,) seconds since 1970; 1 long ago, where only the end is known; 0 unknown."""
    ends: Int64
    """(R,) seconds since 1970 when an activity is over; the largest number: never."""
    rating: Float32
    """(R,) 0–10, NaN unknown."""
    popularity: Float32
    """(R,) rank within the same source and kind, 0 to 1; 0 unknown."""
    counted_popularity: Float32
    """(R,) the count as its source gives it, NaN unknown."""
    completeness: Float32
    """(R,) share of the facts a reader looks for that are known."""
    editions: UInt32
    """(R,) the same number for the editions of one work."""
    edition_hashes: UInt64
    """Ascending; the hash behind each number of `editions`."""
    text_hashes: UInt64
    """(R,) of the analysed texts."""
    exact_hashes: UInt64
    """Ascending hashes of folded titles, creators and ISBNs."""
    exact_rows: UInt32
    facet_offsets: Mapping[str, UInt32]
    facet_codes: Mapping[str, UInt32]
    facets: Mapping[str, Sequence[str]]
    """The values behind each facet's codes."""
    frequent: FrequentTerms
    tail: Tail = NO_TAIL
    """What changed since; arrays by row then hold its rows as well."""

    def __len__(self) -> int:
        """How many rows there are, those of the tail included."""
        return len(self.serials)

    @property
    def compiled_rows(self) -> int:
        """How many rows it had when it was compiled; those of its tail follow."""
        return self.manifest.rows

    @property
    def scored(self) -> Postings:
        """The postings with their impacts on a search."""
        tail = self.tail
        return Postings(
            self.term_offsets, self.posting_rows, self.bm25f, tail.terms, tail.offsets, tail.posting_rows, tail.bm25f
        )

    @property
    def alike(self) -> Postings:
        """The postings of words with their impacts on likeness."""
        tail = self.tail
        own = self.term_offsets, self.posting_rows, self.similarity
        return Postings(*own, tail.terms, tail.offsets, tail.posting_rows, tail.similarity)

    @property
    def vectors(self) -> tuple[UInt64, UInt32, Float32, UInt32, Float32]:
        """Where each row's vector begins, and the vectors of base and tail."""
        return self.row_offsets, self.row_terms, self.row_weights, self.tail.row_terms, self.tail.row_weights

    def vector(self, row: int) -> tuple[UInt32, Float32]:
        """The row's words and their weights."""
        start, stop = self.row_offsets[row : row + 2].tolist()
        if start < len(self.row_terms):
            return self.row_terms[start:stop], self.row_weights[start:stop]
        own = slice(start - len(self.row_terms), stop - len(self.row_terms))
        return self.tail.row_terms[own], self.tail.row_weights[own]

    def is_word(self, term: int) -> bool:
        """Whether a term is a word; bigrams and pieces are not."""
        late = term - len(self.term_offsets) + 1
        return self.tail.new_words[late] if late >= 0 else term < self.manifest.words

    def blob(self, row: int) -> bytes:
        """The row's public JSON object."""
        if row >= self.compiled_rows or row in self.tail.changed_blobs:
            return self.tail.changed_blobs.get(row) or self.tail.blobs[row - self.compiled_rows]
        start, stop = self.blob_offsets[row : row + 2].tolist()
        return self.blobs[start:stop].tobytes()

    def blobs_of(self, rows: Sequence[int]) -> list[bytes]:
        """The public JSON objects of some rows."""
        offsets, blobs = self.blob_offsets.data, self.blobs.data
        compiled, changed = self.compiled_rows, self.tail.changed_blobs
        return [
            bytes(blobs[offsets[row] : offsets[row + 1]]) if row < compiled and row not in changed else self.blob(row)
            for row in rows
        ]

    def records(self) -> Iterator[dict[str, Any]]:
        """All rows in exchange form, in their order; many are read as one JSON text."""
        for first in range(0, len(self), _AT_ONCE):
            blobs = self.blobs_of(range(first, min(first + _AT_ONCE, len(self))))
            yield from json.loads(b"[" + b",".join(blobs) + b"]")

    def fields_of(self, term: int, row: int) -> int:
        """A bit for each text field of the row in which the term stands."""
        rows, fields = self.posting_rows, self.posting_fields
        if row >= self.compiled_rows:
            place = int(np.searchsorted(self.tail.terms, term))
            start, stop = self.tail.offsets[place : place + 2].tolist()
            rows, fields = self.tail.posting_rows, self.tail.posting_fields
        else:
            start, stop = self.term_offsets[term : term + 2].tolist()
        at = start + int(np.searchsorted(rows[start:stop], np.uint32(row)))
        return int(fields[at]) if at < stop and rows[at] == row else 0

    def rows_exactly(self, names: Sequence[int]) -> UInt32:
        """The rows with a folded title, creator or ISBN that has one of the hashes, ascending."""
        known, late = self.exact_hashes.data, self.tail.exact
        found = []
        for name in names:
            start = bisect_left(known, name)
            if start < len(known) and known[start] == name:
                found.append(self.exact_rows[start : bisect_right(known, name, start)])
            if late and name in late:
                found.append(np.array([row for row in late[name] if row < len(self)], np.uint32))
        if len(found) == 1:
            return found[0].copy()
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint32)

    def compiled_rows_of(self, serials: UInt32) -> UInt32:
        """The rows that resources had when the base was compiled; what it lacks is left out."""
        known = self.serials[: self.compiled_rows]
        if not len(known):
            return np.empty(0, np.uint32)
        rows = np.minimum(np.searchsorted(known, serials), len(known) - 1)
        there: UInt32 = rows[known[rows] == serials].astype(np.uint32)
        return there

    def rows_of_serials(self, serials: UInt32) -> UInt32:
        """The rows that resources have now, or had last; what was never here is left out."""
        rows = dict(zip(serials.tolist(), itertools.repeat(MISSING)))
        compiled = self.compiled_rows_of(serials)
        late = np.flatnonzero(np.isin(self.serials[self.compiled_rows :], serials)) + self.compiled_rows
        for row in [*compiled.tolist(), *late.tolist()]:
            rows[int(self.serials[row])] = row
        return np.array([row for row in rows.values() if row != MISSING], np.uint32)


def base_name(revision: int, seq: int) -> str:
    """The directory name of what was compiled from a revision and a state of the catalogue."""
    return f"{revision}-{seq}"


class BaseWriter:
    """Writes a base so that after a kill at any moment it is whole or not there.

    Arrays are written and synced in threads as they come, while others are still being made.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._unfinished = unfinished_directory(directory)
        self._threads = ThreadPoolExecutor(_WRITERS)
        self._hashes: dict[str, Future[str]] = {}

    def __enter__(self) -> "BaseWriter":
        return self

    def __exit__(self, *error: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def add(self, arrays: Arrays) -> None:
        """Arrays by the names of their files; nobody may change them any more."""
        for name, array in arrays.items():
            self._hashes[name] = self._threads.submit(self._write, name, array)

    def finish(self, manifest: Manifest) -> None:
        """Waits until everything is written and gives the base its name. Raises: OSError if something could not be."""
        hashes = {name: future.result() for name, future in self._hashes.items()}
        finish_directory(self._unfinished, self._directory, {**asdict(manifest), "hashes": hashes})

    def _write(self, name: str, array: NDArray[Any]) -> str:
        path = self._unfinished / f"{name}.npy"
        np.save(path, array, allow_pickle=False)
        sync(path)
        return _file_hash(path)


def open_base(directory: Path) -> Base:
    """Opens a base; every size is checked, nothing is read.

    Raises: Unavailable if it is missing, of another format, or a part of it is damaged.
    """
    manifest = _read_manifest(directory)
    try:
        arrays = {name: open_array(directory / f"{name}.npy") for name in manifest.hashes}
        tables: dict[str, Any] = {
            t: StringTable(**{f.name: arrays[f"{t}-{f.name}"] for f in fields(StringTable) if f.init}) for t in _TABLES
        }
        plain = {f.name: arrays[f.name] for f in fields(Base) if f.name in arrays}
        return Base(
            directory=directory,
            manifest=manifest,
            facets=manifest.facets,
            facet_offsets={name: arrays[f"facet-{name}-offsets"] for name in FACETS},
            facet_codes={name: arrays[f"facet-{name}-codes"] for name in FACETS},
            frequent=FrequentTerms(*(arrays[f"frequent-{name}"] for name in FrequentTerms._fields)),
            **tables,
            **plain,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(directory, str(error)) from error


def verify_base(directory: Path) -> list[str]:
    """Reads every part and compares its hash; returns the names of damaged ones."""
    manifest = _read_manifest(directory)
    return [name for name, value in manifest.hashes.items() if _file_hash(directory / f"{name}.npy") != value]


def _read_manifest(directory: Path) -> Manifest:
    content = read_manifest(directory, format=FORMAT)
    try:
        return Manifest(**content)
    except TypeError as error:
        raise damaged(directory, "manifest") from error


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
