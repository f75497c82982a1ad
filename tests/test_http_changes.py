"""GET /v1/changes: a copy that follows it becomes equal to the catalogue."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from written_service import Service, written_service

from corpus.resource import Resource
from index.snapshot import Snapshot

TAIJI = Resource(id="c:1", kind="course", title="太极拳入门", source="school")
NOVEL = Resource(id="b:1", kind="book", title="活着", source="library")


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(TAIJI)


@pytest.fixture
def service(tmp_path: Path, snapshot: Snapshot) -> Iterator[Service]:
    with written_service(tmp_path, snapshot) as service:
        yield service


def ask(service: Service, **parameters: Any) -> dict[str, Any]:
    response = service.client.get("/v1/changes", params=parameters)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_an_empty_catalogue_has_a_cursor_too(service: Service) -> None:
    first = ask(service)
    assert (first["items"], first["more"]) == ([], False)
    service.catalogue.write([TAIJI])
    assert [item["id"] for item in ask(service, cursor=first["next"])["items"]] == ["c:1"]


def test_each_resource_stands_once_with_its_last_change(service: Service) -> None:
    service.catalogue.write([TAIJI, NOVEL, replace(NOVEL, id="b:2")])
    service.catalogue.write([replace(TAIJI, status="hidden")])
    service.catalogue.delete(["b:1"])
    answer = ask(service)
    assert answer["items"] == [
        {"seq": 3, "id": "b:2", "status": "active", "item": replace(NOVEL, id="b:2").as_dict()},
        {"seq": 4, "id": "c:1", "status": "hidden", "item": {**TAIJI.as_dict(), "status": "hidden"}},
        {"seq": 5, "id": "b:1", "status": "deleted", "deleted": True},
    ]
    assert answer["more"] is False
    assert ask(service, cursor=answer["next"])["items"] == []


def test_pages_hold_everything_once(service: Service) -> None:
    service.catalogue.write([replace(NOVEL, id=str(number)) for number in range(7)])
    ids, cursor, more = [], "", True
    while more:
        page = ask(service, limit=3, **({"cursor": cursor} if cursor else {}))
        ids += [item["id"] for item in page["items"]]
        cursor, more = page["next"], page["more"]
    assert ids == [str(number) for number in range(7)]


edits = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["活着", "兄弟", "hidden", "delete", "look"])), max_size=20
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(edits)
def test_a_copy_becomes_equal(
    tmp_path_factory: pytest.TempPathFactory, snapshot: Snapshot, steps: list[tuple[str, str]]
) -> None:
    """Whatever is edited while another district follows."""
    with written_service(tmp_path_factory.mktemp("state"), snapshot) as service:
        copy: dict[str, Any] = {}
        cursor = follow(service, copy, "", pages=1)
        for id, what in steps:
            path = f"/v1/items/{id}"
            if what == "look":
                cursor = follow(service, copy, cursor, pages=1)
            elif what == "delete":
                service.client.delete(path)
            elif what == "hidden":
                service.client.patch(path, json={"status": "hidden"})
            else:
                service.client.put(path, json={"kind": "book", "title": what})
        follow(service, copy, cursor)
        assert copy == {id: item for id in "abcd" if (item := service.stored(id))}


def follow(service: Service, copy: dict[str, Any], cursor: str, *, pages: int = 100) -> str:
    for _ in range(pages):
        page = ask(service, limit=2, cursor=cursor)
        for change in page["items"]:
            if change.get("deleted"):
                copy.pop(change["id"], None)
            else:
                copy[change["id"]] = change["item"]
        cursor = page["next"]
        if not page["more"]:
            break
    return cursor


def expired(service: Service, cursor: str) -> bool:
    response = service.client.get("/v1/changes", params={"cursor": cursor})
    if response.status_code == 200:
        return False
    assert (response.status_code, response.json()["type"]) == (410, "/problems/cursor-expired")
    assert "从头" in response.json()["detail"]
    return True


def test_a_cursor_of_another_catalogue_or_of_the_future_has_expired(
    tmp_path: Path, service: Service, snapshot: Snapshot
) -> None:
    service.catalogue.write([TAIJI, NOVEL])
    cursor = ask(service)["next"]
    assert not expired(service, cursor)
    identity, _ = cursor.split("-")
    assert expired(service, f"{identity}-3")  # as after a restore from a backup
    (tmp_path / "other").mkdir()
    with written_service(tmp_path / "other", snapshot) as other:
        other.catalogue.write([TAIJI, NOVEL, replace(NOVEL, id="b:2")])
        assert expired(other, cursor)


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"cursor": "x"}, "/cursor"),
        ({"cursor": "1-"}, "/cursor"),
        ({"cursor": "\x00" * 200}, "/cursor"),
        ({"cursor": "1-1\n"}, "/cursor"),
        ({"cursor": "１-１"}, "/cursor"),
        ({"limit": 0}, "/limit"),
        ({"limit": 501}, "/limit"),
        ({"limit": "x"}, "/limit"),
        ({"since": "1"}, "/since"),
    ],
)
def test_what_cannot_be_asked(service: Service, parameters: dict[str, Any], pointer: str) -> None:
    response = service.client.get("/v1/changes", params=parameters)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_only_a_key_with_the_scope_opens_it(service: Service) -> None:
    assert TestClient(service.app).get("/v1/changes").status_code == 401
    assert service.client_with("search").get("/v1/changes").status_code == 403
