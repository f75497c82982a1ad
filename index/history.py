"""Whether what was compiled is of the history that a catalogue tells now."""

from typing import Final

import numpy as np

from corpus.catalogue import Catalogue, Change
from index.base import Base

_LOOKED_AT: Final = 100
"""Changes that are compared, the last before the base was compiled."""


def is_of_history(base: Base, catalogue: Catalogue) -> bool:
    """Whether a base, without a tail, shows the catalogue as it was.

    It does not where an older catalogue was put back: the numbers of changes after it are given anew, to others.
    """
    if catalogue.seq() < base.manifest.seq:
        return False
    return all(_shows(base, change) for change in catalogue.changes_until(base.manifest.seq, limit=_LOOKED_AT))


def _shows(base: Base, change: Change) -> bool:
    rows = base.compiled_rows_of(np.array([change.serial], np.uint32)).tolist()
    shown = base.blob(rows[0]).decode() if rows else ""
    return shown == (change.body if change.is_indexed else "")
