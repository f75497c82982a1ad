"""A process answers from the snapshot that its parent has opened, and nobody keeps it longer than he needs it."""

import weakref
from collections.abc import Callable
from pathlib import Path

import pytest

from api.newest import Inheritance, NewestSnapshot
from corpus.catalogue import Catalogue
from corpus.resource import Resource
from corpus.revision import Revision
from index.indexing import compile_index
from index.snapshot import Snapshot, open_snapshot


@pytest.fixture
def catalogue(state: Path) -> Catalogue:
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    catalogue.write([Resource(id="c:1", kind="course", title="太极拳入门")])
    return catalogue


@pytest.fixture
def opened(catalogue: Catalogue, state: Path, revision: Revision) -> Callable[[], Snapshot]:
    """Compiles what stands in the catalogue and opens it."""

    def make() -> Snapshot:
        compile_index(catalogue, state, revision=revision, progress=lambda *step: None)
        return open_snapshot(state, revision=revision)

    return make


def test_what_is_inherited_is_answered_from_and_let_go(
    catalogue: Catalogue, state: Path, revision: Revision, opened: Callable[[], Snapshot]
) -> None:
    snapshot = opened()
    inheritance = Inheritance(snapshot)
    newest = NewestSnapshot(state, revision=revision, catalogue=catalogue, inheritance=inheritance)
    assert newest() is snapshot
    assert inheritance.take() is None
    held = weakref.ref(snapshot)
    del snapshot
    assert held() is not None
    catalogue.write([Resource(id="c:2", kind="course", title="评弹入门")])
    assert newest().seq == 2
    assert held() is None
    catalogue.close()


def test_without_an_inheritance_the_newest_is_opened(
    catalogue: Catalogue, state: Path, revision: Revision, opened: Callable[[], Snapshot]
) -> None:
    snapshot = opened()
    inheritance = Inheritance(snapshot)
    assert inheritance.take() is snapshot
    newest = NewestSnapshot(state, revision=revision, catalogue=catalogue, inheritance=inheritance)
    assert newest() is not snapshot
    assert newest().release == snapshot.release
    catalogue.close()
