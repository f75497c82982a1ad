"""The snapshot that a request sees."""

from pathlib import Path

from fastapi import Request

from corpus.catalogue import Catalogue
from corpus.revision import Revision
from index.filters import COUNTED
from index.query import Query
from index.search import search
from index.shapes import likeness
from index.snapshot import Snapshot
from index.snapshot_keeper import SnapshotKeeper
from recommender.recommend import recommend
from recommender.request import Interest
from recommender.request import Request as RecommendRequest


class Inheritance:
    """A snapshot for those who are forked while it is here; who takes it has it for himself alone."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self._snapshot = snapshot

    def take(self) -> Snapshot | None:
        """The snapshot, which is not kept here any longer: a base outlives its directory as long as it is open."""
        snapshot, self._snapshot = self._snapshot, None
        return snapshot


class NewestSnapshot:
    """The newest snapshot of a state directory, opened as soon as an index stands there."""

    def __init__(
        self,
        state: Path,
        *,
        revision: Revision,
        catalogue: Catalogue | None = None,
        inheritance: Inheritance | None = None,
    ) -> None:
        """
        Args:
            inheritance: what is open already, to begin with.
        """
        self._state = state
        self._revision = revision
        self._catalogue = catalogue
        self._inheritance = inheritance or Inheritance()
        self._keeper: SnapshotKeeper | None = None

    def __call__(self) -> Snapshot:
        if self._keeper is None:
            self._keeper = SnapshotKeeper(
                self._state, revision=self._revision, catalogue=self._catalogue, opened=self._inheritance.take()
            )
        return self._keeper.current


def snapshot_of(request: Request) -> Snapshot:
    """The snapshot for a request; to be asked for once and used to its end.

    Raises: Unavailable while there is no index.
    """
    snapshot: Snapshot = request.app.state.newest()
    return snapshot


def warm_up(snapshot: Snapshot) -> None:
    """Has everything compiled and loaded that the first requests need."""
    search(snapshot, Query(facets=("kind",)))
    for text in ("学习", "书名:学习", "xuexi xueshi", "学细"):
        search(snapshot, Query(text=text, facets=COUNTED))
    likeness("习", "刁")
    recommend(snapshot, RecommendRequest())
    recommend(snapshot, RecommendRequest(interests=(Interest(text="学习"),)))
