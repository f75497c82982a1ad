"""A learning resource: a course, a book, an activity, a place or a learner's story.

The same names stand in the JSON Lines exchange format and in every answer.
"""

from dataclasses import dataclass, fields
from typing import Any, Final, Literal, get_args

Kind = Literal["course", "book", "activity", "place", "story"]
Level = Literal["入门", "进阶", "高级"]
Format = Literal["online", "offline", "print", "ebook"]
Status = Literal["active", "hidden", "withdrawn"]

KINDS: Final = get_args(Kind)
LEVELS: Final = get_args(Level)
FORMATS: Final = get_args(Format)
STATUSES: Final = get_args(Status)

TEXT_FIELDS: Final = ("title", "subtitle", "creators", "provider", "subjects", "tags", "description")
"""The analysed fields, in the order every per-field array and weight of the index follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource. Only `id`, `kind` and `title` are always known; an empty value means unknown."""

    id: str
    """1–200 characters without white space or control characters."""
    kind: Kind
    title: str
    source: str = ""
    """Where it came from: the import file's stem or a platform's name."""
    subtitle: str = ""
    creators: tuple[str, ...] = ()
    """Authors, teachers, lecturers."""
    provider: str = ""
    """School, publisher or organiser."""
    platform: str = ""
    series: str = ""
    """Brand, book series or study tour."""
    subjects: tuple[str, ...] = ()
    """From the controlled list of the revision."""
    tags: tuple[str, ...] = ()
    """Free words."""
    description: str = ""
    audience: tuple[str, ...] = ()
    level: Level | Literal[""] = ""
    language: str = ""
    """BCP 47 tag, e.g. zh-Hans."""
    format: tuple[Format, ...] = ()
    published: str = ""
    """YYYY, YYYY-MM or YYYY-MM-DD."""
    isbn: str = ""
    """13 digits, no hyphens."""
    clc: str = ""
    """Chinese Library Classification number."""
    call_number: str = ""
    url: str = ""
    image: str = ""
    price: float | None = None
    """In 元."""
    free: bool | None = None
    starts_at: str = ""
    """RFC 3339, UTC."""
    ends_at: str = ""
    """RFC 3339, UTC; an activity is over after it."""
    schedule: str = ""
    """Free text, e.g. 每周二 9:00."""
    signup_url: str = ""
    signup_until: str = ""
    """RFC 3339, UTC."""
    capacity: int | None = None
    phone: str = ""
    address: str = ""
    venue: str = ""
    district: str = ""
    hours: str = ""
    """Opening hours, free text."""
    related: tuple[str, ...] = ()
    """Ids of resources that go with this one."""
    rating: float | None = None
    """0–10."""
    popularity: int | None = None
    """A count as its source gives it; comparable within one source and kind only."""
    status: Status = "active"

    def as_dict(self) -> dict[str, Any]:
        """The exchange form: known fields only, in field order, tuples as lists; `status` only when not active."""
        known: dict[str, Any] = {}
        for name in FIELDS:
            value = getattr(self, name)
            if value in ("", (), None) or (name == "status" and value == "active"):
                continue
            known[name] = list(value) if isinstance(value, tuple) else value
        return known


FIELDS: Final = tuple(field.name for field in fields(Resource))
LIST_FIELDS: Final = tuple(f.name for f in fields(Resource) if f.default == ())
