"""Compiled loops that cut a text into words, just as jieba cuts it: dictionary, likeliest route, hidden Markov model.

Sums of logarithms are taken in jieba's order and ties go where Python's `max` over its tuples sends them, so that no
text is cut otherwise. Source: jieba 0.42.1, `Tokenizer.cut` and `finalseg`.
"""

import numba
import numpy as np

from index.arrays import Float64, Int64, Number, UInt8, UInt32
from index.cutting_tables import (
    ALNUM,
    BEFORE,
    BEHIND,
    BLOCK,
    FIRST_HAN,
    LATIN,
    LONGEST_PART,
    OPEN,
    OTHER,
    RUNNING,
    USUAL_HAN,
    Tables,
)

_LAST_OF_BLOCK = 0x9FFF
"""The last of Unicode's first block of Chinese characters."""
_BEGIN, _END, _MIDDLE, _SINGLE = range(4)
_NEW_LINE, _CARRIAGE_RETURN, _SHARP, _PERCENT, _PLUS, _POINT = map(ord, "\n\r#%+.")
_ZERO, _NINE, _CAPITAL_A, _CAPITAL_Z, _A, _Z = map(ord, "09AZaz")

_ASCII, _LONGEST_WORD = 128, 32
"""Characters before the first that is not ASCII; no dictionary word has more than these."""

_compiled = numba.njit(cache=True, nogil=True)


@_compiled
def _longer(tables: Tables, number: Number, letter: Number) -> Number:
    """The number of the prefix that is one letter longer; 0 if the dictionary has none."""
    low, high = np.int64(tables.children[number]), np.int64(tables.children[number + 1])
    while low < high:
        middle = (low + high) >> 1
        if tables.letters[middle] == letter:
            return middle
        if tables.letters[middle] < letter:
            low = middle + 1
        else:
            high = middle
    return np.int64(0)


@_compiled
def prefix(tables: Tables, codes: UInt32, start: Number, end: Number) -> Number:
    """The number of a stretch of code points among the prefixes; 0 if nothing begins like that."""
    number = np.int64(tables.starters[codes[start]])
    for at in range(start + 1, end):
        if number == 0:
            break
        number = _longer(tables, number, codes[at])
    return number


@_compiled
def _is_word(tables: Tables, codes: UInt32, start: Number, end: Number) -> bool:
    number = prefix(tables, codes, start, end)
    return bool(number != 0 and tables.weights[number] < np.inf)


@_compiled
def _route(tables: Tables, codes: UInt32, start: Number, end: Number, sums: Float64, following: Int64) -> None:
    """Where, on the likeliest way through a block, the word that begins at a position ends: into `following`.

    `sums` is scratch, one longer than the text. Of ways that are as likely the one with the longer word is taken.
    """
    sums[end] = 0.0
    for at in range(end - 1, start - 1, -1):
        best, best_end = -np.inf, 0
        number, until = np.int64(tables.starters[codes[at]]), at + 1
        while number:
            if tables.weights[number] < np.inf:
                likelihood = tables.weights[number] + sums[until]
                if likelihood >= best:
                    best, best_end = likelihood, until
            if until == end:
                break
            number = _longer(tables, number, codes[until])
            until += 1
        if best_end == 0:
            best, best_end = tables.weights[0] + sums[at + 1], at + 1
        sums[at], following[at] = best, best_end


@_compiled
def _hidden_words(tables: Tables, codes: UInt32, start: Number, end: Number, ends: Int64, count: Number) -> Number:
    """Adds the ends of the words that the hidden Markov model sees in a stretch of usual Chinese characters."""
    length = end - start
    earlier_states = np.empty((length, 4), np.int8)
    odds, next_odds = np.empty(4), np.empty(4)
    for state in range(4):
        odds[state] = tables.transitions[4, state] + tables.emissions[state, codes[start] - FIRST_HAN]
    for at in range(1, length):
        for state in range(4):
            emission = tables.emissions[state, codes[start + at] - FIRST_HAN]
            best, best_state = -np.inf, 0
            for earlier in range(4):
                if tables.transitions[earlier, state] > -np.inf:
                    likelihood = odds[earlier] + tables.transitions[earlier, state] + emission
                    if likelihood >= best:
                        best, best_state = likelihood, earlier
            next_odds[state], earlier_states[at, state] = best, best_state
        odds, next_odds = next_odds, odds
    state = _SINGLE if odds[_SINGLE] >= odds[_END] else _END
    last = count
    for at in range(length - 1, -1, -1):
        if state in (_END, _SINGLE):
            ends[last] = start + at + 1
            last += 1
        state = earlier_states[at, state]
    ends[count:last] = ends[count:last][::-1].copy()
    return last


@_compiled
def _other_runs(tables: Tables, codes: UInt32, start: Number, end: Number, ends: Int64, count: Number) -> Number:
    """Adds the ends of runs where no character is Chinese: letters and digits, with .5 and % behind them; the rest."""
    kinds, at = tables.kinds, start
    while at < end:
        if kinds[codes[at]] & LATIN:
            while at < end and kinds[codes[at]] & LATIN:
                at += 1
            if at + 1 < end and codes[at] == _POINT and _ZERO <= codes[at + 1] <= _NINE:
                at += 2
                while at < end and _ZERO <= codes[at] <= _NINE:
                    at += 1
            if at < end and codes[at] == _PERCENT:
                at += 1
        else:
            while at < end and not kinds[codes[at]] & LATIN:
                at += 1
        ends[count] = at
        count += 1
    return count


@_compiled
def _singles(tables: Tables, codes: UInt32, start: Number, end: Number, ends: Int64, count: Number) -> Number:
    """Adds the ends of the words in a stretch that the likeliest way walks through character by character."""
    if end - start == 1 or _is_word(tables, codes, start, end):
        for at in range(start, end):
            ends[count] = at + 1
            count += 1
        return count
    at = start
    while at < end:
        until, is_usual = at + 1, tables.kinds[codes[at]] & USUAL_HAN
        while until < end and tables.kinds[codes[until]] & USUAL_HAN == is_usual:
            until += 1
        if is_usual:
            count = _hidden_words(tables, codes, at, until, ends, count)
        else:
            count = _other_runs(tables, codes, at, until, ends, count)
        at = until
    return count


@_compiled
def _block(
    tables: Tables, codes: UInt32, start: Number, end: Number, following: Int64, ends: Int64, count: Number
) -> Number:
    """Adds the ends of the words on the likeliest way through a block."""
    at = singles = start
    while at < end:
        until = following[at]
        if until - at > 1:
            count = _singles(tables, codes, singles, at, ends, count) if singles < at else count
            ends[count] = until
            count += 1
            singles = until
        at = until
    return _singles(tables, codes, singles, end, ends, count) if singles < end else count


@_compiled
def _is_run_cut(tables: Tables, codes: UInt32) -> bool:
    """Whether letters or digits stand side by side, or a sign behind a letter."""
    for at in range(1, len(codes)):
        before, after = codes[at - 1], codes[at]
        if tables.kinds[before] & tables.kinds[after] & RUNNING or (_A <= before <= _Z and after in (_PLUS, _SHARP)):
            return True
    return False


@_compiled
def _belongs(tables: Tables, codes: UInt32, start: Number, end: Number) -> bool:
    """Whether a token goes on with the one before it: wi·th, c·+·+, c·#, but not a·+·b."""
    before, after = codes[start - 1], codes[start]
    if after not in (_PLUS, _SHARP):
        return bool(tables.kinds[before] & tables.kinds[after] & OTHER)
    for at in range(start, end):
        if codes[at] not in (_PLUS, _SHARP):
            return False
    if end < len(codes) and tables.kinds[codes[end]] & LATIN:
        return False
    return bool(before in (_PLUS, _SHARP) or _CAPITAL_A <= before <= _CAPITAL_Z or _A <= before <= _Z)


@_compiled
def _join_runs(tables: Tables, codes: UInt32, ends: Int64, count: Number) -> Number:
    """Puts back together what a dictionary entry cut inside a run; returns how many tokens there are then."""
    kept = np.int64(0)
    for i in range(count):
        if kept and _belongs(tables, codes, ends[kept - 1], ends[i]):
            kept -= 1
        ends[kept] = ends[i]
        kept += 1
    return kept


@_compiled
def token_ends(tables: Tables, codes: UInt32) -> Int64:
    """Where each token of a text of code points ends; together they are the text."""
    ends, following = np.empty(len(codes), np.int64), np.empty(len(codes), np.int64)
    sums = np.empty(len(codes) + 1, np.float64)
    count = at = np.int64(0)
    while at < len(codes):
        end = at + 1
        if tables.kinds[codes[at]] & BLOCK:
            while end < len(codes) and tables.kinds[codes[end]] & BLOCK:
                end += 1
            _route(tables, codes, at, end, sums, following)
            count = _block(tables, codes, at, end, following, ends, count)
        else:
            if codes[at] == _CARRIAGE_RETURN and end < len(codes) and codes[end] == _NEW_LINE:
                end += 1
            ends[count] = end
            count += 1
        at = end
    return ends[: _join_runs(tables, codes, ends, count) if _is_run_cut(tables, codes) else count]


@_compiled
def word_bounds(tables: Tables, codes: UInt32) -> Int64:
    """(2, n) where each token with a letter or digit begins and ends."""
    ends = token_ends(tables, codes)
    bounds = np.empty((2, len(ends)), np.int64)
    start = count = 0
    for end in ends:
        for at in range(start, end):
            if tables.kinds[codes[at]] & ALNUM:
                bounds[0, count], bounds[1, count] = start, end
                count += 1
                break
        start = end
    return bounds[:, :count]


@_compiled
def part_bounds(tables: Tables, codes: UInt32, longest: int) -> Int64:
    """(2, n) where shorter words of 2 to `longest` characters inside a text begin and end, by length."""
    bounds = np.empty((2, longest * len(codes)), np.int64)
    return bounds[:, : _add_shorter(tables, codes, 0, len(codes), longest, bounds, 0)]


@_compiled
def _add_shorter(
    tables: Tables, codes: UInt32, start: int, end: int, longest: int, bounds: Number, count: Number
) -> Number:
    """Adds the bounds of shorter dictionary words inside a stretch, by length."""
    for length in range(2, min(longest + 1, end - start)):
        for at in range(start, end - length + 1):
            if _is_word(tables, codes, at, at + length):
                bounds[0, count], bounds[1, count] = at, at + length
                count += 1
    return count


@_compiled
def words_of_texts(tables: Tables, codes: UInt32, offsets: Int64, longest: int) -> tuple[UInt32, Int64]:
    """The words of many texts, each followed by the parts that search mode sees inside it.

    Args:
        codes: all texts one behind the other, `offsets` (texts + 1,) where each begins.
        longest: characters of the longest part that is a dictionary word.
    Returns: (2, n) where each word or part begins and ends among the code points, (texts,) how many each text has.
    """
    bounds, counts = np.empty((2, (longest + 1) * len(codes)), np.uint32), np.empty(len(offsets) - 1, np.int64)
    count = np.int64(0)
    for text in range(len(counts)):
        start, before = offsets[text], count
        for end in offsets[text] + token_ends(tables, codes[offsets[text] : offsets[text + 1]]):
            for at in range(start, end):
                if tables.kinds[codes[at]] & ALNUM:
                    bounds[0, count], bounds[1, count] = start, end
                    parts = count + 1
                    if end - start > 2 and codes[start:end].max() >= _ASCII:
                        count = _add_shorter(tables, codes, start, end, longest, bounds, parts)
                    else:
                        count = parts
                    count = _add_runs(codes, start, end, bounds, parts, count)
                    break
            start = end
        counts[text] = count - before
    return bounds[:, :count].copy(), counts


@_compiled
def _add_runs(codes: UInt32, start: Number, end: Number, bounds: UInt32, parts: Number, count: Number) -> Number:
    """Adds the runs of letters or digits in a token of Chinese characters, letters and digits: c语言 is also c.

    Args:
        parts: where the bounds of the token's parts begin; a run that is one of them is not added again.
    """
    for at in range(start, end):
        if not (_A <= codes[at] <= _Z or _ZERO <= codes[at] <= _NINE or FIRST_HAN <= codes[at] <= _LAST_OF_BLOCK):
            return count
    at = start
    while at < end:
        first, last = (_A, _Z) if codes[at] >= _A else (_ZERO, _NINE)
        until = at
        while until < end and first <= codes[until] <= last:
            until += 1
        if until == at:
            at += 1
            continue
        is_new = until - at < end - start
        for part in range(parts, count):
            is_new &= not np.array_equal(codes[at:until], codes[bounds[0, part] : bounds[1, part]])
        if is_new:
            bounds[0, count], bounds[1, count] = at, until
            count += 1
        at = until
    return count


@_compiled
def _reaches(tables: Tables, codes: UInt32, number: Number, end: Number, kept: Number) -> bool:
    """Whether a prefix that ends at a position is, or begins, a word that does not end at `kept`."""
    while number:
        if tables.weights[number] < np.inf and end != kept:
            return True
        number = _longer(tables, number, codes[end]) if end < len(codes) else np.int64(0)
        end += 1
    return False


@_compiled
def _is_crossed_before(tables: Tables, codes: UInt32, start: Number, end: Number) -> bool:
    """Whether a dictionary word reaches into a stretch and is not 红玫瑰 around 玫瑰."""
    kept = end if end - start <= LONGEST_PART else -1
    for first in range(start - 1, max(start - 1 - _LONGEST_WORD, -1), -1):
        number = prefix(tables, codes, first, start + 1)
        if _reaches(tables, codes, number, start + 1, kept):
            return True
        if number == 0 and not tables.kinds[codes[first]] & (ALNUM | BLOCK):
            break
    return False


@_compiled
def _is_crossed_behind(tables: Tables, codes: UInt32, start: Number, end: Number) -> bool:
    """Whether a dictionary word reaches out of a stretch and is not 玫瑰花 around 玫瑰."""
    at = start + 1 if end - start <= LONGEST_PART else max(start, end - _LONGEST_WORD)
    while at < end and not _reaches(tables, codes, prefix(tables, codes, at, end + 1), end + 1, -1):
        at += 1
    return bool(at < end)


@_compiled
def tokens_at(tables: Tables, codes: UInt32, starts: Int64, ends: Int64, doubts: UInt8) -> Int64:
    """(2, n) start and end of n stretches, which are words, where they surely stand as such; else of the token there.

    A word that surely begins or ends a longer one stands there, too. Only around what is in doubt the text is cut, from
    space or punctuation to the next. `doubts` (n,) are OPEN, BEFORE, BEHIND; 0 where there are none.
    """
    tokens, cut = np.empty((2, len(starts)), np.int64), np.empty(len(codes), np.int64)
    first = last = count = np.int64(0)
    for i in range(len(starts)):
        start, end, doubt = starts[i], ends[i], doubts[i]
        tokens[0, i], tokens[1, i] = start, end
        in_doubt = doubt & OPEN or (doubt & BEFORE and _is_crossed_before(tables, codes, start, end))
        if not (in_doubt or (doubt & BEHIND and _is_crossed_behind(tables, codes, start, end))):
            continue
        if not first <= start < last:
            first, last = start, end
            while first and tables.kinds[codes[first - 1]] & (ALNUM | BLOCK):
                first -= 1
            while last < len(codes) and tables.kinds[codes[last]] & (ALNUM | BLOCK):
                last += 1
            own = token_ends(tables, codes[first:last])
            count = np.int64(len(own))
            cut[:count] = first + own
        at = np.searchsorted(cut[:count], start, side="right")
        tokens[0, i], tokens[1, i] = cut[at - 1] if at else first, cut[at]
    return tokens
