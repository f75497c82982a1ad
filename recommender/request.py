"""What one can ask of the recommender, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, get_args

from corpus.resource import Kind
from index.query import NO_FILTER, Filter

ReasonCode = Literal["interest_terms", "liked_item", "popular", "new", "campaign", "editor"]
Scene = Literal["home", "item", "zero_result", "campaign"]
Source = Literal["profile", "popular", "new", "campaign", "editor", "similar", "related"]
Degraded = Literal["nothing_known", "no_match", "unknown_likes", "unknown_user", "not_personalized"]
SCENES: Final = get_args(Scene)

MOST_INTERESTS: Final = 50
MOST_INTEREST_TEXT: Final = 200
"""Characters of one interest."""
MOST_LIKES: Final = 200
MOST_EXCLUDED: Final = 500
MOST_ITEMS: Final = 100
"""Of one answer; HTTP gives at most 50."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What a resident cares about, in free words."""

    text: str
    weight: float = 1.0
    """Above 0; only the proportion between the interests of one request counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A recommendation asked for; everything known of the resident comes with it."""

    interests: tuple[Interest, ...] = ()
    likes: tuple[str, ...] = ()
    """Ids of resources the resident liked; they are not recommended again."""
    dislikes: tuple[str, ...] = ()
    """Ids of resources the resident does not want more of."""
    scene: Scene = "home"
    """Where the answer is shown: at home, beside a resource, after a search without result, in a campaign."""
    item_id: str = ""
    """The resource beside which it is shown: what its record names comes first, then what is like it and fits, the
    other kinds before its own; nothing else."""
    user_id: str = ""
    """A resident of the platform; nothing is stored of anybody yet, so nobody is known."""
    personalized: bool = True
    """False: interests, likes and dislikes are not used at all."""
    filter: Filter = NO_FILTER
    exclude_ids: tuple[str, ...] = ()
    limit: int = 10
    quota: Mapping[Kind, int] = field(default_factory=dict)
    """How many of each kind; other kinds then stay out, and `limit` still holds."""
    diversity: float | None = None
    """0 for relevance alone, up to 1 for variety; None for the revision's number."""
    after: str = ""
    """`next` of the last answer: what it and those before it showed is not shown again."""
    explain: bool = True
    """False leaves the reasons out."""
    at: int | None = None
    """Now, in seconds since 1970; None for the clock's."""


class Reason(NamedTuple):
    """Why a resource is recommended."""

    code: ReasonCode
    text: str
    """One sentence in plain Chinese."""
    share: float
    """Share of the score that comes from it, 0–1."""
    evidence: Mapping[str, Any]
    """interest_terms: interest, terms; liked_item: id, title, terms; popular: rating, popularity where known;
    campaign: campaign, theme; editor: list, or id and title of what it goes with; new: published."""


class Item(NamedTuple):
    """A resource recommended."""

    row: int
    id: str
    rank: int
    """From 1."""
    score: float
    source: Source
    reasons: tuple[Reason, ...]
    """The three with the largest shares, largest first."""
    blob: bytes
    """The resource's public fields, a ready-made JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """An answer of the recommender."""

    release: str
    personalized: bool
    """False where nothing known of the resident could be used: the items are popular ones then, or none beside a
    resource."""
    degraded: Degraded | None
    """Why less was used than was given; None otherwise."""
    unknown_ids: tuple[str, ...]
    """Likes and dislikes that the catalogue does not have."""
    next: str
    """For the page after this one; empty where nothing is left."""
    items: tuple[Item, ...]
