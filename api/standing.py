"""What of the index stands, and whether that is enough for the catalogue's present state."""

import shutil
from pathlib import Path

from corpus.errors import Unavailable
from corpus.revision import Revision
from index.snapshot import Snapshot, newest_base, open_snapshot
from index.snapshot_keeper import MOST_PENDING
from index.weighing import compiled_numbers


def base_seq(state: Path, revision: Revision) -> int | None:
    """The state of the catalogue that the newest base was compiled from; None where no base stands."""
    newest = newest_base(state, revision)
    return None if newest is None else int(newest.name.rpartition("-")[2])


def is_current(seq: int, state: Path, revision: Revision) -> bool:
    """Whether no base has to be compiled for the catalogue's last state.

    A base of a later state is none of this catalogue's.
    """
    known = base_seq(state, revision)
    return known is not None and known <= seq <= known + MOST_PENDING


def holds(seq: int, state: Path, revision: Revision) -> bool:
    """Whether the newest base, and what snapshots read themselves, have reached a state of the catalogue."""
    known = base_seq(state, revision)
    return known is not None and seq <= known + MOST_PENDING


def remove_later_bases(seq: int, state: Path, revision: Revision) -> bool:
    """Removes the bases of states that the catalogue has not reached, and says whether there were any.

    An older catalogue was put back: what it comes to hold at those states is something else.
    """
    later = False
    while (base := newest_base(state, revision)) and int(base.name.rpartition("-")[2]) > seq:
        shutil.rmtree(base)
        later = True
    return later


def standing_snapshot(state: Path, revision: Revision) -> Snapshot:
    """The newest snapshot, if it is one of this program's.

    Raises: Unavailable (code no-index) if there is none; otherwise it must be compiled anew, for the reason given.
    """
    snapshot = open_snapshot(state, revision=revision)
    manifest = snapshot.base.manifest
    if manifest.lexicon != snapshot.segmenter.lexicon or manifest.numbers != compiled_numbers(revision.tuning):
        raise Unavailable("词典或排序数字与上次编制索引时不同。", code="other-index")
    return snapshot
