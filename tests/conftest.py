"""What all tests share: the real data, where it is present, small snapshots, and hypothesis's settings."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from api.commands import run
from corpus.catalogue import StoredResource
from corpus.resource import Resource
from corpus.resource_rows import row_of
from corpus.revision import Revision, shipped_revision
from index.building import build_base
from index.digest import Digester
from index.segmentation import Segmenter, open_segmenter
from index.snapshot import Snapshot, open_snapshot
from index.spelling_building import build_spellings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with `catalogue/`, `judgments/` and `events/`; skips the test where there is none."""
    folder = Path(os.environ.get("XUEJING_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "catalogue").is_dir():
        pytest.skip(f"no real data in {folder}; XUEJING_DATA names another folder")
    return folder


@pytest.fixture(scope="session")
def revision() -> Revision:
    """What ships with the project."""
    return shipped_revision()


@pytest.fixture(scope="session")
def dictionaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled dictionaries are kept for the whole run."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def state(tmp_path: Path, dictionaries: Path) -> Path:
    """An empty state directory with compiled dictionaries."""
    (tmp_path / "cache").symlink_to(dictionaries)
    return tmp_path


@pytest.fixture(scope="session")
def segmenter(revision: Revision, dictionaries: Path) -> Segmenter:
    """The segmenter of the shipped revision."""
    return open_segmenter(revision.words, revision.removed_words, dictionaries)


@pytest.fixture(scope="session")
def snapshot_of(tmp_path_factory: pytest.TempPathFactory, dictionaries: Path) -> Callable[..., Snapshot]:
    """Makes a snapshot of a few resources, in the order given."""

    def make(*resources: Resource, revision: Revision | None = None) -> Snapshot:
        revision = revision or shipped_revision()
        state = tmp_path_factory.mktemp("state")
        (state / "cache").symlink_to(dictionaries)
        segmenter = open_segmenter(revision.words, revision.removed_words, dictionaries)
        batch = [
            StoredResource(serial, serial, "0" * 16, row_of(resource)["body"])
            for serial, resource in enumerate(resources, start=1)
        ]
        build_base(
            [Digester(segmenter).digest(batch)],
            state / "bases",
            revision=revision,
            seq=len(resources),
            lexicon=segmenter.lexicon,
            progress=lambda done: None,
        )
        snapshot = open_snapshot(state, revision=revision)
        spellings = state / "spellings" / snapshot.base.directory.name
        build_spellings(snapshot.base, spellings, revision=revision, segmenter=segmenter, progress=lambda done: None)
        return snapshot

    return make


@pytest.fixture
def xuejing(
    state: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command in this process, on the test's `state`: exit code, standard output, standard error."""
    monkeypatch.setenv("XUEJING_STATE", str(state))
    monkeypatch.setenv("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba")))

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return call
