"""Text → terms, the same for documents, queries and interests.

A term is a string in one of three namespaces: a *word* as it stands, a character *bigram* of a Han run behind `b:`,
a *piece* (one Han character, a pair of Latin letters, a whole run of digits) behind `p:`. No word holds a colon.
"""

import re
from collections.abc import Iterator

from index.segmentation import Word

BIGRAM = "b:"
PIECE = "p:"

_HAN_RUN = re.compile("[〇一-鿿㐀-䶿\U00020000-\U0003ffff]+")
_OTHER_RUN = re.compile("[a-z]+|[0-9]+")


def is_word(term: str) -> bool:
    """Whether a term is a word; bigrams and pieces are not."""
    return not term.startswith((BIGRAM, PIECE))


def word_terms(words: list[Word]) -> Iterator[str]:
    """The words of a text and the parts inside them, as search mode gives them."""
    for word in words:
        yield word.text
        yield from word.parts


def bigram_terms(folded: str) -> Iterator[str]:
    """养生太极 → b:养生, b:生太, b:太极."""
    for run in _HAN_RUN.findall(folded):
        for i in range(len(run) - 1):
            yield BIGRAM + run[i : i + 2]


def piece_terms(folded: str) -> Iterator[str]:
    """学iphone15 → p:学, p:ip, p:ph, p:ho, p:on, p:ne, p:15."""
    for run in _HAN_RUN.findall(folded):
        for character in run:
            yield PIECE + character
    for run in _OTHER_RUN.findall(folded):
        if run.isdigit() or len(run) == 1:
            yield PIECE + run
        else:
            for i in range(len(run) - 1):
                yield PIECE + run[i : i + 2]
