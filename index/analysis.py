"""Text → terms, the same for documents, queries and interests.

A term is a string in one of three namespaces: a *word* as it stands, a character *bigram* of a Han run behind `b:`,
a *piece* (one Han character, a pair of Latin letters, a whole run of digits) behind `p:`. No word holds a colon.
"""

import re
from collections.abc import Iterator, Sequence

from index.segmentation import Word

BIGRAM = "b:"
PIECE = "p:"

_HAN_RUN = re.compile("[〇一-鿿㐀-䶿\U00020000-\U0003ffff]+")
_OTHER_RUN = re.compile("[a-z]+|[0-9]+")


def is_word(term: str) -> bool:
    """Whether a term is a word; bigrams and pieces are not."""
    return not term.startswith((BIGRAM, PIECE))


def word_terms(words: Sequence[Word]) -> Iterator[str]:
    """The words of a text and the parts inside them, as search mode gives them."""
    for word in words:
        yield word.text
        yield from word.parts


def bigram_terms(folded: str) -> list[str]:
    """养生太极 → b:养生, b:生太, b:太极."""
    return [BIGRAM + run[i : i + 2] for run in _HAN_RUN.findall(folded) for i in range(len(run) - 1)]


def piece_terms(folded: str) -> list[str]:
    """学iphone15 → p:学, p:ip, p:ph, p:ho, p:on, p:ne, p:15."""
    pieces = [PIECE + character for run in _HAN_RUN.findall(folded) for character in run]
    for run in _OTHER_RUN.findall(folded):
        if run.isdigit() or len(run) == 1:
            pieces.append(PIECE + run)
        else:
            pieces += [PIECE + run[i : i + 2] for i in range(len(run) - 1)]
    return pieces
