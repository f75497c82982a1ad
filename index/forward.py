"""Compiled loops over the forward index, what stands row by row: facet codes and vectors of words.

Every row number is unsigned, as in the kernel.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from index.arrays import Float32, Float64, Int64, Number, RowMask, UInt8, UInt16, UInt32, UInt64

_TOPIC, _PROVIDER, _KIND = np.float32(0.7), np.float32(0.2), np.float32(0.1)
"""What likeness of two rows is made of, summing to 1: cosine of their words, same provider, same kind."""

_compiled = numba.njit(cache=True, nogil=True)


@_compiled
def frequent_codes(rows: UInt32, works: UInt32, offsets: UInt32, codes: UInt32, values: int, found: UInt32) -> int:
    """Fills `found` (2, n) with the codes that most rows have and how many have them; returns their number.

    The most frequent come first, equally frequent ones in their order.

    Args:
        works: (all rows,) what each row is an edition of; a work counts once, its editions being together.
            (0,) where every row counts.
        values: more than any code.
    """
    counts, last = np.zeros(values, np.uint32), np.zeros(values, np.uint32)
    for row in rows:
        group = (works[row] if len(works) else row) + np.uint32(1)
        for i in range(offsets[row], offsets[row + np.uint32(1)]):
            if last[codes[i]] != group:
                last[codes[i]] = group
                counts[codes[i]] += np.uint32(1)
    size, most = 0, found.shape[1]
    for code in range(values):
        count = counts[code]
        if count == 0 or (size == most and count <= found[1, most - 1]):
            continue
        size = min(size + 1, most)
        at = size - 1
        while at > 0 and found[1, at - 1] < count:
            found[0, at], found[1, at] = found[0, at - 1], found[1, at - 1]
            at -= 1
        found[0, at], found[1, at] = code, count
    return size


@_compiled
def latest_years(rows: UInt32, works: UInt32, years: UInt16, found: UInt32) -> int:
    """Fills `found` (2, n) with the latest years, the last first, and how many rows have each; returns their number.

    Args:
        works: as in `frequent_codes`.
        years: (all rows,) 0 where it is not known.
    """
    latest = 0
    for row in rows:
        latest = max(latest, years[row])
    counts, last = np.zeros(latest + 1, np.uint32), np.zeros(latest + 1, np.uint32)
    for row in rows:
        group = (works[row] if len(works) else row) + np.uint32(1)
        if last[years[row]] != group:
            last[years[row]] = group
            counts[years[row]] += np.uint32(1)
    size = 0
    for year in range(latest, 0, -1):
        if counts[year] and size < found.shape[1]:
            found[0, size], found[1, size] = year, counts[year]
            size += 1
    return size


@_compiled
def mark_codes(wanted: UInt8, offsets: UInt32, codes: UInt32, mask: RowMask) -> None:
    """Sets `mask` (rows,) to 0 where a row has none of the wanted codes; `wanted` is (values,) 0 or 1."""
    for row in range(np.uint32(len(mask))):
        found = np.uint8(0)
        for i in range(offsets[row], offsets[row + np.uint32(1)]):
            found |= wanted[codes[i]]
        mask[row] &= found


@_compiled
def _cosine(
    offsets: UInt64,
    terms: UInt32,
    weights: Float32,
    tail_terms: UInt32,
    tail_weights: Float32,
    one: Number,
    other: Number,
) -> Number:
    """The dot product of two rows' vectors, whose terms ascend; what lies beyond `terms` stands in the tail's."""
    a, a_end = offsets[one], offsets[one + np.uint32(1)]
    b, b_end = offsets[other], offsets[other + np.uint32(1)]
    a_terms, a_weights, b_terms, b_weights = terms, weights, terms, weights
    size = np.uint64(len(terms))
    if a >= size:
        a, a_end, a_terms, a_weights = a - size, a_end - size, tail_terms, tail_weights
    if b >= size:
        b, b_end, b_terms, b_weights = b - size, b_end - size, tail_terms, tail_weights
    total: Number = np.float32(0)
    while a < a_end and b < b_end:
        left, right = a_terms[a], b_terms[b]
        if left == right:
            total += a_weights[a] * b_weights[b]
        if left <= right:
            a += np.uint64(1)
        if right <= left:
            b += np.uint64(1)
    return total


@_compiled
def cosines(
    offsets: UInt64,
    terms: UInt32,
    weights: Float32,
    tail_terms: UInt32,
    tail_weights: Float32,
    row: int,
    rows: UInt32,
    out: Float32,
) -> None:
    """Cosine of one row's vector with each of several, into `out` (n,); norms are 1."""
    for i in range(len(rows)):
        out[i] = _cosine(offsets, terms, weights, tail_terms, tail_weights, np.uint32(row), rows[i])


@_compiled
def contributions(
    spans: UInt64,
    posting_rows: UInt32,
    impacts: Float32,
    tail_rows: UInt32,
    tail_impacts: Float32,
    weights: Float32,
    rows: UInt32,
    values: Float32,
    places: UInt64,
) -> None:
    """What each of m terms adds to the score of each of n rows.

    Args:
        spans: (m, parts, 2) where the terms' postings stand in base and tail, as `index.postings.locate` says.
        values: (n, m) filled with weight · impact, 0 where the row lacks the term.
        places: (n, m) filled with the posting that says so, where there is one; those of the tail are numbered on
            behind the base's.
    """
    values[:] = 0
    for i in range(len(rows)):
        for j in range(len(weights)):
            for part in range(spans.shape[1]):
                start, stop = spans[j, part]
                part_rows, part_impacts = (tail_rows, tail_impacts) if part else (posting_rows, impacts)
                at = start + np.uint64(np.searchsorted(part_rows[start:stop], rows[i]))
                if at < stop and part_rows[at] == rows[i]:
                    values[i, j] = weights[j] * part_impacts[at]
                    places[i, j] = at + np.uint64(part) * np.uint64(len(posting_rows))


@_compiled
def held(spans: UInt64, posting_rows: UInt32, tail_rows: UInt32, rows: UInt32) -> NDArray[np.bool_]:
    """(n, m) whether each of n rows has each of m terms; `spans` as in `contributions`."""
    found = np.zeros((len(rows), len(spans)), np.bool_)
    for i in range(len(rows)):
        for j in range(len(spans)):
            for part in range(spans.shape[1]):
                start, stop = spans[j, part]
                part_rows = tail_rows if part else posting_rows
                at = start + np.uint64(np.searchsorted(part_rows[start:stop], rows[i]))
                found[i, j] |= at < stop and part_rows[at] == rows[i]
    return found


@_compiled
def given_words(
    values: Float32,
    places: UInt64,
    terms: UInt32,
    bounds: Int64,
    words: Int64,
    posting_fields: UInt8,
    tail_fields: UInt8,
    scores: Float64,
    counts: Int64,
    given: UInt32,
    fields: UInt8,
) -> int:
    """What each of k owners added to the score of each of n rows, and with which words.

    Args:
        values, places: (n, m) as `contributions` fills them.
        terms: (m,) those of the first owner, then of the next, `bounds` (k + 1,) where the terms of each begin, `words`
            (k,) how many of them, the first ones, are words.
        posting_fields, tail_fields: a bit for each field in which a posting's term stands, of the base and of its tail.
        scores: (n, k) filled with the sum of an owner's values, taken from the largest to the smallest; 0 where no word
            has one.
        counts: (n, k) filled with the number of the words that have a value.
        given, fields: (n · m,) filled with those words, owner after owner of row after row, what added most first, and
            with their bits.
    Returns: how many words there are in all.
    """
    filled = 0
    columns = np.empty(len(terms), np.int64)
    for row in range(len(values)):
        for owner in range(len(words)):
            first, size = bounds[owner], 0
            for column in range(first, bounds[owner + 1]):
                if values[row, column] > 0:
                    at = size
                    while at > 0 and values[row, columns[at - 1]] < values[row, column]:
                        columns[at] = columns[at - 1]
                        at -= 1
                    columns[at] = column
                    size += 1
            total, count = 0.0, 0
            for column in columns[:size]:
                total += values[row, column]
                if column < first + words[owner]:
                    place = places[row, column]
                    late = place >= np.uint64(len(posting_fields))
                    given[filled] = terms[column]
                    fields[filled] = (
                        tail_fields[place - np.uint64(len(posting_fields))] if late else posting_fields[place]
                    )
                    filled += 1
                    count += 1
            scores[row, owner], counts[row, owner] = total if count else 0.0, count
    return filled


@_compiled
def _code(offsets: UInt32, codes: UInt32, row: Number) -> Number:
    """A row's code of a facet with one value; -1 where it has none."""
    return np.int64(codes[offsets[row]]) if offsets[row] < offsets[row + np.uint32(1)] else np.int64(-1)


@_compiled
def choose_varied(
    offsets: UInt64,
    terms: UInt32,
    weights: Float32,
    tail_terms: UInt32,
    tail_weights: Float32,
    provider_offsets: UInt32,
    provider_codes: UInt32,
    kinds: UInt32,
    rows: UInt32,
    relevance: Float32,
    diversity: float,
    left: Int64,
    shown: UInt32,
    chosen: Int64,
) -> int:
    """Chooses by maximal marginal relevance; fills `chosen` (n,) with positions and returns how many.

    Each next candidate has the highest (1 - diversity) · relevance - diversity · likeness to the most alike of those
    before it, the first of equals.

    Args:
        offsets, terms, weights: vectors of words by row, norm 1.
        tail_terms, tail_weights: goes on where `terms` and `weights` end.
        kinds: (rows,) each row's code.
        rows, relevance: (c,) candidates, the most relevant first; 0 to 1.
        left: (kinds,) how many of each kind may still be chosen; counted down.
        shown: rows that count as chosen before.
    """
    before = np.empty(len(shown) + len(chosen), np.uint32)
    before[: len(shown)] = shown
    known, size = len(shown), 0
    likeness, compared = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.int64)
    taken = np.zeros(len(rows), np.bool_)
    gain, loss = np.float32(1 - diversity), np.float32(diversity)
    while size < len(chosen):
        best, most = -1, np.float32(-np.inf)
        for i in range(len(rows)):
            if gain * relevance[i] <= most:
                break
            worth = gain * relevance[i] - loss * likeness[i]
            if worth > most and not taken[i] and left[kinds[rows[i]]] > 0:
                best, most = i, worth
        if best < 0:
            break
        # What was compared with only some of those before it promises too much: it is compared with the rest first.
        if loss > 0 and compared[best] < known:
            row = rows[best]
            provider = _code(provider_offsets, provider_codes, row)
            for other in before[compared[best] : known]:
                alike = _TOPIC * _cosine(offsets, terms, weights, tail_terms, tail_weights, other, row)
                if provider >= 0 and provider == _code(provider_offsets, provider_codes, other):
                    alike += _PROVIDER
                if kinds[row] == kinds[other]:
                    alike += _KIND
                likeness[best] = max(likeness[best], alike)
            compared[best] = known
            continue
        chosen[size] = best
        size += 1
        taken[best] = True
        left[kinds[rows[best]]] -= 1
        before[known] = rows[best]
        known += 1
    return size
