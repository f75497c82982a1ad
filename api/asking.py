"""What can be asked at the doors: checked here, then handed inside as Query, Request and Filter."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, JsonValue, model_validator
from pydantic_core import core_schema

from api.moments import EndMoment, Moment
from corpus.resource import Format, Kind, Level
from index.query import MOST_OFFSET, MOST_RESULTS, MOST_TEXT, NO_FILTER, Filter, Query, Sort
from index.suggestions import MOST_SUGGESTIONS
from recommender.continuation import MOST_SHOWN
from recommender.request import (
    MOST_EXCLUDED,
    MOST_INTEREST_TEXT,
    MOST_INTERESTS,
    MOST_LIKES,
    Interest,
    Request,
    Scene,
)

_MOST_VALUES: Final = 50
"""Values of one filter, and of `facets`."""
_NOT_BLANK: Final = r"[^\s\x1c-\x1f\x85]"
"""Holds something that str.strip leaves; written out because dialects of regular expressions differ."""
_STRICT: Final = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, strict=True)
_LAX: Final = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
"""For what a query string says as well, where every value is text."""


def _several(value: Any) -> Any:
    """A single value for a list of one."""
    return [value] if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    """10.0 is an integer in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_SOME: Final = (Field(max_length=_MOST_VALUES), BeforeValidator(_several))
Value = Annotated[str, Field(min_length=1, max_length=200)]
Values = Annotated[tuple[Value, ...], *_SOME]
Year = Annotated[int, Field(ge=1, le=9999)]
Limit = Annotated[int, Field(ge=0, le=MOST_RESULTS), BeforeValidator(_whole)]
Facet = Literal[
    "kind",
    "source",
    "subject",
    "provider",
    "platform",
    "audience",
    "level",
    "format",
    "language",
    "district",
    "venue",
    "free",
    "year",
]


class FilterFields(BaseModel):
    """Conditions that all must hold; the values of one field are alternatives."""

    model_config = _LAX

    kind: Annotated[tuple[Kind, ...], *_SOME] = ()
    source: Values = ()
    subject: Values = ()
    """Names of the controlled list, or their aliases."""
    provider: Values = ()
    platform: Values = ()
    audience: Values = ()
    level: Annotated[tuple[Level, ...], *_SOME] = ()
    format: Annotated[tuple[Format, ...], *_SOME] = ()
    language: Values = ()
    """BCP 47 tags."""
    district: Values = ()
    venue: Values = ()
    free: bool | None = None
    year_from: Year | None = None
    """Published in this year or later."""
    year_to: Year | None = None
    date_from: Moment | None = Field(None, alias="from")
    """Takes place at or after, if only for a part of its time; a date alone means its beginning in Beijing."""
    date_to: EndMoment | None = Field(None, alias="to")
    """Takes place before; a date alone includes that day."""

    def conditions(self) -> Filter:
        given = self.model_fields_set & _CONDITIONS
        return Filter(**{name: getattr(self, name) for name in given}) if given else NO_FILTER


_CONDITIONS: Final = frozenset(FilterFields.model_fields)


class SearchParameters(FilterFields):
    """The parameters of a search."""

    q: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    """Words, a field query (作者:余华) or a phrase in quotes; empty for everything that the filters allow."""
    sort: Sort = "relevance"
    group: Literal["edition"] | None = None
    """edition: one hit for all editions of a work; totals and facets count works."""
    limit: Limit = 10
    offset: Annotated[int, Field(ge=0, le=MOST_OFFSET)] = 0
    facets: Annotated[tuple[Facet, ...], *_SOME] = ()
    """What to count the hits by."""
    correct: bool = True
    """False searches for just what is typed: nothing is taken for a question or for a mistake."""
    explain: bool = False
    """Adds the parts of each score."""
    at: Moment | None = None
    """The moment to take for now."""

    def query(self) -> Query:
        return Query(
            text=self.q,
            filter=self.conditions(),
            sort=self.sort,
            group=self.group or "",
            limit=self.limit,
            offset=self.offset,
            facets=tuple(dict.fromkeys(self.facets)),
            correct=self.correct,
            explain=self.explain,
            at=self.at,
        )


class SimilarParameters(FilterFields):
    """The parameters of a request for similar resources."""

    limit: Limit = 10
    at: Moment | None = None
    """The moment to take for now."""


class SuggestParameters(BaseModel):
    """The parameters of a completion."""

    model_config = _LAX

    q: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    """What has been typed so far: characters, pinyin, its initials, or a mixture of them."""
    limit: Annotated[int, Field(ge=0, le=MOST_SUGGESTIONS)] = 8
    at: Moment | None = None
    """The moment to take for now."""


class BulkParameters(BaseModel):
    """The parameters of a body of many changes."""

    model_config = _LAX

    dry_run: bool = False
    """True writes nothing."""


class ChangesParameters(BaseModel):
    """The parameters of a look at what changed."""

    model_config = _LAX

    cursor: Annotated[str, Field(max_length=100)] = ""
    """`next` of the last answer; empty for the beginning."""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class InterestBody(BaseModel):
    """What a resident cares about: a text, or a text with its weight."""

    model_config = _STRICT

    text: Annotated[str, Field(min_length=1, max_length=MOST_INTEREST_TEXT, pattern=_NOT_BLANK)]
    weight: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = 1.0
    """Only the proportion between the interests of one request counts."""

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        weighted = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [weighted["properties"]["text"], weighted]}


_ITEM_NEEDS_ID: Final[dict[str, JsonValue]] = {
    "if": {"properties": {"scene": {"const": "item"}}, "required": ["scene"]},
    "then": {"properties": {"item_id": {"minLength": 1}}, "required": ["item_id"]},
}


class RecommendBody(BaseModel):
    """What is known of a resident, and what may be recommended."""

    model_config = _STRICT | ConfigDict(json_schema_extra=_ITEM_NEEDS_ID)

    interests: Annotated[tuple[InterestBody, ...], Field(max_length=MOST_INTERESTS)] = ()
    likes: Annotated[tuple[Value, ...], Field(max_length=MOST_LIKES)] = ()
    """Ids of resources; they are not recommended again."""
    dislikes: Annotated[tuple[Value, ...], Field(max_length=MOST_LIKES)] = ()
    """Ids of resources of which no more is wanted."""
    scene: Scene = "home"
    item_id: Value | Literal[""] = ""
    """The resource beside which the answer is shown, with the scene item; then only what goes with it comes."""
    user_id: Annotated[str, Field(max_length=200)] = ""
    """A resident of the platform; nobody is known yet."""
    personalized: bool = True
    """False leaves interests, likes and dislikes unused."""
    filter: FilterFields = Field(default_factory=lambda: FilterFields.model_validate({}))
    """The filters of a search, by the same names."""
    exclude_ids: Annotated[tuple[Value, ...], Field(max_length=MOST_EXCLUDED)] = ()
    limit: Limit = 10
    quota: dict[Kind, Limit] = {}
    """How many of each kind; kinds not named stay out."""
    diversity: Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False)] = None
    """0 for relevance alone, up to 1 for variety."""
    after: Annotated[str, Field(max_length=8 * MOST_SHOWN, pattern="^(?:[0-9a-f]{8})*$")] = ""
    """`next` of the last answer; nothing it showed comes again."""
    explain: bool = True
    """False leaves the reasons out."""
    at: Moment | None = None
    """The moment to take for now."""

    def request(self) -> Request:
        return Request(
            interests=tuple(Interest(text=interest.text, weight=interest.weight) for interest in self.interests),
            likes=self.likes,
            dislikes=self.dislikes,
            scene=self.scene,
            item_id=self.item_id,
            user_id=self.user_id,
            personalized=self.personalized,
            quota=self.quota,
            diversity=self.diversity,
            after=self.after,
            filter=self.filter.conditions(),
            exclude_ids=self.exclude_ids,
            limit=self.limit,
            explain=self.explain,
            at=self.at,
        )
