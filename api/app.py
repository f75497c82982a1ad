"""The HTTP application."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI

from api.access import Gate
from api.dispatching import Application
from api.keyring import Keyring
from api.logs import RequestLog
from api.openapi import install_openapi
from api.problems import install_problems
from api.query_recording import QueryRecorder
from api.request_limits import RequestLimits
from api.residents import assets, for_you, guide, home, resource, results, type_ahead, viewing
from api.residents.failures import install_failures
from api.v1 import bulk, changes, health, item_writing, items, job, lists, recommend, search, similar, suggest
from corpus.catalogue import Catalogue
from corpus.jobs import Jobs
from corpus.keys import KeyStore
from index.snapshot import Snapshot


def create_app(
    newest: Callable[[], Snapshot],
    *,
    help_line: str = "",
    recorder: QueryRecorder | None = None,
    keys: KeyStore | None = None,
    open_reading: bool = True,
    limits: RequestLimits | None = None,
    catalogue: Catalogue | None = None,
    jobs: Jobs | None = None,
) -> FastAPI:
    """An application whose every request asks once for the newest snapshot and answers from it.

    Args:
        help_line: a telephone number for residents who need help; empty where there is none.
        recorder: counts what is searched for; without one nothing of it is kept.
        keys: those that open what needs one; without them nothing does.
        open_reading: search and recommendation need no key.
        limits: how often one may ask; without them as often as one likes.
        catalogue: what is written to; without it the application only reads.
        jobs: where bodies are received that hold many changes; a JobRunner carries out the large ones.
    """
    app = Application(
        title="学径 Xuejing",
        summary="Search and recommendation for a lifelong-learning platform",
        version=project_version(),
        docs_url=None,  # the pages load scripts from outside
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.newest = newest
    app.state.help_line = help_line
    app.state.recorder = recorder
    app.state.open_reading = open_reading
    app.state.catalogue = catalogue
    app.state.jobs = jobs
    for module in (search, suggest, recommend, lists, similar, bulk, items, item_writing, job, changes, health):
        app.include_router(module.router)
    for page in (home, results, resource, for_you, guide, viewing, type_ahead, assets):
        app.include_router(page.router)
    install_problems(app)
    install_failures(app)
    app.add_middleware(Gate, keyring=Keyring(keys) if keys else None, limits=limits)
    app.add_middleware(RequestLog)
    install_openapi(app)
    return app


def project_version() -> str:
    """The installed version, or 0 where the project runs from its sources only."""
    try:
        return version("xuejing")
    except PackageNotFoundError:
        return "0"
