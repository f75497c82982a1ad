"""Rows that are just what was asked for, and rows whose titles hold it side by side."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from index.arrays import Float32, UInt32
from index.exact import query_keys
from index.snapshot import Snapshot
from index.spelling_lookup import LONGEST, letters_of, rows_titled
from index.strings import MISSING, string_hash


class Agreement(NamedTuple):
    """How rows agree with a query as a whole."""

    exact_rows: UInt32
    """Rows whose title, creator or ISBN is the whole query."""
    phrase_rows: UInt32
    """(p,) rows whose title holds all of the query, or a part of it between spaces, side by side."""
    phrase_bonuses: Float32
    """(p,) what that is worth."""
    highest: float = 0.0
    """What all phrases together are worth."""


NO_AGREEMENT: Final = Agreement(
    exact_rows=np.empty(0, np.uint32), phrase_rows=np.empty(0, np.uint32), phrase_bonuses=np.empty(0, np.float32)
)


def agreement(snapshot: Snapshot, folded: str, phrases: Mapping[str, float]) -> Agreement:
    """How the rows of a snapshot agree with a folded query; phrases only once the spellings stand.

    Args:
        phrases: texts with how likely each was meant, 0 to 1; what stands between two spaces of one is a phrase.
    """
    exact, weight = exact_rows(snapshot, folded), snapshot.revision.tuning.phrase_weight
    stores = snapshot.spelling_stores if weight else ()
    if not stores:
        return NO_AGREEMENT._replace(exact_rows=exact)
    rows: list[UInt32] = []
    bonuses: list[Float32] = []
    parts: dict[str, float] = {}
    for text, likelihood in phrases.items():
        for part in text.split():
            parts.setdefault(part, likelihood)
    highest = 0.0
    for phrase, likelihood in parts.items():
        letters = letters_of(phrase)
        value = weight * likelihood * _worth(snapshot, phrase)
        highest += value
        for store in stores if 1 < len(letters) <= LONGEST else ():
            found, worth = rows_titled(store, letters, value)
            if len(found):
                rows.append(found)
                bonuses.append(worth)
    if not rows:
        return Agreement(exact, NO_AGREEMENT.phrase_rows, NO_AGREEMENT.phrase_bonuses, highest)
    return Agreement(exact, _together(rows), _together(bonuses), highest)


def _together(arrays: Sequence[Any]) -> Any:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _worth(snapshot: Snapshot, phrase: str) -> float:
    """The idf of a phrase's words together."""
    words = {word.text for word in snapshot.segmenter.segment(phrase)} - snapshot.revision.stop_words
    numbers, idf = snapshot.base.terms.recall(sorted(words)), snapshot.idf
    return float(sum([idf[number] for number in numbers if number != MISSING]))


def exact_rows(snapshot: Snapshot, folded: str) -> UInt32:
    """The rows whose title, creator or ISBN is a folded text."""
    return snapshot.base.rows_exactly([*map(string_hash, query_keys(folded))])
