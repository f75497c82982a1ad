"""Answers as JSON: a resource's ready-made object with the fields of this answer in front."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec.json import Encoder

from api.identifiers import new_identifier
from api.moments import write_moment
from corpus.catalogue import OUTCOMES
from corpus.jobs import Job
from index.query import Hit, Result
from recommender.request import Item, Recommendation

_encode: Final = Encoder().encode
_DIGITS: Final = 6
_WHERE_SAID: Final = ("notice", "exact_url", "help_line")
"""Fields of an interpretation that are left out where they are empty."""
_SOURCE: Final = re.compile(rb',\s*"source":\s*"(?:[^"\\]|\\.)*"')


def render(value: Any) -> bytes:
    """A value as compact JSON."""
    return _encode(value)


def render_result(result: Result, *, explain: bool, exact_url: Callable[[], str] = str, help_line: str = "") -> bytes:
    """The answer to a search.

    Args:
        exact_url: gives what asks for just what was typed; told where something else was searched for.
        help_line: told where not all was found that was asked for.
    """
    head = {
        "query_id": new_identifier("q_"),
        "release": result.release,
        "total": result.total,
        "interpretation": _interpretation(result, exact_url=exact_url, help_line=help_line),
    }
    tail = {
        "facets": {
            name: [{"value": value.value, "count": value.count} for value in values]
            for name, values in result.facets.items()
        },
        "next_offset": result.next_offset,
    }
    return _around(head, (_hit(hit, explain=explain) for hit in result.hits), tail)


def render_recommendation(recommendation: Recommendation, *, explain: bool) -> bytes:
    """The answer of the recommender."""
    head = {
        "recommendation_id": new_identifier("r_"),
        "release": recommendation.release,
        "model": "content",
        "personalized": recommendation.personalized,
        "degraded": recommendation.degraded,
        "unknown_ids": recommendation.unknown_ids,
        "next": recommendation.next or None,
    }
    return _around(head, (_item(item, explain=explain) for item in recommendation.items), {})


def job_fields(job: Job) -> dict[str, Any]:
    """A job as it is told."""
    told = {
        "id": job.id,
        "state": job.state,
        "dry_run": job.dry_run,
        "accepted_at": _moment(job.accepted_at),
        "finished_at": None if job.finished_at is None else _moment(job.finished_at),
        "total": job.total,
        "done": job.done,
        "counts": counts_of(job.counts),
        "problems": job.problems,
        "rows_url": f"/v1/jobs/{job.id}/rows",
    }
    return told | {"failure": job.failure} if job.failure else told


def counts_of(rows: Mapping[str, int]) -> dict[str, int]:
    """Rows by outcome, those that never came about too."""
    return {outcome: rows.get(outcome, 0) for outcome in OUTCOMES}


def _moment(at: float) -> str:
    return write_moment(int(at))


def _interpretation(result: Result, *, exact_url: Callable[[], str], help_line: str) -> dict[str, Any]:
    read = result.interpretation
    said = {
        "normalized": read.normalized,
        "corrected": read.corrected,
        "by": read.by,
        "others": read.others,
        "words": read.words,
        "synonyms": read.synonyms,
        "removed": read.removed,
        "preferred": read.preferred,
        "dropped": read.dropped,
        "subjects": read.subjects,
        "relaxed": read.relaxed,
        "structured": read.structured,
        "notice": read.notice,
        "exact_url": exact_url() if read.corrected or read.removed or read.preferred else "",
        "help_line": help_line if read.by == "relaxed" or not result.total else "",
    }
    return {name: value for name, value in said.items() if value or name not in _WHERE_SAID}


def _hit(hit: Hit, *, explain: bool) -> bytes:
    fields: dict[str, Any] = {
        "rank": hit.rank,
        "score": round(hit.score, _DIGITS),
        "matched": hit.matched,
        "editions": hit.editions,
        "highlights": {
            name: [{"text": segment.text, "hit": segment.hit} for segment in segments]
            for name, segments in hit.highlights.items()
        },
    }
    if explain:
        fields["parts"] = [{"name": part.name, "kind": part.kind, "score": part.score} for part in hit.parts]
    return _before(fields, hit.blob)


def _item(item: Item, *, explain: bool) -> bytes:
    fields: dict[str, Any] = {"rank": item.rank, "score": round(item.score, _DIGITS), "source": item.source}
    if explain:
        fields["reasons"] = [
            {
                "code": reason.code,
                "text": reason.text,
                "share": round(reason.share, _DIGITS),
                "evidence": reason.evidence,
            }
            for reason in item.reasons
        ]
    return _before(fields, _SOURCE.sub(b"", item.blob, count=1))


def _before(fields: Mapping[str, Any], blob: bytes) -> bytes:
    return render(fields)[:-1] + b"," + blob[1:]


def _around(head: Mapping[str, Any], items: Iterable[bytes], tail: Mapping[str, Any]) -> bytes:
    end = b"," + render(tail)[1:] if tail else b"}"
    return render(head)[:-1] + b',"items":[' + b",".join(items) + b"]" + end
