"""What of the index stands, and whether that is enough for the catalogue's present state."""

from pathlib import Path

from corpus.catalogue import Catalogue
from corpus.errors import Unavailable
from corpus.revision import Revision
from index.base import base_name
from index.history import is_of_history
from index.snapshot import Snapshot, newest_base, open_snapshot
from index.snapshot_keeper import MOST_PENDING, NEEDED
from index.weighing import compiled_numbers


def base_seq(state: Path, revision: Revision) -> int | None:
    """The state of the catalogue that the newest base was compiled from; None where no base stands."""
    newest = newest_base(state, revision)
    return None if newest is None else int(newest.name.rpartition("-")[2])


def is_shown(seq: int, state: Path, revision: Revision) -> bool:
    """Whether a running service shows a state of the catalogue.

    It answers from the newest base that has the parts it needs, and follows a few changes after it.
    """
    bases = (state / "bases").glob(base_name(revision.number, 0)[:-1] + "*")
    whole = [base.name for base in bases if all((state / part / base.name).is_dir() for part in NEEDED)]
    return any(seq <= int(name.rpartition("-")[2]) + MOST_PENDING for name in whole)


def standing_snapshot(catalogue: Catalogue, state: Path, revision: Revision) -> Snapshot:
    """The newest base, where it is one that this program can answer from.

    Raises: Unavailable (code no-index) if there is none; otherwise it must be compiled anew, for the reason given.
    """
    snapshot = open_snapshot(state, revision=revision)
    manifest = snapshot.base.manifest
    if manifest.lexicon != snapshot.segmenter.lexicon or manifest.numbers != compiled_numbers(revision.tuning):
        raise Unavailable("词典或排序数字与上次编制索引时不同。", code="other-index")
    if not is_of_history(snapshot.base, catalogue):
        raise Unavailable("索引与资源库不符（资源库也许是从备份恢复的）。", code="other-index")
    return snapshot
