"""Columns of a base that go on over its tail: facets, and ranks of popularity."""

from collections.abc import Sequence

import numpy as np

from index.arrays import Float32, UInt32
from index.base import Base
from index.building import popularity_groups
from index.digest import FacetCodes
from index.growing import Growing


class FacetColumn:
    """The codes of one facet by row; new values are numbered on."""

    def __init__(self, base: Base, name: str) -> None:
        self.values: Sequence[str] = base.facets[name]
        self.offsets = Growing(base.facet_offsets[name])
        self.codes = Growing(base.facet_codes[name])
        self._numbers = {value: code for code, value in enumerate(self.values)}

    def codes_of(self, row: int) -> UInt32:
        start, stop = self.offsets.view[row : row + 2]
        codes: UInt32 = self.codes.view[start:stop]
        return codes

    def holds(self, row: int, values: Sequence[str]) -> bool:
        """Whether a row has just these values."""
        codes: list[int] = self.codes_of(row).tolist()
        return [self._numbers.get(value) for value in values] == codes

    def extend(self, rows: FacetCodes) -> None:
        known = len(self._numbers)
        numbers = [self._numbers.setdefault(value, len(self._numbers)) for value in rows.values]
        self.codes.extend(np.array(numbers, np.uint32)[rows.codes])
        self.offsets.extend(np.cumsum(rows.counts, dtype=np.uint32) + self.offsets.view[-1])
        if len(self._numbers) > known:
            self.values = [*self._numbers]


class PopularityRanks:
    """Ranks within the counts of each source and kind that a base has."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._known: dict[int, Float32] = {}

    def ranks(self, groups: Sequence[tuple[UInt32, UInt32]], counts: Float32) -> Float32:
        """(n,) the share of the group, its kind's and source's codes given, that is no more popular; 0 unknown."""
        ranks = np.zeros(len(groups), np.float32)
        for at in np.flatnonzero(~np.isnan(counts)).tolist():
            kind, source = groups[at]
            population = self._population(int(popularity_groups(kind, np.array([len(source)]), source)[0]))
            if len(population):
                ranks[at] = np.searchsorted(population, counts[at], side="right") / len(population)
        return ranks

    def _population(self, group: int) -> Float32:
        if group not in self._known:
            base = self._base
            sources = np.diff(base.facet_offsets["source"])
            own = popularity_groups(base.facet_codes["kind"], sources, base.facet_codes["source"]) == group
            counts = base.counted_popularity[own]
            self._known[group] = np.sort(counts[~np.isnan(counts)])
        return self._known[group]
