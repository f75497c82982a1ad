"""What one can ask of the recommender, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from index.query import Filter

ReasonCode = Literal["interest_terms", "liked_item", "popular"]

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
    filter: Filter = field(default_factory=Filter)
    exclude_ids: tuple[str, ...] = ()
    limit: int = 10
    explain: bool = True
    """False leaves the reasons out."""
    at: int | None = None
    """Now, in seconds since 1970; None for the clock's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a resource is recommended."""

    code: ReasonCode
    text: str
    """One sentence in plain Chinese."""
    share: float
    """Share of the score that comes from it, 0–1."""
    evidence: Mapping[str, Any]
    """interest_terms: interest, terms; liked_item: id, title, terms; popular: rating, popularity where known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A resource recommended."""

    row: int
    id: str
    rank: int
    """From 1."""
    score: float
    source: Literal["profile", "popular", "similar"]
    reasons: tuple[Reason, ...]
    """The three with the largest shares, largest first."""
    blob: bytes
    """The resource's public fields, a ready-made JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """An answer of the recommender."""

    release: str
    personalized: bool
    """False where nothing known of the resident could be used: the items are popular ones then."""
    degraded: str | None
    """Why less was used than was given: nothing_known, no_match, unknown_likes; None otherwise."""
    unknown_ids: tuple[str, ...]
    """Likes that the catalogue does not have."""
    items: tuple[Item, ...]
