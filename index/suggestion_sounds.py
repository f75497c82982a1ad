"""How what is typed sounds: letters spell syllables in full or in short, characters are read aloud.

What is typed comes in pieces: a run of letters, or a single other character. 太ji拳 is 太, ji, 拳; xi'an is xi, an.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from index.pinyin import known_readings_of, readings_of, syllables

_LONGEST_SYLLABLE: Final = 6


class Agreement(NamedTuple):
    """How what is typed agrees with how a suggestion begins."""

    length: int
    """Characters of the suggestion."""
    is_written: bool
    """Every character typed stands there; otherwise some are only read alike."""


def is_letters(piece: str) -> bool:
    """Whether a piece is a run of letters a to z."""
    return piece.isascii() and piece.isalpha()


def sounds(pieces: Sequence[str], at: int) -> Sequence[str]:
    """All that a piece may sound like: the readings of a character, the syllables that letters may stand for.

    Letters before a character may leave their last syllable unfinished: ta极 sounds as taji, taiji, tanji …
    """
    piece = pieces[at]
    if not is_letters(piece):
        return readings_of(piece) or (piece,)
    return (piece, *_finished(piece)) if at + 1 < len(pieces) and not is_letters(pieces[at + 1]) else (piece,)


def first_letters(piece: str) -> Sequence[str]:
    """All that a piece may be in short."""
    if is_letters(piece):
        return (piece,)
    return tuple(dict.fromkeys(reading[0] for reading in readings_of(piece))) or (piece,)


def agreement(
    pieces: Sequence[str], characters: str, reading: Sequence[str], *, done: int = 0, start: int = 0
) -> Agreement | None:
    """Whether a suggestion goes on as the pieces that are left are written or read.

    Args:
        characters: of the suggestion's key.
        reading: a syllable for each of them.
        done: how many pieces have been found in the first `start` characters.
    """
    if done == len(pieces):
        return Agreement(start, True)
    if start >= len(reading):
        return None
    piece = pieces[done]
    if is_letters(piece):
        for end in _ends(pieces, done, reading, start):
            if found := agreement(pieces, characters, reading, done=done + 1, start=end):
                return found
        return None
    is_written = piece == characters[start]
    if not is_written and reading[start] not in known_readings_of(piece):
        return None
    found = agreement(pieces, characters, reading, done=done + 1, start=start + 1)
    return found if is_written or found is None else found._replace(is_written=False)


def _ends(pieces: Sequence[str], at: int, reading: Sequence[str], start: int) -> Iterator[int]:
    """Where the syllables end that letters spell from `start` on, in full and in short."""
    letters = left = pieces[at]
    if letters[0] != reading[start][0]:
        return
    may_break_off = at + 1 == len(pieces) or not is_letters(pieces[at + 1])
    end = start
    while end < len(reading) and len(left) > len(reading[end]) and left.startswith(reading[end]):
        left = left[len(reading[end]) :]
        end += 1
    if end < len(reading) and (reading[end].startswith(left) if may_break_off else reading[end] == left):
        yield end + 1
    end = start + len(letters)
    if end <= len(reading) and all(reading[start + i][0] == letter for i, letter in enumerate(letters)):
        yield end


def _finished(letters: str) -> Iterator[str]:
    """The letters with their last syllable spelled to its end in every way: ta is tai, tan, tang and tao."""
    for start in range(max(0, len(letters) - _LONGEST_SYLLABLE), len(letters)):
        begun = letters[start:]
        yield from (letters[:start] + s for s in syllables() if s.startswith(begun) and s != begun)
