"""The elder view: chosen by a link, kept in a cookie that says nothing else."""

from typing import Final, Literal

from fastapi import APIRouter, Request, Response

from corpus.errors import NotFound

router = APIRouter(include_in_schema=False)

View = Literal["standard", "elder"]
_COOKIE: Final = "view"
_A_YEAR: Final = 365 * 86_400


def view_of(request: Request) -> View:
    """How this visitor wants to see the pages."""
    return "elder" if request.cookies.get(_COOKIE) == "elder" else "standard"


def keep_view(response: Response, view: View) -> None:
    """Has the browser remember a view; the standard one needs no cookie."""
    if view == "elder":
        response.set_cookie(_COOKIE, view, max_age=_A_YEAR, httponly=True, samesite="lax")
    else:
        response.delete_cookie(_COOKIE, httponly=True, samesite="lax")


@router.get("/view/{view}")
async def choose_view(view: str, request: Request) -> Response:
    """Changes the view and goes back to where the link stood."""
    if view not in ("standard", "elder"):
        raise NotFound("没有这种显示方式。")
    response = Response(
        status_code=303,
        headers={"Location": own_address(request.query_params.get("back", "/")), "Cache-Control": "no-store"},
    )
    keep_view(response, "elder" if view == "elder" else "standard")
    return response


def own_address(address: str) -> str:
    """The address if it stays on this site and fits in a header, else the home page."""
    own = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if own and address.isascii() and address.isprintable() else "/"
