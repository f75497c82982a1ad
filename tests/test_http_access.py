"""Keys, scopes and limits over HTTP."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from fastapi import Request, Response
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from api.access import HEADER, key_of, require
from api.app import create_app
from api.request_limits import RequestLimits
from corpus.keys import Key, KeyStore, Scope
from corpus.resource import Resource
from index.snapshot import Snapshot

NOW = int(time.time())
RESOURCES = (
    Resource(id="c:1", kind="course", title="太极拳入门", tags=("养生",)),
    Resource(id="b:1", kind="book", title="活着", creators=("余华",)),
)
READING: tuple[tuple[str, str, Scope], ...] = (
    ("GET", "/v1/search?q=太极拳", "search"),
    ("GET", "/v1/suggest?q=太极", "search"),
    ("GET", "/v1/items/c:1", "search"),
    ("GET", "/v1/items/c:1/similar", "search"),
    ("GET", "/v1/lists/new", "search"),
    ("POST", "/v1/recommend", "recommend"),
)
READS = {"search", "suggest", "item", "similar", "list", "recommend"}


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(*RESOURCES)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('state')}/catalogue.db"


@pytest.fixture(scope="module")
def opened(url: str) -> Iterator[Callable[[], KeyStore]]:
    """Opens the keys as often as there are workers."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(KeyStore.open(url)))


@pytest.fixture(scope="module")
def store(opened: Callable[[], KeyStore]) -> KeyStore:
    return opened()


@pytest.fixture(scope="module")
def secrets(store: KeyStore) -> dict[str, str]:
    """A secret by scope."""
    scopes: tuple[Scope, ...] = ("search", "recommend", "catalog", "admin")
    return {scope: store.create([scope], label="", now=NOW)[0] for scope in scopes}


@pytest.fixture(scope="module")
def service(snapshot: Snapshot, opened: Callable[[], KeyStore]) -> Callable[..., TestClient]:
    """Makes a service over the same database as every other, with a route that needs the scope `catalog`."""

    def make(**options: Any) -> TestClient:
        app = create_app(lambda: snapshot, keys=opened(), **options)

        @app.put("/v1/mine", dependencies=[require("catalog")])
        async def mine(request: Request) -> Response:
            key = key_of(request)
            return Response(key.id if key else "")

        return TestClient(app)

    return make


@pytest.fixture(scope="module")
def client(service: Callable[..., TestClient]) -> TestClient:
    """A service as it is unless settings say otherwise, but without limits."""
    return service()


@pytest.fixture(scope="module")
def closed(service: Callable[..., TestClient]) -> TestClient:
    """A service where reading needs a key."""
    return service(open_reading=False)


def ask(client: TestClient, method: str, path: str, secret: str | None = None, **headers: str) -> Any:
    if secret is not None:
        headers[HEADER] = secret
    return client.request(method, path, headers=headers, json={} if method == "POST" else None)


def check_problem(response: Any, status: int, code: str) -> str:
    problem = response.json()
    assert response.status_code == problem["status"] == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"/problems/{code}"
    assert problem["request_id"] == response.headers["x-request-id"]
    assert all(any("一" <= character <= "龥" for character in problem[said]) for said in ("title", "detail"))
    return str(problem["detail"])


def test_a_route_needs_a_key_with_its_scope(client: TestClient, secrets: dict[str, str]) -> None:
    check_problem(ask(client, "PUT", "/v1/mine"), 401, "key-required")
    assert ask(client, "PUT", "/v1/mine", secrets["catalog"]).status_code == 200
    assert ask(client, "PUT", "/v1/mine", secrets["admin"]).status_code == 200
    assert "“catalog”" in check_problem(ask(client, "PUT", "/v1/mine", secrets["search"]), 403, "wrong-scope")


@pytest.mark.parametrize("wrong", ["{}A", "x{}", "*", "", "xj_"])
def test_a_key_is_right_or_wrong(client: TestClient, secrets: dict[str, str], wrong: str) -> None:
    response = ask(client, "PUT", "/v1/mine", wrong.format(secrets["catalog"]))
    check_problem(response, 401, "key-invalid")
    assert response.headers["www-authenticate"] == "ApiKey"


@pytest.mark.parametrize("value", [b"\xff\xfe", b"a" * 10_000, "钥".encode()], ids=["bytes", "long", "utf-8"])
def test_anything_may_be_sent_as_a_key(client: TestClient, value: bytes) -> None:
    response = client.put("/v1/mine", headers={HEADER.encode(): value})  # type: ignore[dict-item]
    check_problem(response, 401, "key-invalid")


def test_a_revoked_key_is_refused_by_every_worker_from_the_next_request_on(
    service: Callable[..., TestClient], store: KeyStore
) -> None:
    workers = [service(), service()]
    secret, key = store.create(["catalog"], label="", now=NOW)
    assert [ask(worker, "PUT", "/v1/mine", secret).text for worker in workers] == [key.id, key.id]
    store.revoke(key.id, now=NOW)
    for worker in workers:
        check_problem(ask(worker, "PUT", "/v1/mine", secret), 401, "key-invalid")


def test_an_expired_key_is_refused(client: TestClient, store: KeyStore) -> None:
    secret, _ = store.create(["catalog"], label="", now=NOW - 100, expires=NOW - 1)
    check_problem(ask(client, "PUT", "/v1/mine", secret), 401, "key-invalid")


@pytest.mark.parametrize(("method", "path", "scope"), READING)
def test_reading_is_open_but_a_wrong_key_is_told(
    client: TestClient, secrets: dict[str, str], method: str, path: str, scope: Scope
) -> None:
    assert ask(client, method, path).status_code == 200
    assert ask(client, method, path, secrets["catalog"]).status_code == 200
    check_problem(ask(client, method, path, "xj_guessed"), 401, "key-invalid")


@pytest.mark.parametrize(("method", "path", "scope"), READING)
def test_reading_can_be_closed(
    closed: TestClient, secrets: dict[str, str], method: str, path: str, scope: Scope
) -> None:
    check_problem(ask(closed, method, path), 401, "key-required")
    check_problem(ask(closed, method, path, secrets["catalog"]), 403, "wrong-scope")
    for allowed in (scope, "admin"):
        assert ask(closed, method, path, secrets[allowed]).status_code == 200


@pytest.mark.parametrize("path", ["/", "/search?q=太极", "/suggest?q=太极", "/livez", "/readyz", "/version"])
def test_pages_and_health_stay_open(closed: TestClient, path: str) -> None:
    assert ask(closed, "GET", path).status_code == 200
    assert ask(closed, "GET", path, "xj_of_something_else").status_code == 200


def test_without_keys_nothing_opens_what_needs_one(snapshot: Snapshot, secrets: dict[str, str]) -> None:
    client = TestClient(create_app(lambda: snapshot, open_reading=False))
    check_problem(ask(client, "GET", "/v1/search"), 401, "key-required")
    check_problem(ask(client, "GET", "/v1/search", secrets["admin"]), 401, "key-invalid")


def test_a_key_stands_in_no_log_and_its_public_id_does(client: TestClient, store: KeyStore) -> None:
    secret, key = store.create(["catalog"], label="区平台", now=NOW)
    with capture_logs() as lines:
        ask(client, "PUT", "/v1/mine", secret)
        ask(client, "PUT", "/v1/mine", secret[:-1])
        ask(client, "GET", "/v1/search?q=" + secret)
    assert [(line["status"], line.get("key")) for line in lines] == [(200, key.id), (401, None), (200, None)]
    assert secret[3:-1] not in repr(lines)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_too_many_requests_from_an_address(service: Callable[..., TestClient], secrets: dict[str, str]) -> None:
    clock = Clock()
    client = service(limits=RequestLimits(per_address=3, clock=clock))
    for method, path, _ in READING[:3]:
        assert ask(client, method, path).status_code == 200
    clock.now = 20.0
    response = ask(client, "GET", "/v1/search")
    assert "请过 40 秒再试" in check_problem(response, 429, "too-many-requests")
    assert response.headers["retry-after"] == "40"
    assert ask(client, "GET", "/v1/search", secrets["search"]).status_code == 200
    assert all(ask(client, "GET", path).status_code == 200 for path in ("/livez", "/readyz", "/version"))
    clock.now = 60.0
    assert ask(client, "GET", "/v1/search").status_code == 200


def test_too_many_requests_with_a_key(
    service: Callable[..., TestClient], secrets: dict[str, str], store: KeyStore
) -> None:
    clock = Clock()
    client = service(limits=RequestLimits(per_key=2, per_address=0, clock=clock))
    assert [ask(client, "PUT", "/v1/mine", secrets["catalog"]).status_code for _ in range(3)] == [200, 200, 429]
    assert ask(client, "PUT", "/v1/mine", secrets["admin"]).status_code == 200
    assert ask(client, "GET", "/v1/search").status_code == 200
    clock.now = 60.0
    assert ask(client, "PUT", "/v1/mine", secrets["catalog"]).status_code == 200


def test_guessing_is_slowed_down_and_disturbs_nobody_with_a_key(
    service: Callable[..., TestClient], secrets: dict[str, str]
) -> None:
    client = service(limits=RequestLimits(clock=Clock()))
    seen = [ask(client, "PUT", "/v1/mine", f"xj_{number}").status_code for number in range(40)]
    assert seen == [401] * 30 + [429] * 10
    response = ask(client, "PUT", "/v1/mine", "xj_x")
    check_problem(response, 429, "too-many-requests")
    assert int(response.headers["retry-after"]) > 0
    assert ask(client, "PUT", "/v1/mine", secrets["catalog"]).status_code == 200
    assert ask(client, "GET", "/v1/search").status_code == 200


def test_residents_who_ask_too_often_see_a_page(service: Callable[..., TestClient]) -> None:
    client = service(limits=RequestLimits(per_address=1, clock=Clock()))
    assert ask(client, "GET", "/", Accept="text/html").status_code == 200
    response = ask(client, "GET", "/", Accept="text/html")
    assert response.status_code == 429
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["retry-after"]
    assert "请稍等一下" in response.text
    assert ask(client, "GET", "/static/style.css").status_code == 200


def test_the_document_says_what_each_route_needs(service: Callable[..., TestClient]) -> None:
    for open_reading in (True, False):
        document = service(open_reading=open_reading).get("/openapi.json").json()
        assert document["components"]["securitySchemes"]["key"] | {"description": ""} == {
            "type": "apiKey",
            "in": "header",
            "name": HEADER,
            "description": "",
        }
        operations = {
            operation["operationId"]: operation
            for path, methods in document["paths"].items()
            for operation in methods.values()
            if path.startswith("/v1/")
        }
        assert operations.keys() > READS
        for name, operation in operations.items():
            responses = operation["responses"]
            assert {"401", "429"} <= set(responses)
            assert "Retry-After" in responses["429"]["headers"]
            optional = open_reading and name in READS
            assert ({} in operation["security"]) == optional == ("403" not in responses)
        assert document["paths"]["/v1/mine"]["put"]["security"] == [{"key": ["catalog"]}]


def test_a_key_is_not_shown_by_what_is_known_of_it(store: KeyStore) -> None:
    secret, key = store.create(["catalog"], label="", now=NOW)
    assert isinstance(key, Key)
    assert secret not in repr(store.by_hash())
