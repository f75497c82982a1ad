"""The kernel against plain numpy on random postings: the same rows, scores and totals."""

import random
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import index.frequent_terms as index_frequent_terms
import index.postings as index_postings
from index.arrays import Float32, UInt32, UInt64, read_only
from index.best_rows import top_rows
from index.forward import contributions
from index.frequent_terms import BLOCK, FrequentTerms, frequent_terms, highest_by_word, highest_impacts, packed
from index.kernel import rank
from index.scaled_sums import ALL_ROWS, add_scaled, promising

ROWS = 40


@dataclass(frozen=True)
class Postings:
    offsets: UInt64
    rows: UInt32
    impacts: Float32
    cut: int = ROWS
    """Rows from here on stand in the tail."""

    def compiled_offsets(self) -> UInt64:
        """Where each term's postings begin in the base, which knows no term behind the last one that stands in it."""
        term = np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets).astype(np.int64))[self.rows < self.cut]
        return np.cumsum([0, *np.bincount(term)]).astype(np.uint64)

    def split(self, apart: int = 1) -> index_postings.Postings:
        """As the kernel takes them, rows so far apart."""
        term = np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets).astype(np.int64))
        late = self.rows >= self.cut
        late_terms, starts = np.unique(term[late], return_index=True)
        rows = self.rows * np.uint32(apart)
        postings = index_postings.Postings(
            offsets=self.compiled_offsets(),
            rows=rows[~late],
            impacts=self.impacts[~late],
            tail_terms=late_terms.astype(np.uint32),
            tail_offsets=np.append(starts, late.sum()).astype(np.uint64),
            tail_rows=rows[late],
            tail_impacts=self.impacts[late],
        )
        return index_postings.Postings(*map(read_only, postings))  # as mapped from a base

    def dense(self) -> Float32:
        """(terms, rows) impacts, 0 where a row lacks the term."""
        dense = np.zeros((len(self.offsets) - 1, ROWS), np.float32)
        for term in range(len(dense)):
            own = slice(int(self.offsets[term]), int(self.offsets[term + 1]))
            dense[term, self.rows[own]] = self.impacts[own]
        return dense


@st.composite
def postings(draw: st.DrawFn) -> Postings:
    lists = draw(st.lists(st.sets(st.integers(0, ROWS - 1)), min_size=1, max_size=8))
    rows = [row for members in lists for row in sorted(members)]
    # eighths add up without rounding, so that ties are ties in any order of addition
    impacts = [draw(st.integers(1, 8)) / 8 for _ in rows]
    offsets = np.cumsum([0, *map(len, lists)])
    cut = draw(st.integers(0, ROWS))
    return Postings(offsets.astype(np.uint64), np.array(rows, np.uint32), np.array(impacts, np.float32), cut)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, object]:
    index = draw(postings())
    known = len(index.offsets) - 1
    terms = draw(st.lists(st.integers(0, known - 1), unique=True, max_size=known))
    counted = draw(st.integers(0, len(terms)))
    groups = draw(st.lists(st.sets(st.integers(0, counted - 1), min_size=1), max_size=4)) if counted else []
    return {
        "index": index,
        "terms": np.array(terms, np.uint32),
        "weights": np.array([draw(st.integers(1, 4)) for _ in terms], np.float32),
        "bits": np.array([1 << i if i < counted else 0 for i in range(len(terms))], np.uint64),
        "instead": np.array([draw(st.integers(0, (1 << min(i, counted)) - 1)) for i in range(len(terms))], np.uint64),
        "groups": [sum(1 << i for i in group) for group in groups],
        "wanted": draw(st.integers(0, len(groups))),
        "exact": np.array(sorted(draw(st.sets(st.integers(0, ROWS - 1), max_size=2))), np.uint32),
        "phrases": np.array(sorted(draw(st.sets(st.integers(0, ROWS - 1), max_size=3))), np.uint32),
        "allowed": np.array(draw(st.lists(st.integers(0, 1), min_size=ROWS, max_size=ROWS)), np.uint8),
        "prior": np.array(draw(st.lists(st.sampled_from([1, 1.5]), min_size=ROWS, max_size=ROWS)), np.float32),
        "serials": np.array(draw(st.permutations(range(ROWS))), np.uint32),
        "n": draw(st.integers(0, ROWS + 2)),
        "head_start": draw(st.sampled_from([0.0, 0.0, 0.5])),
        "apart": draw(st.sampled_from([1, 50, 3 * BLOCK // ROWS])),
        "sparsest": draw(st.sampled_from([1, 64, 10**6])),
    }


def spread(array: np.ndarray, apart: int) -> np.ndarray:
    """An array by row for rows that lie further apart, 0 between them."""
    wide = np.zeros(len(array) * apart, array.dtype)
    wide[::apart] = array
    return wide


def ranked(question: dict, scratch: tuple) -> tuple[list[int], list[float], int, int, int]:
    *found, matched = ranked_and_matched(question, scratch, listed=False)
    assert not len(matched)
    return tuple(found)


def ranked_and_matched(question: dict, scratch: tuple, *, listed: bool = True) -> tuple:
    index, n, apart = question["index"], question["n"], np.uint32(question["apart"])
    scores, rows, marks = np.zeros(n, np.float32), np.zeros(n, np.uint32), np.zeros(n, np.uint64)
    matched = np.zeros(ROWS * apart + 1 if listed else 0, np.uint32)
    split, compiled = index.split(int(apart)), index.cut * int(apart)
    with patch.object(index_frequent_terms, "SPARSEST", question["sparsest"]):
        frequent = frequent_terms(split.offsets, split.rows, compiled)
        by_word = highest_by_word(split.offsets, split.rows, split.impacts, compiled)
    size, total, asked, most = rank(
        question["terms"],
        split,
        read_only(highest_impacts(split.offsets, split.impacts)),
        read_only(by_word),
        FrequentTerms(*map(read_only, frequent)),
        compiled,
        question["weights"],
        question["bits"],
        question["instead"],
        np.array(question["groups"], np.uint64),
        np.array([1 << i for i in range(len(question["groups"]))], np.uint64),
        np.zeros(len(question["groups"]), np.float32),
        0 if question["head_start"] else question["wanted"],
        question["head_start"],
        question["exact"] * apart,
        64.0,
        question["phrases"] * apart,
        np.full(len(question["phrases"]), 2, np.float32),
        2.0,
        spread(question["prior"], apart),
        1.5,
        read_only(spread(question["serials"], apart)),
        packed(spread(question["allowed"], apart)),
        *scratch,
        matched,
        scores,
        rows,
        marks,
    )
    rows //= apart
    return rows[:size].tolist(), scores[:size].tolist(), total, asked, most, matched[:total] // apart


def oracle(question: dict) -> tuple[list[int], list[float], int, int, int]:
    dense = question["index"].dense()[question["terms"]]
    scores = np.zeros(ROWS, np.float32)
    held = np.zeros(ROWS, np.uint64)
    for impacts, weight, bit, instead in zip(
        dense, question["weights"], question["bits"], question["instead"], strict=True
    ):
        scores += impacts * weight * ((held & instead == 0) | (bit == 0))
        held |= (impacts > 0) * bit
    by_word = held > 0
    by_word[question["exact"]] = True
    scores[question["exact"]] += 64
    scores[question["phrases"]] += 2 * by_word[question["phrases"]]
    reached = np.array([sum((mask & group) == group for group in question["groups"]) for mask in held.tolist()])
    reached[question["exact"]] = 64
    allowed = question["allowed"] == 1
    most = int(reached[allowed & by_word].max(initial=0))
    asked = 0 if question["head_start"] else question["wanted"]
    while asked and not (allowed & (reached >= asked)).any():
        asked -= 1
    matching = allowed & ((reached >= asked) if asked else (scores + question["head_start"] > 0))
    scores += np.float32(question["head_start"])
    final = scores * question["prior"]
    order = sorted(np.flatnonzero(matching).tolist(), key=lambda row: (-final[row], question["serials"][row]))
    best = order[: question["n"]]
    return best, [float(final[row]) for row in best], len(order), asked, most


def new_scratch() -> tuple:
    return (np.zeros(4 * BLOCK, np.float32),)


@given(st.lists(questions(), min_size=1, max_size=3))
def test_rank_equals_the_oracle_and_leaves_no_trace(several: list[dict]) -> None:
    scratch = new_scratch()
    for question in several:
        assert ranked(question, scratch) == oracle(question)
        assert not scratch[0].any()


@given(questions())
def test_the_matching_rows_are_listed_whatever_n_is(question: dict) -> None:
    *_, matched = ranked_and_matched(question | {"n": 0}, new_scratch())
    everything, *_ = oracle(question | {"n": ROWS})
    assert sorted(matched.tolist()) == sorted(everything)


@given(st.lists(questions(), min_size=1, max_size=3), st.data())
def test_scaled_sums_equal_the_oracle_and_contributions_make_them_up(several: list[dict], data: st.DataObject) -> None:
    index, allowed = several[0]["index"], several[0]["allowed"]
    if data.draw(st.booleans()):  # as words of a field without weight have it
        index.impacts[:] = 0
    known = len(index.offsets) - 1
    owners = [(q["terms"][q["terms"] < known], q["weights"]) for q in several]
    owners = [(terms, weights[: len(terms)]) for terms, weights in owners]
    words = [data.draw(st.integers(0, len(terms))) for terms, _ in owners]
    heights = [data.draw(st.integers(0, 4)) for _ in owners]
    split = index.split()
    accumulator, scratch = np.zeros(ROWS, np.float32), np.zeros(ROWS, np.float32)
    candidates = np.zeros(ROWS + 1, np.uint32)
    factors = np.zeros(len(owners), np.float32)
    count = add_scaled(
        *split.of(np.concatenate([terms for terms, _ in owners])),
        np.concatenate([weights for _, weights in owners]),
        np.cumsum([0, *(len(terms) for terms, _ in owners)]),
        np.array(words, np.int64),
        np.array(heights, np.float64),
        allowed,
        accumulator,
        scratch,
        np.zeros(ROWS + 1, np.uint32),
        candidates,
        0,
        factors,
    )
    expected = np.zeros(ROWS, np.float32)
    for (terms, weights), first, height, factor in zip(owners, words, heights, factors, strict=True):
        dense = index.dense()[terms] * weights[:, None]
        sums = dense.sum(axis=0) * (dense[:first].sum(axis=0) > 0) * allowed
        best = sums.max(initial=0)
        assert factor == pytest.approx(height / best if best else 0)
        expected += factor * sums
        values, places = np.zeros(dense.T.shape, np.float32), np.zeros(dense.T.shape, np.uint64)
        rows = np.arange(ROWS, dtype=np.uint32)
        contributions(*split.of(terms), weights, rows, values, places)
        assert (values == dense.T).all()
        behind = np.concatenate([split.rows, split.tail_rows])
        assert (behind[places[values > 0]] == np.nonzero(values)[0]).all()
    assert accumulator == pytest.approx(expected, abs=1e-4)
    if count == ALL_ROWS:
        count = promising(accumulator, ROWS, candidates)
    assert sorted(candidates[:count].tolist()) == np.flatnonzero(accumulator).tolist()
    assert not scratch.any()


@given(st.lists(st.integers(0, 8), min_size=ROWS, max_size=ROWS), st.randoms(), st.integers(0, ROWS + 2))
def test_the_top_rows_are_those_of_a_sort(sums: list[int], chance: random.Random, n: int) -> None:
    found = [row for row in range(ROWS) if sums[row]]
    serials = chance.sample(range(ROWS), ROWS)
    expected = sorted(found, key=lambda row: (-sums[row], serials[row]))[:n]
    chance.shuffle(found)
    scores, rows = np.zeros(n, np.float32), np.zeros(n, np.uint32)
    size = top_rows(
        read_only(np.array(serials, np.uint32)), np.array(sums, np.float32), np.array(found, np.uint32), scores, rows
    )
    assert rows[:size].tolist() == expected
    assert scores[:size].tolist() == [sums[row] for row in expected]


@given(st.lists(st.integers(0, 8), min_size=1, max_size=600), st.integers(0, 40))
def test_the_best_rows_are_promising(sums: list[int], n: int) -> None:
    candidates = np.zeros(len(sums) + 1, np.uint32)
    found = candidates[: promising(np.array(sums, np.float32), n, candidates)].tolist()
    best = sorted((score for score in sums if score), reverse=True)[:n]
    assert sorted((sums[row] for row in found), reverse=True)[:n] == best
    assert len(set(found)) == len(found)


@given(postings(), st.sampled_from([1, 3 * BLOCK // ROWS]), st.sampled_from([1, 4, 10**6]))
def test_frequent_terms_say_where_their_postings_stand_and_what_is_highest(
    index: Postings, apart: int, sparsest: int
) -> None:
    rows, terms = index.rows * np.uint32(apart), np.arange(len(index.offsets) - 1)
    df = np.diff(index.offsets).astype(int)
    with patch.object(index_frequent_terms, "SPARSEST", sparsest):
        frequent = frequent_terms(index.offsets, rows, ROWS * apart)
        by_word = highest_by_word(index.offsets, rows, index.impacts, ROWS * apart)
    assert frequent.terms.tolist() == terms[df * sparsest >= ROWS * apart].tolist()
    assert frequent.bits.shape[1] * 64 % BLOCK == 0
    for term, bits, ranks, highest in zip(*frequent, by_word, strict=True):
        own = slice(int(index.offsets[term]), int(index.offsets[term + 1]))
        held = np.zeros(bits.size * 64, np.uint8)
        held[rows[own]] = 1
        assert bits.tolist() == packed(held).tolist()
        assert np.diff(ranks).tolist() == held.reshape(-1, 64).sum(axis=1).tolist()
        impacts = np.zeros(held.size, np.float32)
        impacts[rows[own]] = index.impacts[own]
        assert highest.tolist() == np.ceil(impacts.reshape(-1, 64).max(axis=1) * 255).tolist()
    most = [index.impacts[index.offsets[t] : index.offsets[t + 1]].max(initial=0) for t in terms]
    assert highest_impacts(index.offsets, index.impacts).tolist() == most


@given(st.lists(st.integers(0, 1), max_size=200))
def test_a_packed_mask_has_a_bit_a_row_in_whole_blocks(mask: list[int]) -> None:
    bits = packed(np.array(mask, np.uint8))
    assert len(bits) * 64 == -(-len(mask) // BLOCK) * BLOCK
    assert sum(int(word) << 64 * i for i, word in enumerate(bits.tolist())) == sum(b << i for i, b in enumerate(mask))
