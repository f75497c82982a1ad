"""What answers look like, for the OpenAPI document; the answers themselves are written by rendering."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from corpus.resource import Format, Kind, Level
from index.query import PartKind, Step
from index.suggestion_keys import SuggestionKind
from recommender.request import Degraded, ReasonCode, Source

_DOCUMENTED = ConfigDict(use_attribute_docstrings=True)


class PublicResource(BaseModel):
    """A learning resource; what is not known is left out."""

    model_config = _DOCUMENTED

    id: str
    kind: Kind
    title: str
    source: str = ""
    """Where it came from."""
    subtitle: str = ""
    creators: list[str] = []
    """Authors, teachers, lecturers."""
    provider: str = ""
    """School, publisher or organiser."""
    platform: str = ""
    series: str = ""
    subjects: list[str] = []
    """Names of the controlled list."""
    tags: list[str] = []
    """Free words."""
    description: str = ""
    audience: list[str] = []
    level: Level | Literal[""] = ""
    language: str = ""
    """BCP 47 tag."""
    format: list[Format] = []
    published: str = ""
    """YYYY, YYYY-MM or YYYY-MM-DD."""
    isbn: str = ""
    """13 digits."""
    clc: str = ""
    """Chinese Library Classification number."""
    call_number: str = ""
    url: str = ""
    image: str = ""
    price: float | None = None
    """In yuan."""
    free: bool | None = None
    starts_at: str = ""
    """RFC 3339, UTC."""
    ends_at: str = ""
    schedule: str = ""
    """Free text, such as 每周二 9:00."""
    signup_url: str = ""
    signup_until: str = ""
    capacity: int | None = None
    phone: str = ""
    address: str = ""
    venue: str = ""
    district: str = ""
    hours: str = ""
    related: list[str] = []
    """Ids of resources that go with this one."""
    rating: float | None = None
    """0–10."""
    popularity: int | None = None
    """Comparable within one source and kind only."""


class HighlightSegment(BaseModel):
    """A stretch of an original text."""

    text: str
    hit: bool


class ScorePart(BaseModel):
    """What one word, phrase or rule adds to a score."""

    name: str
    kind: PartKind
    score: float


class SearchItem(PublicResource):
    """A hit: the public fields of the resource, and how it was found."""

    rank: int
    """From 1."""
    score: float
    """Compares within one answer only."""
    matched: list[str]
    """The words of the query that it holds."""
    highlights: dict[str, list[HighlightSegment]]
    """By field; fields without a match are left out."""
    editions: int
    """How many editions of the work match, where they are grouped; else 1."""
    parts: list[ScorePart] = []
    """With `explain` only; they sum to the score."""


class SearchInterpretation(BaseModel):
    """How the query was understood."""

    model_config = _DOCUMENTED

    normalized: str
    """What was typed, in its plain form."""
    corrected: str
    """What was searched for instead; empty where it was searched for as it was typed."""
    by: Step
    """How that came about: a question was read, letters were read as pinyin, a word sounds (homophone) or looks alike
    (lookalike) or differs in a letter (spelling), or not all words were found (relaxed)."""
    others: list[str]
    """What else may have been meant; searched for too, with less weight."""
    exact_url: str = ""
    """Searches for just what was typed; where something else was searched for."""
    removed: list[str]
    """Words of a question that need not be found."""
    preferred: dict[str, list[str]]
    """Values that a question names, by filter; resources that have them come first."""
    subjects: list[str]
    """Subjects near to the query, where not all of it was found."""
    help_line: str = ""
    """A telephone number for those who did not find what they wanted, where the operator gives one."""
    words: list[str]
    synonyms: dict[str, list[str]]
    """Further words searched for a word's sake."""
    dropped: list[str]
    """Words that no resource holds."""
    relaxed: bool
    """True where no resource holds as many of the words as a hit should."""
    structured: bool
    """True where field names, quotes or AND, OR, NOT were obeyed."""
    notice: str = ""
    """One sentence for the resident, in Chinese."""


class FacetCount(BaseModel):
    """Hits that have a value."""

    value: str
    count: int


class SearchAnswer(BaseModel):
    """An answer to a search."""

    model_config = _DOCUMENTED

    query_id: str
    release: str
    """Within one release, pages concatenate to the full ranking."""
    total: int
    interpretation: SearchInterpretation
    items: list[SearchItem]
    facets: dict[str, list[FacetCount]]
    """Each counted with every filter but its own."""
    next_offset: int | None
    """Null on the last page."""


class Suggestion(BaseModel):
    """A text that goes on as the typed one begins."""

    model_config = _DOCUMENTED

    text: str
    """As it is written in the catalogue."""
    kind: SuggestionKind
    matched: list[tuple[int, int]]
    """Stretches that agree with what was typed: start and end in Unicode characters."""


class SuggestAnswer(BaseModel):
    """An answer to what is being typed."""

    model_config = _DOCUMENTED

    release: str
    items: list[Suggestion]
    """The likelier first."""
    notice: str = ""
    """One sentence for the resident, in Chinese, while suggestions are still being prepared."""


class RecommendationReason(BaseModel):
    """Why a resource is recommended."""

    model_config = _DOCUMENTED

    code: ReasonCode
    text: str
    """One sentence in Chinese."""
    share: float
    """Of the score, 0–1."""
    evidence: dict[str, Any]


class RecommendedItem(PublicResource):
    """A resource recommended; `source` says what it was found by."""

    rank: int
    """From 1."""
    score: float
    """Compares within one answer only."""
    source: Source
    reasons: list[RecommendationReason] = []
    """The three with the largest shares."""


class RecommendationAnswer(BaseModel):
    """An answer of the recommender."""

    model_config = _DOCUMENTED

    recommendation_id: str
    release: str
    model: str
    """What reckoned it."""
    personalized: bool
    degraded: Degraded | None
    """Why less was used than was given."""
    unknown_ids: list[str]
    """Likes and dislikes that the catalogue does not have."""
    next: str | None
    """For the page after this one, as `after`; null where nothing is left."""
    items: list[RecommendedItem]


class LinkedData(BaseModel):
    """A resource in the vocabulary of schema.org (JSON-LD)."""

    model_config = ConfigDict(extra="allow")


class Readiness(BaseModel):
    """The service answers searches."""

    model_config = _DOCUMENTED

    status: Literal["ready"]
    release: str
    resources: int
    """In the index."""


class Liveness(BaseModel):
    """The process is alive."""

    status: Literal["alive"]


class Version(BaseModel):
    """What runs."""

    name: str
    version: str
