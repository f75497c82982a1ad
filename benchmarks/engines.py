"""Which engines there are, and which are missing on this machine."""

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from benchmarks.own_engine import OwnEngine
from benchmarks.peers import PEERS
from benchmarks.xapian_peer import Xapian

ALL: dict[str, Any] = {engine.name: engine for engine in (OwnEngine, *PEERS, Xapian)}
"""By name, this service's own kernel first."""


def available() -> tuple[dict[str, str], list[str]]:
    """The version of every engine that is here, and a sentence for every one that is not."""
    versions, missing = {}, []
    for name, engine in ALL.items():
        try:
            versions[name] = "" if engine is OwnEngine else engine.version()
        except PackageNotFoundError:
            missing.append(f"{name} ({engine.package} is not installed)")
    return versions, missing


def versions_of(*packages: str) -> dict[str, str]:
    return {name: version(name) for name in packages if find_spec(name.replace("-", "_"))}
