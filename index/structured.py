"""The Whoosh index: which resources hold a word or a phrase, and where. It answers structured queries as a set.

Whoosh says who matches; the kernel ranks. A Whoosh document is a distinct text (`index.distinct_texts`).

The directory is written under another name, synced and renamed: under its own name it is whole. Whoosh's files hold
pickles, so they are opened only where our manifest vouches for them.
"""

import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from whoosh.codec.whoosh3 import W3Codec
from whoosh.fields import FieldType, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.formats import Existence
from whoosh.index import EmptyIndexError
from whoosh.reading import IndexReader, TermNotFound

from corpus.errors import InvalidInput
from index.arrays import UInt32
from index.distinct_texts import DistinctTexts, Rows, collect_texts
from index.forking import forked_pool
from index.query import MOST_TEXT
from index.segmentation import Segmenter
from index.structured_matching import PAIRS, WORDS, RowMatcher, listed_pairs, listed_words
from index.structured_syntax import FIELD_NAMES, is_structured, parse, positive_text
from index.whole_directory import damaged, finish_directory, open_array, read_manifest, unfinished_directory

__all__ = ["FIELD_NAMES", "StructuredAnswer", "StructuredIndex", "build_structured_index", "is_structured"]

_FORMAT: Final = 2
"""Raised when an older index can no longer be read; it is then built anew."""

_PART_CHARACTERS = 750_000
"""Characters of a part, which one worker indexes in memory (about 150 MB)."""
_POOL_MEGABYTES = 1024
"""More than a part needs, so that Whoosh sorts its postings in memory."""
_BLOCK = 4096
"""Postings Whoosh reads at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredAnswer:
    """What a structured query matches."""

    serials: UInt32
    """Ascending."""
    beside: Sequence[Rows] = ()
    """The rows of further texts."""
    text: str
    """What was asked for, without names and what is excluded: the words to rank by."""
    notice: str
    """What could not be obeyed, in Chinese; mostly empty."""


class StructuredIndex:
    """Answers structured queries. It never changes, and threads may share it."""

    def __init__(self, texts: DistinctTexts, lists: "_Lists", lexicon: str) -> None:
        self._texts = texts
        self._lists = lists
        self.lexicon = lexicon
        """Hash of the dictionary that cut its texts."""

    @classmethod
    def open(cls, directory: Path) -> "StructuredIndex":
        """Opens an index; every size is checked, nothing is read.

        Raises: Unavailable if it is missing, unfinished, of another format, or a part of it is damaged.
        """
        manifest = read_manifest(directory, format=_FORMAT)
        try:
            arrays = {name: open_array(directory / f"{name}.npy") for name in manifest["arrays"]}
            return cls(DistinctTexts(**arrays), _Lists(directory, manifest["parts"]), manifest["lexicon"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise damaged(directory, str(error)) from error

    def answer(self, text: str, segmenter: Segmenter, *, beside: Sequence[RowMatcher] = ()) -> StructuredAnswer:
        """The resources that match; also those whose title holds the whole query as it stands.

        Args:
            beside: matchers of further texts.
        Raises: InvalidInput if the text is too long.
        """
        if len(text) > MOST_TEXT:
            raise InvalidInput(f"查询太长了，最多 {MOST_TEXT} 个字。", place="q")
        parsed = parse(text)
        if parsed.tree is None:
            return StructuredAnswer(serials=np.empty(0, np.uint32), text="", notice="没有可以查找的词。")
        own = RowMatcher(self._texts, self._lists, segmenter)
        with RowMatcher.together([own, *beside]):
            rows, *others = [matcher.answer(parsed) for matcher in (own, *beside)]
        return StructuredAnswer(
            serials=self._texts.serials[rows],
            beside=others,
            text=positive_text(parsed.tree),
            notice=parsed.notice,
        )


class _Lists:
    """Whoosh's posting lists; the documents of a part are texts numbered on from its first."""

    def __init__(self, directory: Path, first_texts: Sequence[int]) -> None:
        self._directory = directory
        self._first_texts = first_texts
        self._thread = threading.local()
        self._opened: list[IndexReader] = []
        weakref.finalize(self, _close, self._opened)

    lists_pairs = True

    def count(self, namespace: str, term: str) -> int:
        return sum(reader.doc_frequency(namespace, term.encode()) for reader in self._readers)

    def numbers(self, namespace: str, term: str) -> UInt32:
        found = []
        for first, reader in zip(self._first_texts, self._readers, strict=True):
            try:
                matcher = reader.postings(namespace, term.encode())
            except TermNotFound:
                continue
            found.append(np.fromiter(matcher.all_ids(), np.uint32) + np.uint32(first))
        return np.concatenate(found) if found else np.empty(0, np.uint32)

    @property
    def _readers(self) -> Sequence[IndexReader]:
        """This thread's own: Whoosh's readers move a shared position in their files.

        Raises: Unavailable if a newer index has taken the place of this one before they were opened.
        """
        if not hasattr(self._thread, "readers"):
            parts = [_part_directory(self._directory, number) for number in range(len(self._first_texts))]
            try:
                self._thread.readers = [FileStorage(str(part)).open_index().reader() for part in parts]
            except (OSError, EmptyIndexError) as error:
                raise damaged(self._directory, "part") from error
            self._opened += self._thread.readers
        readers: Sequence[IndexReader] = self._thread.readers
        return readers


def _close(readers: Sequence[IndexReader]) -> None:
    for reader in readers:
        reader.close()


def build_structured_index(
    rows: Iterable[tuple[int, Mapping[str, Any]]],
    directory: Path,
    *,
    segmenter: Segmenter,
    progress: Callable[[int], None],
) -> None:
    """Builds the index of (serial, exchange record) pairs, which come in the order of their serials.

    Args:
        progress: called with the number of resources that are done.
    """
    collected = collect_texts(rows)
    unfinished = unfinished_directory(directory)
    for name, array in collected.arrays.items():
        np.save(unfinished / f"{name}.npy", array, allow_pickle=False)
    parts = list(_parts(collected.folded))
    total, done = sum(map(len, collected.folded)), 0
    for characters in _write_parts(unfinished, collected.folded, parts, segmenter):
        done += characters
        progress(len(collected.arrays["serials"]) * done // max(total, 1))
    manifest = {
        "format": _FORMAT,
        "lexicon": segmenter.lexicon,
        "arrays": list(collected.arrays),
        "parts": [part.start for part in parts],
    }
    finish_directory(unfinished, directory, manifest)


def _parts(texts: Sequence[str]) -> Iterator[range]:
    """Consecutive ranges of text numbers with about as many characters each."""
    start = characters = 0
    for number, text in enumerate(texts):
        characters += len(text)
        if characters >= _PART_CHARACTERS or number + 1 == len(texts):
            yield range(start, number + 1)
            start, characters = number + 1, 0


class _Worker:
    """What forked workers find."""

    texts: Sequence[str] = ()
    segmenter: Segmenter


def _write_parts(directory: Path, texts: Sequence[str], parts: Sequence[range], segmenter: Segmenter) -> Iterator[int]:
    """Writes every part, and yields how many characters each had."""
    _Worker.texts, _Worker.segmenter = texts, segmenter
    tasks = [(_part_directory(directory, number), part) for number, part in enumerate(parts)]
    try:
        if len(tasks) < 2:
            yield from (_write_part(*task) for task in tasks)
            return
        with forked_pool(min(os.cpu_count() or 1, len(tasks))) as pool:
            for future in as_completed([pool.submit(_write_part, *task) for task in tasks]):
                yield future.result()
    finally:
        _Worker.texts = ()


def _write_part(directory: Path, part: range) -> int:
    directory.mkdir()
    schema = Schema(**{name: FieldType(format=Existence(), analyzer=None) for name in (WORDS, PAIRS)})
    codec = W3Codec(blocklimit=_BLOCK, compression=0)
    codec.length_stats = False  # else it looks for a column of lengths once for each posting
    # Plain files are mapped; a compound one would be copied into the memory of every thread that reads it.
    options = {"codec": codec, "limitmb": _POOL_MEGABYTES, "compound": False}
    writer = FileStorage(str(directory)).create_index(schema).writer(**options)
    texts = _Worker.texts[part.start : part.stop]
    for text in texts:
        words = listed_words(text, _Worker.segmenter)
        writer.add_document(**{WORDS: sorted(words), PAIRS: sorted(listed_pairs(text))})
    writer.commit()
    return sum(map(len, texts))


def _part_directory(directory: Path, number: int) -> Path:
    return directory / f"part-{number}"
