"""What one can ask of search, and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, get_args

PartKind = Literal["word", "synonym", "bigram", "piece", "frame", "phrase", "exact", "prior"]
Step = Literal["", "question", "pinyin", "homophone", "lookalike", "spelling", "relaxed"]
Sort = Literal["relevance", "newest", "rating", "popular", "soonest"]
SORTS: Final = get_args(Sort)
Group = Literal["", "edition"]
GROUPS: Final = get_args(Group)

MOST_TEXT: Final = 500
"""Characters of a query; a longer one is refused at the door."""
MOST_RESULTS: Final = 50
MOST_OFFSET: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Only resources that meet every condition given; values of one field are alternatives."""

    kind: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    district: tuple[str, ...] = ()
    venue: tuple[str, ...] = ()
    free: bool | None = None
    year_from: int | None = None
    """Published in this year or later; unknown years stay out."""
    year_to: int | None = None
    date_from: int | None = None
    """Takes place at or after this moment, in seconds since 1970, if only for a part of its time; of a weekly schedule
    only its days count; what has no date stays out."""
    date_to: int | None = None
    """Takes place before this moment."""

    @property
    def allows_all(self) -> bool:
        """Whether it has no condition."""
        return self is NO_FILTER or self == NO_FILTER


NO_FILTER: Final = Filter()
"""Allows everything."""
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search; the defaults of HTTP, the command line and the evaluation alike."""

    text: str = ""
    """Words, a field query (作者:余华), a phrase in quotes; empty for everything the filter allows."""
    filter: Filter = NO_FILTER
    sort: Sort = "relevance"
    group: Group = ""
    """edition: one hit for all editions of a work, and everything is counted so."""
    limit: int = 10
    """0 to MOST_RESULTS."""
    offset: int = 0
    facets: tuple[str, ...] = ()
    """Names of index.base.FACETS, or year."""
    correct: bool = True
    """False searches for just what was typed: no frame is taken off, nothing is guessed."""
    highlight: bool = True
    explain: bool = False
    at: int | None = None
    """Now, in seconds since 1970; None for the clock's."""


class Segment(NamedTuple):
    """A stretch of an original text, matched or not."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one word, phrase or rule adds to a score; all parts sum to the score."""

    name: str
    kind: PartKind
    score: float


class Hit(NamedTuple):
    """A resource found."""

    row: int
    id: str
    rank: int
    """From 1."""
    score: float
    """Compares within one answer only."""
    matched: tuple[str, ...]
    """The query's words it holds, as folded; a synonym stands as itself."""
    highlights: Mapping[str, Sequence[Segment]]
    """Original texts by field with the matched stretches marked; fields without one are absent."""
    parts: tuple[Part, ...]
    """Where `explain` asks for it."""
    editions: int
    """How many editions of the work match, where they are grouped; else 1."""
    blob: bytes
    """The resource's public fields, a ready-made JSON object."""


class Interpretation(NamedTuple):
    """How a query was understood."""

    normalized: str
    """What was typed, folded."""
    corrected: str = ""
    """What was searched for instead, where that is something else."""
    by: Step = ""
    """The step that led to what was found: a question was read, letters were read as pinyin, a word was taken for one
    that sounds (homophone) or looks alike (lookalike) or differs in a letter (spelling), or words were given up
    (relaxed); empty where everything was found as it was typed."""
    others: tuple[str, ...] = ()
    """What else may have been meant; it was searched for too, with less weight."""
    words: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = _NOTHING
    """Further words that were searched for a word's sake."""
    removed: tuple[str, ...] = ()
    """The words of a question's frame, which need not be found."""
    preferred: Mapping[str, tuple[str, ...]] = _NOTHING
    """What a question names: values of kind, audience, level, format or district that come first."""
    dropped: tuple[str, ...] = ()
    """Words that no resource holds."""
    subjects: tuple[str, ...] = ()
    """Subjects of what was found in the end, where it does not hold all the words: a way on."""
    relaxed: bool = False
    """True where no resource holds as many of the words as a hit should."""
    structured: bool = False
    """True where field names, quotes or AND, OR, NOT were obeyed."""
    notice: str = ""
    """One sentence for the resident, in Chinese; empty where there is nothing to say."""

    @property
    def guessed(self) -> bool:
        """Whether something else was searched for than what was typed."""
        return self.by in ("pinyin", "homophone", "lookalike", "spelling")


class FacetValue(NamedTuple):
    """A value of a facet."""

    value: str
    count: int  # type: ignore[assignment]  # a tuple has a method of that name
    """Hits that have the value, with every filter applied but the facet's own."""


class Result(NamedTuple):
    """An answer to a search."""

    release: str
    """Within one release, pages concatenate to the full ranking."""
    total: int
    interpretation: Interpretation
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    next_offset: int | None
    """None on the last page."""
