"""The real catalogue and its judgments, through the front door; skipped where the data is absent."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from corpus.catalogue import Catalogue
from corpus.importing import import_file
from corpus.revision import Revision
from index.indexing import compile_index
from index.snapshot import Snapshot, open_snapshot
from recommender.evaluation import Evaluation, answer, evaluate
from recommender.judgments import read_judgments

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory, dictionaries: Path, revision: Revision
) -> Snapshot:
    """The small catalogue, imported and indexed."""
    state = tmp_path_factory.mktemp("state")
    (state / "cache").symlink_to(dictionaries)
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    report = import_file(catalogue, shared_data / "catalogue" / "small.jsonl.gz", subjects=revision.subject_of)
    assert (report.created, report.errors) == (30_159, 0)
    compile_index(catalogue, state, revision=revision, progress=lambda *_: None)
    catalogue.close()
    return open_snapshot(state, revision=revision)


@pytest.fixture(scope="module")
def client(small: Snapshot) -> Iterator[TestClient]:
    with TestClient(create_app(lambda: small)) as client:
        yield client


def evaluated(small: Snapshot, shared_data: Path, name: str) -> Evaluation:
    return evaluate(small, shared_data / "judgments" / f"{name}.dev.jsonl")


@pytest.mark.parametrize(
    ("name", "type", "least"),
    [
        ("search-topics", "", 0.205),
        ("search-robust", "partial", 0.95),
        ("search-robust", "traditional", 0.94),
        ("search-robust", "latin", 0.95),
        ("recommend-likes", "", 0.32),
        ("recommend-interests", "", 0.20),
    ],
)
def test_quality_does_not_fall(small: Snapshot, shared_data: Path, name: str, type: str, least: float) -> None:
    (group,) = [group for group in evaluated(small, shared_data, name).groups if group.type == type]
    assert group.metrics["nDCG@10"].mean >= least


def test_twenty_queries_over_http_find_what_the_evaluation_measures(
    small: Snapshot, client: TestClient, shared_data: Path
) -> None:
    for judgment in read_judgments(shared_data / "judgments" / "search-topics.dev.jsonl")[:20]:
        pages = [
            client.get("/v1/search", params={"q": judgment.query, "limit": 50, "offset": offset}).json()
            for offset in (0, 50)
        ]
        found = [item["id"] for page in pages for item in page["items"]]
        assert found == answer(small, judgment, diversity=0)


def test_twenty_recommendations_over_http_are_those_that_are_measured(
    small: Snapshot, client: TestClient, shared_data: Path
) -> None:
    for judgment in read_judgments(shared_data / "judgments" / "recommend-likes.dev.jsonl")[:20]:
        body = {"likes": list(judgment.likes), "limit": 50, "diversity": 0}
        items = client.post("/v1/recommend", json=body).json()["items"]
        assert [item["id"] for item in items] == answer(small, judgment, diversity=0)[:50]


def test_every_title_typed_as_it_stands_finds_itself(small: Snapshot, client: TestClient) -> None:
    for row in range(0, len(small), 300):
        record = json.loads(small.base.blob(row))
        answered = client.get("/v1/search", params={"q": record["title"], "limit": 50}).json()
        titles = [item["title"] for item in answered["items"]]
        assert record["title"] in titles, record["id"]
