"""An application over a real catalogue, with a key that may write."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from corpus.catalogue import Catalogue
from corpus.jobs import Jobs
from corpus.keys import KeyStore, Scope
from index.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Service:
    """The application from outside, and what lies behind it."""

    app: Any
    client: TestClient
    catalogue: Catalogue
    jobs: Jobs
    keys: KeyStore

    def client_with(self, *scopes: Scope) -> TestClient:
        secret, _ = self.keys.create(scopes, label="", now=int(time.time()))
        return TestClient(self.app, headers={"X-API-Key": secret})

    def stored(self, id: str) -> dict[str, Any] | None:
        resource = self.catalogue.get(id)
        return resource and resource.as_dict()


@contextmanager
def written_service(state: Path, snapshot: Snapshot) -> Iterator[Service]:
    """A service in a state directory, whose snapshot is the given one for ever."""
    url = f"sqlite:///{state}/catalogue.db"
    catalogue, keys, jobs = Catalogue.open(url), KeyStore.open(url), Jobs(state / "jobs")
    app = create_app(lambda: snapshot, keys=keys, catalogue=catalogue, jobs=jobs)
    secret, _ = keys.create(["catalog"], label="", now=int(time.time()))
    client = TestClient(app, headers={"X-API-Key": secret})
    try:
        yield Service(app=app, client=client, catalogue=catalogue, jobs=jobs, keys=keys)
    finally:
        catalogue.close()
        keys.close()
