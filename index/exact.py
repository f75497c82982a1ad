"""Keys under which a resource is found exactly: its title, its creators, its ISBN."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from index.folding import fold

_NATIONALITY = re.compile(r"^\s*[\[(（【〔［][^\])）】〕］]{1,8}[\])）】〕］]\s*")
_NEITHER = re.compile(r"[^\w+#]|_")
_HYPHENS = re.compile(r"[\s-]")


def exact_key(text: str) -> str:
    """A text without case, script, width, spaces and punctuation; empty where nothing is left."""
    return _NEITHER.sub("", fold(text))


def exact_keys(record: Mapping[str, Any]) -> Iterator[str]:
    """The distinct keys of a resource in exchange form; [美] 马斯洛 is found as 马斯洛 too."""
    names = [record["title"], *record.get("creators", ())]
    names += [_NATIONALITY.sub("", name) for name in record.get("creators", ())]
    keys = {exact_key(name) for name in names} | {record.get("isbn", "")}
    yield from sorted(keys - {""})


def query_keys(folded: str) -> list[str]:
    """The keys a folded query stands for; an ISBN may be typed with hyphens."""
    if folded.isalnum():
        return [folded]
    keys = {_NEITHER.sub("", folded), _HYPHENS.sub("", folded)}
    return sorted(keys - {""})


def edition_key(record: Mapping[str, Any]) -> str:
    """What the editions of one work share: kind, title and creators; the provider where nobody is named."""
    names = sorted(exact_key(_NATIONALITY.sub("", name)) for name in record.get("creators", ()))
    makers = names or [exact_key(record.get("provider", ""))]
    return "\t".join([record["kind"], exact_key(record["title"]) or record["title"], *makers])
