"""POST /v1/items/bulk: every line gets its result, and only the wrong ones stay out."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from written_service import Service, written_service

from api.job_runner import JobRunner
from api.v1.bulk import MOST_AT_ONCE, MOST_BYTES, MOST_ROWS
from corpus.jobs import MOST_WAITING
from corpus.resource import Resource
from index.snapshot import Snapshot

TAIJI = Resource(id="c:1", kind="course", title="太极拳入门", source="school")
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(TAIJI)


@pytest.fixture
def service(tmp_path: Path, snapshot: Snapshot) -> Iterator[Service]:
    with written_service(tmp_path, snapshot) as service:
        service.catalogue.write([TAIJI])
        yield service


def record(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "kind": "course", "title": f"课程 {id}", **more}


def body(*lines: Any) -> bytes:
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return b"\n".join(texts) + b"\n"


def send(service: Service, content: bytes, **parameters: Any) -> Any:
    return service.client.post("/v1/items/bulk", content=content, headers=LINES, params=parameters)


def outcomes(response: Any) -> list[tuple[int, str, str, list[str]]]:
    assert response.status_code == 200, response.text
    rows = response.json()["rows"]
    return [(r["row"], r["id"], r["outcome"], [p["code"] for p in r.get("problems", [])]) for r in rows]


MIXED = body(
    record("a"),
    b"",
    record("c:1", title="太极拳提高"),
    {"delete": "c:2"},
    b'{"id": "b", "ki',
    record("d", kind="video"),
    record("a", title="又一个"),
    record("e", title="有\u202e控制符", subjects=["炼金术"]),
    record("c:1", source="library"),
    b"\xff\x00",
    b"[1]",
    {"delete": "a", "id": "a"},
    {"delete": 3},
    record("f", title="\ud800好"),
    {"title": "没有编号", "kind": "book"},
)
EXPECTED = [
    (1, "a", "created", []),
    (3, "c:1", "updated", []),
    (4, "c:2", "deleted", []),
    (5, "", "refused", ["broken-json"]),
    (6, "d", "refused", ["unknown-kind"]),
    (7, "a", "refused", ["duplicate-id"]),
    (8, "e", "created", ["invisible", "unknown-subject"]),
    (9, "c:1", "refused", ["duplicate-id"]),
    (10, "", "refused", ["not-utf8"]),
    (11, "", "refused", ["not-an-object"]),
    (12, "", "refused", ["wrong-deletion"]),
    (13, "", "refused", ["wrong-deletion"]),
    (14, "f", "created", ["invisible"]),
    (15, "", "refused", ["missing"]),
]


def test_every_line_has_its_result(service: Service) -> None:
    service.catalogue.write([Resource(id="c:2", kind="course", title="旧课", source="school")])
    response = send(service, MIXED)
    assert outcomes(response) == EXPECTED
    assert response.json()["counts"] == {"created": 3, "updated": 1, "unchanged": 0, "deleted": 1, "refused": 9}
    assert "第 5 行" in response.json()["rows"][3]["problems"][0]["message"]
    assert {resource["id"] for resource in everything(service)} == {"a", "c:1", "e", "f"}
    assert service.stored("c:1") == {**TAIJI.as_dict(), "title": "太极拳提高"}
    assert (service.stored("a") or {})["source"] == "api"


def test_a_dry_run_answers_the_same_and_writes_nothing(service: Service) -> None:
    service.catalogue.write([Resource(id="c:2", kind="course", title="旧课", source="school")])
    before, seq = everything(service), service.catalogue.seq()
    response = send(service, MIXED, dry_run=True)
    assert outcomes(response) == EXPECTED
    assert response.json()["dry_run"] is True
    assert (everything(service), service.catalogue.seq()) == (before, seq)


def test_sending_the_same_again_changes_nothing(service: Service) -> None:
    lines = body(*(record(str(i)) for i in range(600)), {"delete": "c:1"})
    assert send(service, lines).json()["counts"]["created"] == 600
    again = send(service, lines).json()
    assert again["counts"] == {"created": 0, "updated": 0, "unchanged": 601, "deleted": 0, "refused": 0}


def test_a_resource_stays_with_its_source(service: Service) -> None:
    response = send(service, body(record("c:1", source="library"), record("n", source="library")))
    assert outcomes(response) == [(1, "c:1", "refused", ["foreign-id"]), (2, "n", "created", [])]
    assert "school" in response.json()["rows"][0]["problems"][0]["message"]


def test_a_line_of_ten_megabytes_stays_out_alone(service: Service) -> None:
    big = json.dumps(record("big", description="x" * 10_000_000)).encode()
    response = send(service, body(record("a"), big, record("b")))
    job = finished(service, response)  # so large a body is no longer answered at once
    assert job["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "deleted": 0, "refused": 1}
    assert [(row["row"], row["problems"][0]["code"]) for row in job["problems"]] == [(2, "line-too-long")]


@pytest.mark.parametrize("line", [b"[" * 100_000, b'{"a":' * 100_000, b'{"id":' + b"9" * 5000 + b"}", b"\x00" * 99])
def test_hostile_lines_stay_out_alone(service: Service, line: bytes) -> None:
    response = send(service, body(line, record("a")))
    assert [(outcome, len(problems)) for _, _, outcome, problems in outcomes(response)] == [
        ("refused", 1),
        ("created", 0),
    ]


def test_a_body_that_cannot_be_used_at_all(service: Service) -> None:
    for content in (b"", b" \n\n\t\n"):
        assert send(service, content).status_code == 422
    for headers in ({"Content-Type": "application/json"}, {**LINES, "Content-Encoding": "gzip"}):
        assert service.client.post("/v1/items/bulk", content=MIXED, headers=headers).status_code == 415
    response = send(service, MIXED, colour="red")
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/colour")
    assert everything(service) == [TAIJI.as_dict()]
    assert leftovers(service) == []


def test_a_body_beyond_the_limits_is_refused_and_leaves_nothing(service: Service) -> None:
    for content in (b" " * (MOST_BYTES + 1), b"\n" * (MOST_ROWS + 1)):
        response = send(service, content)
        assert (response.status_code, response.json()["type"]) == (413, "/problems/body-too-large")
        assert "64 MB" in response.json()["detail"]
    assert leftovers(service) == []


def test_only_a_key_with_the_scope_opens_it(service: Service) -> None:
    assert TestClient(service.app).post("/v1/items/bulk", content=MIXED, headers=LINES).status_code == 401
    reader = service.client_with("search")
    assert reader.post("/v1/items/bulk", content=MIXED, headers=LINES).status_code == 403
    assert reader.get("/v1/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV").status_code == 403
    assert everything(service) == [TAIJI.as_dict()]


def test_many_rows_become_a_job_to_watch(service: Service) -> None:
    lines = body(*(record(str(i)) for i in range(MOST_AT_ONCE)), record("1"))
    response = send(service, lines)
    accepted = response.json()
    assert (accepted["state"], accepted["total"], accepted["done"]) == ("queued", MOST_AT_ONCE + 1, 0)
    url = response.headers["location"]
    assert service.client.get(url).json() == accepted
    assert service.client.get(f"{url}/rows").status_code == 409
    job = finished(service, response)
    assert (job["state"], job["done"], job["total"]) == ("done", MOST_AT_ONCE + 1, MOST_AT_ONCE + 1)
    assert job["counts"] == {"created": MOST_AT_ONCE, "updated": 0, "unchanged": 0, "deleted": 0, "refused": 1}
    assert [row["row"] for row in job["problems"]] == [MOST_AT_ONCE + 1]
    rows = service.client.get(job["rows_url"])
    assert rows.headers["content-type"] == "application/x-ndjson"
    told = [json.loads(line) for line in rows.text.splitlines()]
    assert [row["row"] for row in told] == [*range(1, MOST_AT_ONCE + 2)]
    assert service.catalogue.count() == MOST_AT_ONCE + 1


def test_a_dry_run_of_many_rows_is_a_job_that_writes_nothing(service: Service) -> None:
    response = send(service, body(*(record(str(i)) for i in range(MOST_AT_ONCE + 1))), dry_run=True)
    job = finished(service, response)
    assert (job["dry_run"], job["counts"]["created"]) == (True, MOST_AT_ONCE + 1)
    assert everything(service) == [TAIJI.as_dict()]


def test_an_unknown_job(service: Service) -> None:
    for id in ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "x" * 5000, "..", "%2e%2e", "turn.lock", "职"):
        for path in (f"/v1/jobs/{id}", f"/v1/jobs/{id}/rows"):
            assert service.client.get(path).status_code == 404


def test_too_many_waiting_jobs_are_refused(service: Service) -> None:
    lines = body(*(record(str(i)) for i in range(MOST_AT_ONCE + 1)))
    statuses = [send(service, lines).status_code for _ in range(MOST_WAITING + 1)]
    assert statuses == [202] * MOST_WAITING + [503]
    assert len(leftovers(service)) == MOST_WAITING


def test_a_locked_database_is_told(tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.database._BUSY_TIMEOUT", 0.1)
    with written_service(tmp_path, snapshot) as service:
        service.catalogue.seq()
        other = sqlite3.connect(tmp_path / "catalogue.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        response = send(service, MIXED)
        assert (response.status_code, response.json()["type"]) == (503, "/problems/database-unavailable")
        large = send(service, body(*(record(str(i)) for i in range(MOST_AT_ONCE + 1))))
        assert large.status_code == 202  # it is written when there is room
        other.execute("ROLLBACK")
        other.close()
        assert finished(service, large)["counts"]["created"] == MOST_AT_ONCE + 1


def everything(service: Service) -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in service.catalogue.scan()]


def leftovers(service: Service) -> list[str]:
    return [job.id for job in service.jobs.unfinished()] or [
        path.name for path in service.jobs._folder.iterdir() if path.is_dir()
    ]


def finished(service: Service, response: Any) -> dict[str, Any]:
    """The job of an answer, when a runner has carried it out."""
    assert response.status_code == 202, response.text
    with JobRunner(service.jobs, service.catalogue, subjects=lambda text: None):
        while True:
            job: dict[str, Any] = service.client.get(response.headers["location"]).json()
            if job["finished_at"]:
                return job
