"""ETag, If-Match and If-None-Match (RFC 9110, §13): who writes says which state they mean."""

import hashlib
import re
from typing import Final, Self

from fastapi import Request

from api.problems import PreconditionFailed
from corpus.catalogue import Edit, StoredResource
from corpus.resource import Resource

_TAG: Final = re.compile(r'(?:W/)?"[^"]*"|\*')
_CHANGED: Final = "资源已被改动，与 If-Match 说的不同；请重新取一次，再改。"
_MISSING: Final = "还没有这个编号的资源，If-Match 不成立。"
_PRESENT: Final = "已经有这个编号的资源，If-None-Match 不成立。"


def entity_tag(body: bytes) -> str:
    """The strong validator of a resource's exchange JSON as it is stored."""
    return f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


class Preconditions:
    """What a request demands of the state that it would replace."""

    def __init__(self, match: set[str] | None, none_match: set[str] | None) -> None:
        self._match = match
        self._none_match = none_match

    @classmethod
    def of(cls, request: Request) -> Self:
        return cls(_tags(request, "if-match"), _tags(request, "if-none-match"))

    def before(self, edit: Edit, *, creates: bool) -> Edit:
        """The edit, refused with PreconditionFailed where the state is not the demanded one.

        Args:
            creates: the edit can make what is not there; else it says itself that there is nothing.
        """

        def guarded(stored: StoredResource | None) -> Resource | None:
            if stored is not None or creates:
                self._check(entity_tag(stored.body.encode()) if stored else None)
            return edit(stored)

        return guarded

    def _check(self, tag: str | None) -> None:
        if self._match is not None and not _holds(self._match, tag):
            raise PreconditionFailed(_MISSING if tag is None else _CHANGED)
        if self._none_match is not None and _holds(self._none_match, tag):
            raise PreconditionFailed(_PRESENT)


def is_known(request: Request, tag: str) -> bool:
    """Whether who reads has this state already; weak and strong tags are the same to a reader."""
    known = _tags(request, "if-none-match")
    return known is not None and _holds({name.removeprefix("W/") for name in known}, tag)


def _tags(request: Request, name: str) -> set[str] | None:
    """The tags of a header, None without it; what is no tag stands for no state."""
    given = request.headers.getlist(name)
    return set(_TAG.findall(",".join(given))) if given else None


def _holds(tags: set[str], tag: str | None) -> bool:
    return tag is not None and ("*" in tags or tag in tags)
