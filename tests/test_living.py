"""A service under load, seen from outside: the short form of `python -m benchmarks.living`."""

import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from benchmarks.killing import kills
from benchmarks.living import deletes, freshness, mixed
from benchmarks.running_service import Service, running
from corpus.catalogue import Catalogue
from corpus.demo import load_demo
from corpus.revision import Revision
from index.indexing import compile_index

pytestmark = pytest.mark.slow

KILLS = 10
SECONDS = 20


@pytest.fixture
def service(tmp_path: Path, dictionaries: Path, revision: Revision) -> Iterator[Service]:
    (tmp_path / "cache").symlink_to(dictionaries)
    catalogue = Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db")
    load_demo(catalogue, date(2026, 11, 24))
    compile_index(catalogue, tmp_path, revision=revision, progress=lambda *step: None)
    catalogue.close()
    with running(Service(tmp_path, workers=2)) as service:
        yield service


def test_changes_are_seen_at_once_and_what_is_deleted_never(service: Service) -> None:
    seen = freshness(service, changes=20, searches=50)
    assert seen.late == 0
    assert not seen.failed
    gone = deletes(service, n=20, searches=50)
    assert gone.seen == 0
    assert not gone.failed


def test_mixed_load_fails_nobody(service: Service) -> None:
    load = mixed(service, seconds=SECONDS, rate=50)
    assert load.reads > SECONDS * 20
    assert load.written > SECONDS
    assert not load.failed


def test_nothing_acknowledged_is_lost_when_processes_are_killed(service: Service) -> None:
    killed = kills(service, n=KILLS, chance=random.Random(5))
    assert killed.acknowledged > 50
    assert killed.lost == []
    service.stop()
    status = json.loads(service.run("status", "--verify", "--json"))
    assert status["index"]["damaged"] == []
    assert status["index"]["problem"] is None
