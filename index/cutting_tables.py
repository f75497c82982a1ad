"""What decides how a text is cut: the kinds of characters, and the tables that the compiled loops of `cutting` walk."""

from typing import NamedTuple

import numpy as np

from index.arrays import Float64, UInt8, UInt32

BLOCK = np.uint8(1)
"""Kind of a character among which jieba looks for words: a usual Chinese one, a Latin letter, a digit, +#&._%-."""
USUAL_HAN = np.uint8(2)
"""One that the hidden Markov model knows."""
LATIN = np.uint8(4)
"""An ASCII letter or digit."""
ALNUM = np.uint8(8)
OTHER = np.uint8(16)
"""A letter or digit that is no Chinese character."""
RUNNING = np.uint8(32)
"""Two of them side by side may have been cut apart: the others, and 〇."""

BEFORE, BEHIND, OPEN = np.uint8(1), np.uint8(2), np.uint8(4)
"""What is in doubt of a stretch that is a word: whether a dictionary word reaches across a side of it, or more."""
LONGEST_PART = 3
"""Characters of the longest word that search mode sees inside another; runs of letters or digits may be longer."""

FIRST_HAN, LAST_HAN = 0x4E00, 0x9FD5
"""Of the usual characters."""
HIDDEN_STATES = "BEMS"
"""Of the hidden Markov model, ascending: a character begins a word, ends one, is in its middle, is one."""


class Tables(NamedTuple):
    """What decides how a text is cut. P prefixes of words are numbered; 0 is what no word begins with."""

    kinds: UInt8
    """(code points,) what a character is."""
    starters: UInt32
    """(code points,) the prefix that is the character alone."""
    letters: UInt32
    """(P + 1,) the last code point of each prefix."""
    children: UInt32
    """(P + 2,) where the prefixes that are one letter longer than each begin."""
    weights: Float64
    """(P + 1,) logarithm of each word's share, infinite for what only begins one; [0] of an unknown character."""
    emissions: Float64
    """(4, usual Chinese characters) of the hidden Markov model, logarithms."""
    transitions: Float64
    """(5, 4) from state to state, -infinite where there is no way; the last row is of the first state."""
