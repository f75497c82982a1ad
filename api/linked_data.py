"""Resources in the vocabulary of schema.org (https://schema.org), as JSON-LD."""

from collections.abc import Mapping
from typing import Any, Final

MEDIA_TYPE: Final = "application/ld+json"

_TYPES: Final = {"course": "Course", "book": "Book", "activity": "Event", "place": "Place", "story": "Article"}
_PLAIN: Final = {
    "id": "identifier",
    "title": "name",
    "description": "description",
    "url": "url",
    "image": "image",
    "phone": "telephone",
}
_WORKS: Final = {
    "subtitle": "alternativeHeadline",
    "published": "datePublished",
    "language": "inLanguage",
    "level": "educationalLevel",
    "free": "isAccessibleForFree",
    "isbn": "isbn",
}
_EVENTS: Final = {
    "starts_at": "startDate",
    "ends_at": "endDate",
    "language": "inLanguage",
    "free": "isAccessibleForFree",
}
_FREE_PLACE: Final = {"free": "isAccessibleForFree"}


def linked_data(record: Mapping[str, Any]) -> dict[str, Any]:
    """A resource's public fields as one JSON-LD node; fields without a counterpart are left out."""
    kind = record["kind"]
    node: dict[str, Any] = {"@context": "https://schema.org", "@type": _TYPES[kind]}
    names = {"activity": _EVENTS, "place": _FREE_PLACE}.get(kind, _WORKS)
    if kind != "book":
        names = {name: term for name, term in names.items() if name != "isbn"}
    node |= {term: record[name] for name, term in (_PLAIN | names).items() if name in record}
    if kind == "place":
        return node | _known(
            address=record.get("address"), openingHours=record.get("hours"), keywords=_keywords(record)
        )
    return node | _known(
        keywords=_keywords(record),
        about=[{"@type": "Thing", "name": name} for name in record.get("subjects", ())],
        audience=[{"@type": "Audience", "audienceType": name} for name in record.get("audience", ())],
        offers=_offer(record),
        aggregateRating=_rating(record),
        **_people(kind, record),
    )


def _people(kind: str, record: Mapping[str, Any]) -> dict[str, Any]:
    persons = [{"@type": "Person", "name": name} for name in record.get("creators", ())]
    organisation = {"@type": "Organization", "name": record["provider"]} if "provider" in record else None
    if kind == "activity":
        return {"performer": persons, "organizer": organisation, "location": _place(record)}
    return {"author": persons, "provider" if kind == "course" else "publisher": organisation}


def _place(record: Mapping[str, Any]) -> dict[str, Any] | None:
    known = _known(name=record.get("venue"), address=record.get("address"))
    return {"@type": "Place", **known} if known else None


def _offer(record: Mapping[str, Any]) -> dict[str, Any] | None:
    if "price" not in record:
        return None
    offer = {"@type": "Offer", "price": record["price"], "priceCurrency": "CNY"}
    return offer | _known(url=record.get("signup_url"), validThrough=record.get("signup_until"))


def _rating(record: Mapping[str, Any]) -> dict[str, Any] | None:
    if "rating" not in record:
        return None
    return {"@type": "AggregateRating", "ratingValue": record["rating"], "bestRating": 10, "worstRating": 0}


def _keywords(record: Mapping[str, Any]) -> list[str]:
    return list(record.get("tags", ()))


def _known(**terms: Any) -> dict[str, Any]:
    return {term: value for term, value in terms.items() if value}
