"""PUT, PATCH and DELETE /v1/items/{id}: what is answered with success is stored, and nothing else is."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from written_service import Service, written_service

from api.app import create_app
from corpus.demo import load_demo
from corpus.resource import Resource
from index.snapshot import Snapshot

TAIJI = Resource(id="c:1", kind="course", title="太极拳入门", source="school", tags=("养生",), popularity=3)


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(TAIJI)


@pytest.fixture
def service(tmp_path: Path, snapshot: Snapshot) -> Iterator[Service]:
    with written_service(tmp_path, snapshot) as service:
        yield service


@pytest.fixture
def client(service: Service) -> TestClient:
    return service.client


def book(**more: Any) -> dict[str, Any]:
    return {"kind": "book", "title": "活着", **more}


def refused(response: Any, status: int, type: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"/problems/{type}"
    for said in (problem["detail"], *(error["message"] for error in problem.get("errors", ()))):
        assert any("一" <= character <= "龥" for character in said), said
    return problem


def test_the_demo_goes_when_something_of_ones_own_comes(client: TestClient, service: Service) -> None:
    load_demo(service.catalogue, date(2026, 11, 24))
    assert len(service.catalogue.active_ids("demo")) > 300
    assert client.put("/v1/items/b:1", json=book()).status_code == 201
    assert service.catalogue.active_ids("demo") == set()
    assert service.catalogue.active_ids("api") == {"b:1"}


def test_a_new_resource_is_created(client: TestClient, service: Service) -> None:
    response = client.put("/v1/items/b:1", json=book(creators=["余华"], price=20))
    assert response.status_code == 201
    assert response.headers["location"] == "/v1/items/b%3A1"
    assert response.headers["x-seq"] == "1"
    item = {"id": "b:1", "kind": "book", "title": "活着", "source": "api", "creators": ["余华"], "price": 20}
    assert response.json() == {"outcome": "created", "seq": 1, "item": item, "warnings": []}
    assert service.stored("b:1") == item


def test_put_replaces_the_whole_and_the_same_again_changes_nothing(client: TestClient, service: Service) -> None:
    first = client.put("/v1/items/b:1", json=book(creators=["余华"]))
    second = client.put("/v1/items/b:1", json=book(subtitle="珍藏版"))
    assert (second.status_code, second.json()["outcome"], second.json()["seq"]) == (200, "updated", 2)
    assert service.stored("b:1") == {"id": "b:1", **book(), "source": "api", "subtitle": "珍藏版"}
    third = client.put("/v1/items/b:1", json=book(subtitle="珍藏版"))
    assert (third.status_code, third.json()["outcome"], third.json()["seq"]) == (200, "unchanged", 2)
    assert first.headers["etag"] != second.headers["etag"] == third.headers["etag"]


@pytest.mark.parametrize("id", ["bulk", "Web开发/CS142", "课程：1（新）?#%", "a" * 200, "similar"])
def test_every_allowed_id_can_be_written(client: TestClient, service: Service, id: str) -> None:
    assert client.put("/v1/items/" + quote(id), json=book()).status_code == 201
    assert service.stored(id) == {"id": id, **book(), "source": "api"}
    assert client.patch("/v1/items/" + quote(id), json={"price": 1}).json()["item"]["price"] == 1
    assert client.delete("/v1/items/" + quote(id)).status_code == 204


@pytest.mark.parametrize(
    "id", ["", " a", "a ", "a b", "a\u3000b", "\x00", "\u202ea", "a" * 201, "a/similar"], ids=ascii
)
def test_no_other_id_can(client: TestClient, service: Service, id: str) -> None:
    refused(client.put("/v1/items/" + quote(id), json=book()), 422, "invalid-request")
    assert service.catalogue.seq() == 0


@pytest.mark.parametrize(("given", "status"), [("b:1", 201), (" b:1 ", 201), ("b:2", 422), (["b:1"], 422), (0, 422)])
def test_the_body_may_only_repeat_the_id(client: TestClient, given: Any, status: int) -> None:
    response = client.put("/v1/items/b:1", json=book(id=given))
    assert response.status_code == status
    if status == 422:
        assert refused(response, 422, "invalid-request")["errors"][0]["pointer"] == "/id"


def test_what_cleaning_changes_is_told(client: TestClient, service: Service) -> None:
    body = book(title="活\u202e着\ud800", subjects=["炼金术"], colour="red", isbn="123")
    answer = client.put("/v1/items/b:1", content=json.dumps(body), headers={"Content-Type": "application/json"}).json()
    assert answer["item"]["title"] == "活着"
    assert {warning["pointer"] for warning in answer["warnings"]} == {"/title", "/subjects", "/colour", "/isbn"}
    assert service.stored("b:1") == answer["item"]


def test_patch_changes_the_fields_it_names(client: TestClient, service: Service) -> None:
    service.catalogue.write([TAIJI])
    response = client.patch(
        "/v1/items/c:1",
        content='{"title": "太极拳提高", "tags": null, "capacity": 20}',
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert (response.status_code, response.json()["outcome"]) == (200, "updated")
    expected = replace(TAIJI, title="太极拳提高", tags=(), capacity=20)
    assert response.json()["item"] == expected.as_dict() == service.stored("c:1")


def test_a_patch_of_popularity_leaves_the_text_as_it_was(client: TestClient, service: Service) -> None:
    service.catalogue.write([TAIJI])
    (before,) = service.catalogue.scan()
    assert client.patch("/v1/items/c:1", json={"popularity": 4}).json()["seq"] == before.seq + 1
    (after,) = service.catalogue.scan()
    assert (after.text_hash, after.body != before.body) == (before.text_hash, True)


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"title": None}, "/title"),
        ({"title": ""}, "/title"),
        ({"title": {"text": "活着"}}, "/title"),
        ({"kind": "video"}, "/kind"),
        ({"id": "c:2"}, "/id"),
        ({"id": None}, "/id"),
        ({"starts_at": "2026-05-02", "ends_at": "2026-05-01"}, "/ends_at"),
    ],
)
def test_a_patched_resource_is_checked_as_a_whole(
    client: TestClient, service: Service, patch: dict[str, Any], pointer: str
) -> None:
    service.catalogue.write([TAIJI])
    problem = refused(client.patch("/v1/items/c:1", json=patch), 422, "invalid-request")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert service.stored("c:1") == TAIJI.as_dict()


def test_a_resource_stays_with_its_source(client: TestClient, service: Service) -> None:
    service.catalogue.write([TAIJI])
    for response in (
        client.put("/v1/items/c:1", json=book(source="library")),
        client.patch("/v1/items/c:1", json={"source": "library"}),
    ):
        assert "school" in refused(response, 409, "foreign-id")["detail"]
    assert service.stored("c:1") == TAIJI.as_dict()
    assert client.put("/v1/items/c:1", json=book()).json()["item"]["source"] == "school"
    assert client.put("/v1/items/c:1", json=book(source="school")).json()["outcome"] == "unchanged"
    assert client.patch("/v1/items/c:1", json={"source": None}).json()["outcome"] == "unchanged"
    client.delete("/v1/items/c:1")
    assert client.put("/v1/items/c:1", json=book(source="library")).status_code == 201


def test_delete_leaves_a_tombstone_that_can_be_written_again(client: TestClient, service: Service) -> None:
    service.catalogue.write([TAIJI])
    response = client.delete("/v1/items/c:1")
    assert (response.status_code, response.content, response.headers["x-seq"]) == (204, b"", "2")
    assert service.stored("c:1") is None
    refused(client.delete("/v1/items/c:1"), 404, "not-found")
    refused(client.patch("/v1/items/c:1", json={"price": 1}), 404, "not-found")
    again = client.put("/v1/items/c:1", json=book())
    assert (again.status_code, again.json()["outcome"], again.json()["seq"]) == (201, "created", 3)


def test_if_match_replaces_only_what_was_seen(client: TestClient, service: Service) -> None:
    seen = client.put("/v1/items/b:1", json=book()).headers["etag"]
    for stale in ('"0123456789abcdef"', "W/" + seen, "nonsense", ""):
        for ask in (client.put, client.patch):
            response = ask("/v1/items/b:1", json=book(price=1), headers={"If-Match": stale})
            refused(response, 412, "precondition-failed")
        refused(client.delete("/v1/items/b:1", headers={"If-Match": stale}), 412, "precondition-failed")
    assert service.catalogue.seq() == 1
    response = client.patch("/v1/items/b:1", json={"price": 1}, headers={"If-Match": f'"other", {seen}'})
    assert (response.status_code, response.headers["etag"] == seen) == (200, False)
    refused(client.delete("/v1/items/b:1", headers={"If-Match": seen}), 412, "precondition-failed")
    assert client.delete("/v1/items/b:1", headers={"If-Match": "*"}).status_code == 204


def test_preconditions_on_what_is_not_there(client: TestClient) -> None:
    for match in ("*", '"0123456789abcdef"'):
        refused(client.put("/v1/items/b:1", json=book(), headers={"If-Match": match}), 412, "precondition-failed")
        refused(client.patch("/v1/items/b:1", json=book(), headers={"If-Match": match}), 404, "not-found")
    assert client.put("/v1/items/b:1", json=book(), headers={"If-None-Match": "*"}).status_code == 201
    refused(client.put("/v1/items/b:1", json=book(), headers={"If-None-Match": "*"}), 412, "precondition-failed")


def test_of_two_who_saw_the_same_one_wins(client: TestClient, service: Service) -> None:
    for turn in range(10):
        seen = client.put("/v1/items/b:1", json=book(price=turn)).headers["etag"]
        start, statuses = threading.Barrier(2), {}

        def write(name: str, seen: str = seen, start: threading.Barrier = start, to: dict[str, int] = statuses) -> None:
            start.wait()
            to[name] = client.patch("/v1/items/b:1", json={"subtitle": name}, headers={"If-Match": seen}).status_code

        threads = [threading.Thread(target=write, args=(name,)) for name in ("甲", "乙")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses.values()) == [200, 412]
        stored = service.stored("b:1")
        assert stored
        assert statuses[stored["subtitle"]] == 200


def test_what_was_read_can_be_changed(service: Service, client: TestClient) -> None:
    """The ETag of a resource in the index is that of the stored one."""
    service.catalogue.write([TAIJI])
    read = client.get("/v1/items/c:1")
    tag = read.headers["etag"]
    assert client.get("/v1/items/c:1", headers={"If-None-Match": f'W/{tag}, "x"'}).status_code == 304
    unchanged = client.get("/v1/items/c:1", headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert client.get("/v1/items/c:1", headers={"If-None-Match": '"x"'}).content == read.content
    linked = client.get("/v1/items/c:1", headers={"If-None-Match": tag, "Accept": "application/ld+json"})
    assert (linked.status_code, "etag" in linked.headers) == (200, False)
    assert client.patch("/v1/items/c:1", json={"price": 1}, headers={"If-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\x00\xff\xfe",
        b"\x1f\x8b\x08\x00",
        b'{"kind":"book","title":"\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"title": {"a":' * 900 + b"1" + b"}" * 1800,
        b'{"kind":"book","title":"x","price":NaN}',
        b'{"kind":"book","title":"x","price":1e999}',
        b'{"kind":"book","title":"x","price":' + b"9" * 5000 + b"}",
        b'{"kind":"book","title":"x","published":' + b"9" * 4000 + b"}",
        b'{"kind":"book","title":"' + b"x" * 501 + b'"}',
        b'{"kind":"book","title":"\\u0000\\u202e\\ud800"}',
        b'{"kind":"book"}',
        b"{}",
        "<script>alert(1)</script>".encode("utf-16"),
    ],
    ids=lambda body: f"{len(body)} {body[-12:]!a}",
)
def test_bad_bodies_are_refused_in_plain_words(client: TestClient, service: Service, body: bytes) -> None:
    service.catalogue.write([TAIJI])
    for ask in (client.put, client.patch):
        if ask == client.patch and body in (b"{}", b'{"kind":"book"}'):
            continue
        response = ask("/v1/items/c:1", content=body, headers={"Content-Type": "application/json"})
        refused(response, 422, "invalid-request")
    assert service.stored("c:1") == TAIJI.as_dict()


def test_hostile_texts_are_only_texts(client: TestClient, service: Service) -> None:
    title = "<script>alert(1)</script>'; DROP TABLE resources; --"
    assert client.put("/v1/items/b:1", json=book(title=title)).json()["item"]["title"] == title
    assert service.catalogue.count() == 1


def test_of_equal_keys_the_last_counts_as_in_an_import(client: TestClient) -> None:
    body = '{"kind": "book", "title": "一", "title": "二"}'
    response = client.put("/v1/items/b:1", content=body, headers={"Content-Type": "application/json"})
    assert response.json()["item"]["title"] == "二"


def test_bodies_of_another_kind_or_size_are_refused(client: TestClient) -> None:
    label = {"Content-Type": "text/plain"}
    refused(client.put("/v1/items/b:1", content=b"{}", headers=label), 415, "unsupported-media-type")
    refused(client.patch("/v1/items/b:1", content=b"{}", headers=label), 415, "unsupported-media-type")
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    refused(client.put("/v1/items/b:1", content=b"{}", headers=packed), 415, "unsupported-media-type")
    large = client.put("/v1/items/b:1", content=b" " * 1_000_001, headers={"Content-Type": "application/json"})
    refused(large, 413, "body-too-large")


def test_nobody_writes_without_the_scope(service: Service) -> None:
    nobody, reader = TestClient(service.app), service.client_with("search", "curate")
    for client, status in ((nobody, 401), (reader, 403)):
        assert client.put("/v1/items/b:1", json=book()).status_code == status
        assert client.patch("/v1/items/b:1", json=book()).status_code == status
        assert client.delete("/v1/items/b:1").status_code == status
    assert service.catalogue.seq() == 0


def test_an_address_tells_all_its_methods(client: TestClient) -> None:
    response = client.post("/v1/items/b:1")
    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, PATCH, PUT"


def test_an_application_without_a_catalogue_only_reads(service: Service, snapshot: Snapshot) -> None:
    app = create_app(lambda: snapshot, keys=service.keys)
    client = TestClient(app, headers=service.client.headers)
    assert client.get("/v1/items/c:1").status_code == 200
    refused(client.put("/v1/items/b:1", json=book()), 503, "no-catalogue")
    refused(client.delete("/v1/items/b:1"), 503, "no-catalogue")


def test_a_locked_database_is_told_and_reading_goes_on(
    tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.database._BUSY_TIMEOUT", 0.1)
    with written_service(tmp_path, snapshot) as service:
        client = service.client
        other = sqlite3.connect(tmp_path / "catalogue.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        response = client.put("/v1/items/b:1", json=book())
        assert "稍后再试" in refused(response, 503, "database-unavailable")["detail"]
        assert response.headers["retry-after"]
        assert client.get("/v1/items/c:1").status_code == 200
        assert client.get("/v1/changes").status_code == 200
        other.execute("ROLLBACK")
        other.close()
        assert client.put("/v1/items/b:1", json=book()).status_code == 201


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path, snapshot: Snapshot) -> None:
    with written_service(tmp_path, snapshot) as service:
        client = service.client
        assert client.put("/v1/items/b:0", json=book()).status_code == 201
        with service.catalogue._writing() as connection:  # the pool's only connection so far
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        service_is_full = client.put("/v1/items/b:1", json=book(description="字" * 20_000))
        problem = refused(service_is_full, 503, "database-unavailable")
        assert "磁盘已满" in problem["detail"]
        assert service_is_full.headers["retry-after"]
        assert service.stored("b:1") is None
        assert service.stored("b:0") is not None
        assert client.patch("/v1/items/b:0", json={"price": 1}).status_code == 200
