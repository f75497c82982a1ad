"""suggest(snapshot, text): what completes a text that a resident is typing."""

import time
from dataclasses import dataclass
from typing import Final

from corpus.errors import InvalidInput
from index.query import MOST_TEXT
from index.snapshot import Snapshot
from index.suggestion_lookup import Completion, Shown, complete

MOST_SUGGESTIONS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """An answer to what was typed."""

    release: str
    completions: tuple[Completion, ...]
    """The likeliest first."""
    notice: str = ""
    """One sentence for the resident, in Chinese; empty where there is nothing to say."""


def suggest(snapshot: Snapshot, text: str, *, limit: int = 8, at: int | None = None) -> Suggested:
    """Titles, creators, subjects and curated phrases that go on as the text begins; never what others typed.

    Args:
        limit: 0 to MOST_SUGGESTIONS.
        at: now, in seconds since 1970; None for the clock's.
    Raises: InvalidInput if the text is too long or the limit out of range.
    """
    if len(text) > MOST_TEXT:
        raise InvalidInput(f"查询太长了，最多 {MOST_TEXT} 个字。", place="q")
    if not 0 <= limit <= MOST_SUGGESTIONS:
        raise InvalidInput(f"条数应在 0 到 {MOST_SUGGESTIONS} 之间。", place="limit")
    stores = snapshot.suggestion_stores
    if not stores:
        return Suggested(release=snapshot.release, completions=(), notice="输入提示还在准备，可以直接搜索。")
    moment = int(time.time()) if at is None else at
    shown = [_shown(snapshot, place, moment) for place in range(len(stores))]
    return Suggested(release=snapshot.release, completions=complete(shown, text, limit=limit))


def _shown(snapshot: Snapshot, place: int, at: int) -> Shown:
    """Leaves out what stands only in what is hidden, deleted or over."""

    def make() -> Shown:
        store, ends = snapshot.suggestion_stores[place]
        return Shown.of(store, ends > at)

    shown: Shown = snapshot.remember(("shown", place, snapshot.over(at)), make)
    return shown
