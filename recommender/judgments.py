"""Judgment files: one question a line, with the ids that answer it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """A search (`query`) or a request for recommendations (`likes`, `interests`), and its graded answers."""

    id: str
    grades: Mapping[str, int]
    type: str = ""
    query: str | None = None
    likes: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()


def read_judgments(path: Path) -> list[Judgment]:
    """The judgments of a JSON Lines file: `id`, one of `query`, `likes`, `interests`, `relevant` (ids, or id → grade).

    Raises: NotFound if there is no such file; InvalidInput, with the line, if one cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            return list(_parse(lines, path.name))
    except OSError as error:
        raise NotFound(f"读不到评判文件“{path}”。") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"“{path.name}”不是 UTF-8 文本。", place=path.name) from error


def _parse(lines: Iterator[str], name: str) -> Iterator[Judgment]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{name} 第 {number} 行"
        try:
            yield _judgment(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = "应是一个 JSON 对象，含 id、relevant，以及 query、likes、interests 之一。"
            raise InvalidInput(f"{place}：{message}", place=place) from error


def _judgment(record: Mapping[str, Any]) -> Judgment:
    relevant = record["relevant"]
    grades = {str(id): int(grade) for id, grade in relevant.items()} if isinstance(relevant, dict) else None
    judgment = Judgment(
        id=str(record["id"]),
        grades=dict.fromkeys(map(str, relevant), 1) if grades is None else grades,
        type=str(record.get("type", "")),
        query=record.get("query"),
        likes=tuple(record.get("likes", ())),
        interests=tuple(record.get("interests", ())),
    )
    if judgment.query is None and not judgment.likes and not judgment.interests:
        raise ValueError("nothing asked")
    return judgment
