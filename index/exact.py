"""Keys under which a resource is found exactly: its title, its creators, its ISBN."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from index.arrays import UInt32, UInt64
from index.folding import fold_all
from index.hashing import text_hashes

_NATIONALITY = re.compile(r"^\s*[\[(（【〔［][^\])）】〕］]{1,8}[\])）】〕］]\s*")
_NEITHER = re.compile(r"[^\w+#]|_")
_NEITHER_NOR_END = re.compile(r"[^\w+#\n]|_")
_LOW = 0xFFFFFFFF
_HYPHENS = re.compile(r"[\s-]")


def query_keys(folded: str) -> list[str]:
    """The keys a folded query stands for; an ISBN may be typed with hyphens."""
    keys = {_NEITHER.sub("", folded), _HYPHENS.sub("", folded)}
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
        names = {*chain.from_iterable(self._creators)}
        self._plain = {name: _NATIONALITY.sub("", name) for name in names}
        providers = {record.get("provider", "") for record in records}
        self._keys = _keys({"", *names, *self._plain.values(), *self._titles, *providers}, folded)

    def exact(self) -> tuple[UInt64, UInt32]:
        """The hashes of the keys under which resources are found, and their rows, ascending; no key twice in a row.

        [美] 马斯洛 is found as 马斯洛 too.
        """
        names = [*chain.from_iterable(self._creators)]
        keys = [self._keys[text] for text in self._titles]
        keys += [record.get("isbn", "") for record in self._records]
        keys += [self._keys[name] for name in names]
        keys += [self._keys[self._plain[name]] for name in names]
        every = np.arange(len(self._records))
        holders = np.repeat(every, [len(own) for own in self._creators])
        numbers = {"": 0}
        pairs = np.concatenate([every, every, holders, holders]) << 32
        pairs |= np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
        pairs = np.unique(pairs[pairs & _LOW > 0])
        return text_hashes([*numbers])[pairs & _LOW], (pairs >> 32).astype(np.uint32)

    def editions(self) -> UInt64:
        """(n,) the hash of what the editions of one work share."""
        return text_hashes([*map(self._edition, self._records, self._titles, self._creators)])

    def _edition(self, record: Mapping[str, Any], title: str, creators: Sequence[str]) -> str:
        """Kind, title and creators; the provider where nobody is named."""
        makers = sorted([self._keys[self._plain[name]] for name in creators])
        key = self._keys[title] or title
        return "\t".join([record["kind"], key, *(makers or [self._keys[record.get("provider", "")]])])


def _keys(texts: Iterable[str], folded: Mapping[str, str]) -> dict[str, str]:
    """Texts without case, script, width, spaces and punctuation; empty where nothing is left."""
    known, new = [text for text in texts if text in folded], [text for text in texts if text not in folded]
    forms = [*(folded[text] for text in known), *fold_all(new)]
    keys = _NEITHER_NOR_END.sub("", "\n".join([form.replace("\n", " ") for form in forms])).split("\n")
    return dict(zip([*known, *new], keys, strict=True))
