"""The loops over rows against plain numpy: codes, cosines, and the choice that avoids the alike."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import Float32, UInt32, UInt64
from index.forward import choose_varied, cosines, frequent_codes, latest_years, mark_codes

KINDS, NO_LIMIT = 3, 99


@dataclass(frozen=True)
class Rows:
    offsets: UInt64
    terms: UInt32
    weights: Float32
    kinds: UInt32
    provider_offsets: UInt32
    providers: UInt32
    cut: int = 0
    """Rows from here on have their vectors in the tail."""

    @property
    def vectors(self) -> tuple[UInt64, UInt32, Float32, UInt32, Float32]:
        """As the loops take them."""
        at = int(self.offsets[self.cut])
        return self.offsets, self.terms[:at], self.weights[:at], self.terms[at:], self.weights[at:]

    def dense(self) -> Float32:
        """(rows, terms) weights, 0 where a row lacks the term."""
        dense = np.zeros((len(self.kinds), 10), np.float32)
        for row in range(len(dense)):
            own = slice(int(self.offsets[row]), int(self.offsets[row + 1]))
            dense[row, self.terms[own]] = self.weights[own]
        return dense

    def alike(self, one: int, other: int) -> float:
        """Likeness as it is described, 0 to 1."""
        provider = [self.providers[self.provider_offsets[r] : self.provider_offsets[r + 1]] for r in (one, other)]
        same = len(provider[0]) and provider[0].tolist() == provider[1].tolist()
        dense = self.dense()
        return 0.7 * float(dense[one] @ dense[other]) + 0.2 * bool(same) + 0.1 * (self.kinds[one] == self.kinds[other])


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    vectors = draw(st.lists(st.dictionaries(st.integers(0, 9), st.integers(1, 3)), min_size=1, max_size=12))
    kinds = [draw(st.integers(0, KINDS - 1)) for _ in vectors]
    providers = [draw(st.lists(st.integers(0, 1), max_size=1)) for _ in vectors]
    weights = [
        weight / sum(w * w for w in vector.values()) ** 0.5
        for vector in vectors
        for _, weight in sorted(vector.items())
    ]
    return Rows(
        np.cumsum([0, *map(len, vectors)]).astype(np.uint64),
        np.array([term for vector in vectors for term in sorted(vector)], np.uint32),
        np.array(weights, np.float32),
        np.array(kinds, np.uint32),
        np.cumsum([0, *map(len, providers)]).astype(np.uint32),
        np.array([code for codes in providers for code in codes], np.uint32),
        draw(st.integers(0, len(vectors))),
    )


@given(rows())
def test_cosines_are_dot_products_of_the_rows_vectors(index: Rows) -> None:
    dense, everyone = index.dense(), np.arange(len(index.kinds), dtype=np.uint32)
    out = np.zeros(len(everyone), np.float32)
    for row in everyone:
        cosines(*index.vectors, row, everyone, out)
        assert out == pytest.approx(dense @ dense[row], abs=1e-6)


@given(rows(), st.sampled_from([0.0, 0.2, 0.5, 1.0]), st.integers(0, 12), st.data())
def test_each_next_one_has_the_highest_marginal_relevance(
    index: Rows, diversity: float, n: int, data: st.DataObject
) -> None:
    everyone = data.draw(st.permutations(range(len(index.kinds))))
    shown = everyone[: data.draw(st.integers(0, 2))]
    found = everyone[len(shown) :]
    relevance = sorted((data.draw(st.integers(1, 8)) / 8 for _ in found), reverse=True)
    most = data.draw(st.lists(st.sampled_from([0, 1, NO_LIMIT]), min_size=KINDS, max_size=KINDS))
    left, chosen = np.array(most, np.int64), np.zeros(n, np.int64)
    size = choose_varied(
        *index.vectors,
        index.provider_offsets,
        index.providers,
        index.kinds,
        np.array(found, np.uint32),
        np.array(relevance, np.float32),
        diversity,
        left,
        np.array(shown, np.uint32),
        chosen,
    )
    before, taken = list(shown), chosen[:size].tolist()
    counts = np.bincount(index.kinds[[found[at] for at in taken]], minlength=KINDS)
    assert len(set(taken)) == size
    assert (counts <= most).all()

    def worth(at: int) -> float:
        near = max((index.alike(found[at], row) for row in before), default=0)
        return (1 - diversity) * relevance[at] - diversity * near

    places = dict(enumerate(most))
    for at in taken:
        free = [i for i in range(len(found)) if found[i] not in before and places[int(index.kinds[found[i]])]]
        assert worth(at) == pytest.approx(max(map(worth, free)), abs=1e-5)
        before.append(found[at])
        places[int(index.kinds[found[at]])] -= 1
    still = [i for i in range(len(found)) if found[i] not in before and places[int(index.kinds[found[i]])]]
    assert size == n or not still


@st.composite
def coded(draw: st.DrawFn) -> tuple[list[list[int]], list[int], list[int]]:
    """The codes, the work and the year of each row."""
    n = draw(st.integers(1, 12))
    codes = draw(st.lists(st.lists(st.integers(0, 5), max_size=3), min_size=n, max_size=n))
    works = draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    return codes, works, draw(st.lists(st.sampled_from([0, 1, 1999, 2000, 2026]), min_size=n, max_size=n))


def most_frequent(pairs: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Codes with the number of groups that have them, from pairs of code and group."""
    codes = [code for code, _ in pairs]
    return sorted({(code, codes.count(code)) for code in codes}, key=lambda each: (-each[1], each[0]))


@given(coded(), st.data(), st.integers(1, 4))
def test_codes_and_years_are_counted_as_by_hand(
    given: tuple[list[list[int]], list[int], list[int]], data: st.DataObject, most: int
) -> None:
    codes, works, years = given
    offsets = np.cumsum([0, *map(len, codes)]).astype(np.uint32)
    flat = np.array([code for own in codes for code in own], np.uint32)
    chosen = data.draw(st.lists(st.sampled_from(range(len(codes))), unique=True))
    for groups, rows in ((range(len(codes)), chosen), (works, sorted(chosen, key=lambda row: works[row]))):
        own = np.array([] if groups is not works else works, np.uint32)
        found = np.empty((2, most), np.uint32)
        size = frequent_codes(np.array(rows, np.uint32), own, offsets, flat, 6, found)
        pairs = {(code, groups[row]) for row in rows for code in codes[row]}
        assert found[:, :size].T.tolist() == [[*each] for each in most_frequent(pairs)[:most]]
        size = latest_years(np.array(rows, np.uint32), own, np.array(years, np.uint16), found)
        dated = {(years[row], groups[row]) for row in rows if years[row]}
        expected = sorted(most_frequent(dated), reverse=True)[:most]
        assert found[:, :size].T.tolist() == [[*each] for each in expected]


def test_rows_are_filtered_by_their_codes() -> None:
    offsets, codes = np.array([0, 2, 2, 3], np.uint32), np.array([0, 1, 1], np.uint32)
    mask = np.ones(3, np.uint8)
    mark_codes(np.array([1, 0], np.uint8), offsets, codes, mask)
    assert mask.tolist() == [1, 0, 0]
