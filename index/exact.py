"""Keys under which a resource is found exactly: its title, its creators, its ISBN."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from index.arrays import UInt32, UInt64
from index.folding import bare, bare_all, fold_all
from index.hashing import text_hashes

_NATIONALITY = re.compile(r"^\s*[\[(（【〔［][^\])）】〕］]{1,8}[\])）】〕］]\s*")
_HYPHENS = re.compile(r"[\s-]")


def query_keys(folded: str) -> list[str]:
    """The keys a folded query stands for; an ISBN may be typed with hyphens."""
    if folded.isalnum():
        return [folded]
    keys = {bare(folded), _HYPHENS.sub("", folded)}
    return sorted(keys - {""})


class ExactKeys:
    """The keys of n resources in exchange form."""

    def __init__(self, records: Sequence[Mapping[str, Any]], folded: Mapping[str, str]) -> None:
        """
        Args:
            folded: texts of which the folded form is known.
        """
        self._records = records
        self._titles = [record["title"] for record in records]
        self._creators = [record.get("creators", ()) for record in records]
        plain = {name: _NATIONALITY.sub("", name) for name in {*chain.from_iterable(self._creators)}}
        providers = {record.get("provider", "") for record in records}
        self._keys = _keys({"", *plain, *plain.values(), *self._titles, *providers}, folded)
        self._plain_keys = {name: self._keys[text] for name, text in plain.items()}

    def exact(self) -> tuple[UInt64, UInt32]:
        """The hashes of the keys under which resources are found, and their rows, ascending; no key twice in a row.

        [美] 马斯洛 is found as 马斯洛 too.
        """
        names, every = [*chain.from_iterable(self._creators)], np.arange(len(self._records))
        holders = np.repeat(every, [len(own) for own in self._creators])
        coded = [(row, record["isbn"]) for row, record in enumerate(self._records) if "isbn" in record]
        numbers = {"": 0}
        keys = chain(
            map(self._keys.__getitem__, self._titles),
            map(self._keys.__getitem__, names),
            map(self._plain_keys.__getitem__, names),
            (isbn for _, isbn in coded),
        )
        own = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
        rows = np.concatenate([every, holders, holders, np.array([row for row, _ in coded], np.int64)])
        pairs = np.unique((rows << 32 | own)[own > 0])
        return text_hashes([*numbers])[pairs & 0xFFFFFFFF], (pairs >> 32).astype(np.uint32)

    def editions(self) -> UInt64:
        """(n,) the hash of what the editions of one work share."""
        return text_hashes([*map(self._edition, self._records, self._titles, self._creators)])

    def _edition(self, record: Mapping[str, Any], title: str, creators: Sequence[str]) -> str:
        """Kind, title and creators; the provider where nobody is named."""
        makers = [self._plain_keys[name] for name in creators] or [self._keys[record.get("provider", "")]]
        makers.sort()
        return "\t".join((record["kind"], self._keys[title] or title, *makers))


def _keys(texts: Iterable[str], folded: Mapping[str, str]) -> dict[str, str]:
    """Texts without case, script, width, spaces and punctuation; empty where nothing is left."""
    known, new = [text for text in texts if text in folded], [text for text in texts if text not in folded]
    forms = [*map(folded.__getitem__, known), *fold_all(new)]
    return dict(zip([*known, *new], bare_all(forms), strict=True))
