"""A revision: the words, rules and ranking numbers that curators decide, read from plain CSV and TOML files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from corpus.editorial import Campaign, read_campaigns, read_lists
from corpus.errors import InvalidInput, NotFound
from corpus.frames import Frame, read_frames
from corpus.tables import flatten, parse_toml, place, read_rows, read_table, read_text, toml_line
from corpus.tuning import Tuning, parse_tuning

WORD_BLOCK: Final = re.compile(r"[一-鿕a-zA-Z0-9+#&._%-]+")
"""What a dictionary word may consist of: the characters between which jieba looks for words."""

SHIPPED_REVISION: Final = Path(__file__).parent / "shipped" / "revision-0"
"""The files of revision 0."""

HIGHEST_FREQUENCY: Final = 1_000_000
LONGEST_PHRASE: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of the dictionary beyond jieba's own."""

    text: str
    frequency: int | None = None
    """None: just high enough that the word is not cut apart."""
    tag: str = ""
    """Part of speech as jieba writes it, e.g. n, v, nz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A subject of the controlled list, and the other names under which sources know it."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What curators decided, under one number; never changed afterwards."""

    number: int
    author: str
    note: str
    words: tuple[Word, ...]
    removed_words: tuple[str, ...]
    """Words of jieba's dictionary that this revision does without."""
    stop_words: frozenset[str]
    """Words that say nothing in a query; they act on queries only."""
    synonyms: tuple[tuple[str, ...], ...]
    """Each line: words that mean the same, the preferred one first."""
    frames: tuple[Frame, ...]
    """The words around the matter of a question; they act on queries only."""
    subjects: tuple[Subject, ...]
    phrases: tuple[str, ...]
    """What residents like to look for, to complete what they type; the likelier first."""
    sensitive_words: frozenset[str]
    """What is never inferred of a resident and never named in a reason."""
    lists: Mapping[str, tuple[str, ...]]
    """Editors' lists: ids by the name of the list."""
    campaigns: tuple[Campaign, ...]
    tuning: Tuning
    _subject_names: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = {_key(known): subject.name for subject in self.subjects for known in (subject.name, *subject.aliases)}
        object.__setattr__(self, "_subject_names", names)

    def subject_of(self, text: str) -> str | None:
        """The subject that a name or alias means, in either case of letters; None if the list does not know it."""
        return self._subject_names.get(_key(text))


def shipped_revision() -> Revision:
    """Revision 0, which comes with the project."""
    return read_revision(SHIPPED_REVISION, number=0)


def read_revision(directory: Path, *, number: int) -> Revision:
    """The revision whose files stand in a directory.

    Raises: NotFound if there is no such directory; InvalidInput, with file and line, if a file breaks a rule.
    """
    if not directory.is_dir():
        raise NotFound(f"没有这个修订目录：{directory}")
    author, note = _author_and_note(directory / "revision.toml")
    words = _words(directory / "words.csv")
    return Revision(
        number=number,
        author=author,
        note=note,
        words=words,
        removed_words=_removed_words(directory / "removed_words.csv", words),
        stop_words=frozenset(_single_words(directory / "stop_words.csv").values()),
        synonyms=_synonyms(directory / "synonyms.csv"),
        frames=read_frames(directory / "frames.csv"),
        subjects=_subjects(directory / "subjects.csv"),
        phrases=_phrases(directory / "phrases.csv"),
        sensitive_words=frozenset(_single_words(directory / "sensitive_words.csv").values()),
        lists=read_lists(directory / "lists.csv"),
        campaigns=read_campaigns(directory / "campaigns.csv"),
        tuning=parse_tuning(read_text(directory / "tuning.toml")),
    )


def _key(text: str) -> str:
    return text.strip().casefold()


def _author_and_note(path: Path) -> tuple[str, str]:
    text = read_text(path)
    given = flatten(parse_toml(text, file=path.name))
    for name, value in given.items():
        here = place(path.name, toml_line(text, name))
        if name not in ("author", "note"):
            raise InvalidInput(f"没有“{name}”这一项；可用的是 author、note", place=here)
        if not isinstance(value, str) or not value.strip():
            raise InvalidInput(f"“{name}”应是一段文字", place=here)
    for name in ("author", "note"):
        if name not in given:
            raise InvalidInput(f"缺少“{name}”这一项", place=place(path.name))
    return given["author"], given["note"]


def _words(path: Path) -> tuple[Word, ...]:
    words: dict[str, Word] = {}
    for here, row in read_table(path, columns=("text", "frequency", "tag")):
        text = row["text"]
        if not WORD_BLOCK.fullmatch(text):
            raise InvalidInput(f"“{text}”不能作词：只能用汉字、英文字母、数字和 + # & . _ % -", place=here)
        if _key(text) in words:
            raise InvalidInput(f"“{text}”重复了", place=here)
        words[_key(text)] = Word(text=text, frequency=_frequency(row["frequency"], here), tag=row["tag"])
    return tuple(words.values())


def _frequency(cell: str, here: str) -> int | None:
    if not cell:
        return None
    if not re.fullmatch("[0-9]{1,7}", cell) or not 1 <= int(cell) <= HIGHEST_FREQUENCY:
        raise InvalidInput(f"词频“{cell}”应是 1 到 {HIGHEST_FREQUENCY} 的整数，或者留空", place=here)
    return int(cell)


def _single_words(path: Path) -> dict[str, str]:
    """The words of a file with one column, each by its place."""
    words: dict[str, str] = {}
    known: set[str] = set()
    for here, row in read_table(path, columns=("text",)):
        text = row["text"]
        if " " in text:
            raise InvalidInput(f"“{text}”里有空格，一行只能写一个词", place=here)
        if _key(text) in known:
            raise InvalidInput(f"“{text}”重复了", place=here)
        known.add(_key(text))
        words[here] = text
    return words


def _removed_words(path: Path, words: tuple[Word, ...]) -> tuple[str, ...]:
    added = {_key(word.text) for word in words}
    removed = _single_words(path)
    for here, text in removed.items():
        if _key(text) in added:
            raise InvalidInput(f"“{text}”在 words.csv 里添加了，这里又去掉，请留一处", place=here)
    return tuple(removed.values())


def _synonyms(path: Path) -> tuple[tuple[str, ...], ...]:
    lines = []
    for here, cells in read_rows(path):
        words = tuple(cell for cell in cells if cell)
        if len(words) < 2:
            raise InvalidInput("一行同义词至少要有两个词，用逗号隔开", place=here)
        if len({_key(word) for word in words}) < len(words):
            raise InvalidInput(f"这一行里有重复的词：{'、'.join(words)}", place=here)
        lines.append(words)
    return tuple(lines)


def _subjects(path: Path) -> tuple[Subject, ...]:
    subjects = []
    owners: dict[str, str] = {}
    for here, row in read_table(path, columns=("name", "aliases")):
        aliases = tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip())
        for known in (row["name"], *aliases):
            if _key(known) in owners:
                owner = owners[_key(known)]
                raise InvalidInput(f"“{known}”已经是“{owner}”的名称或别名，不能再写", place=here)
            owners[_key(known)] = row["name"]
        subjects.append(Subject(name=row["name"], aliases=aliases))
    return tuple(subjects)


def _phrases(path: Path) -> tuple[str, ...]:
    phrases: dict[str, str] = {}
    for here, row in read_table(path, columns=("text",)):
        text = row["text"]
        if len(text) > LONGEST_PHRASE:
            raise InvalidInput(f"“{text}”太长了，最多 {LONGEST_PHRASE} 个字", place=here)
        if _key(text) in phrases:
            raise InvalidInput(f"“{text}”重复了", place=here)
        phrases[_key(text)] = text
    return tuple(phrases.values())
