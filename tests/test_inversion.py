from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import offsets_of
from index.inversion import Inverted, Occurrences, invert, join_postings

TERMS = 5
batches = st.lists(
    st.tuples(
        st.lists(st.lists(st.integers(0, TERMS - 1), max_size=6), min_size=1, max_size=4),
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(0, 3)), max_size=8),
    ),
    max_size=3,
)
Places = list[tuple[int, int, int]]


def occurrences(texts: list[list[int]], places: Places) -> Occurrences:
    rows, fields, numbers = np.array(sorted(places), np.uint32).reshape(-1, 3).T
    return Occurrences(
        np.array([term for text in texts for term in text], np.uint32),
        offsets_of([len(text) for text in texts], np.int64),
        rows.copy(),
        fields.astype(np.uint8),
        (numbers % len(texts)).astype(np.uint32),
    )


def listed(inverted: Inverted) -> list[list[tuple[int, int, int]]]:
    """For each term row, field and count."""
    found: list[list[tuple[int, int, int]]] = []
    for term in range(len(inverted.term_offsets) - 1):
        counts = iter(inverted.posting_counts[slice(*inverted.count_offsets[term : term + 2].tolist())].tolist())
        own = range(*inverted.term_offsets[term : term + 2].tolist())
        found.append(
            [
                (int(inverted.posting_rows[at]), field, next(counts))
                for at in own
                for field in range(7)
                if inverted.posting_fields[at] >> field & 1
            ]
        )
    return found


def expected(texts: list[list[int]], places: Places, first_row: int) -> list[Counter[tuple[int, int]]]:
    found: list[Counter[tuple[int, int]]] = [Counter() for _ in range(TERMS)]
    for row, field, text in places:
        for term in texts[text % len(texts)]:
            found[term][first_row + row, field] += 1
    return found


@given(batches)
def test_postings_of_batches_are_what_stands_in_their_texts(given: list[tuple[list[list[int]], Places]]) -> None:
    numbers, inverted, wanted = np.array([3, 0, 4, 1, 2], np.uint32), [], [Counter[tuple[int, int]]() for _ in range(5)]
    for batch, (texts, places) in enumerate(given):
        own = invert(occurrences(texts, places), TERMS)
        assert listed(own) == [sorted((*at, n) for at, n in each.items()) for each in expected(texts, places, 0)]
        inverted.append((numbers, own._replace(posting_rows=own.posting_rows + np.uint32(4 * batch))))
        for term, counts in enumerate(expected(texts, places, 4 * batch)):
            wanted[numbers[term]] += counts
    joined = join_postings(inverted, TERMS)
    assert listed(joined) == [sorted((*at, n) for at, n in each.items()) for each in wanted]
    assert inverted == []
