"""HTML from templates, with what stands on every page and the headers that keep it safe."""

from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.residents.assets import asset_address
from api.residents.browsing import search_address
from api.residents.viewing import View, view_of
from api.residents.wording import KIND_NAMES
from index.query import MOST_TEXT, Query
from index.search import search
from index.snapshot import Snapshot

SAFETY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_HEADERS: Final = {**SAFETY, "Cache-Control": "private, no-cache", "Vary": "Cookie"}

_templates: Final = Environment(
    loader=PackageLoader(__package__),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals.update(asset=asset_address, search_address=search_address, most_text=MOST_TEXT)
_templates.filters["thousands"] = "{:,}".format


def page(
    request: Request,
    template: str,
    *,
    snapshot: Snapshot | None,
    status: int = 200,
    view: View | None = None,
    **context: Any,
) -> Response:
    """A page; what it says of the catalogue is left out where there is no snapshot."""
    view = view or view_of(request)
    body = _templates.get_template(template).render(
        view=view,
        other_view=_other_view(request, view),
        kinds={} if snapshot is None else kinds_of(snapshot),
        path=request.scope["path"],
        help_line=request.app.state.help_line,
        **context,
    )
    return Response(body, status_code=status, media_type="text/html", headers=_HEADERS)


def kinds_of(snapshot: Snapshot) -> dict[str, str]:
    """The kinds of which the catalogue has something, with their names."""
    known: dict[str, str] = snapshot.remember("pages: kinds", lambda: _kinds(snapshot))
    return known


def _kinds(snapshot: Snapshot) -> dict[str, str]:
    counted = search(snapshot, Query(limit=0, facets=("kind",))).facets["kind"]
    present = {value.value for value in counted}
    return {kind: name for kind, name in KIND_NAMES.items() if kind in present}


def _other_view(request: Request, view: View) -> str:
    """The address that changes the view and comes back here."""
    here = quote(request.scope["path"], safe="/:@!$&'()*+,;=~")
    if query := request.scope["query_string"].decode("ascii", "ignore"):
        here += f"?{query}"
    return f"/view/{'standard' if view == 'elder' else 'elder'}?{urlencode({'back': here})}"
