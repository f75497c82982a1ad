"""Who may ask for what, and how often: the key of a request, and the scope that a route needs."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import Depends, Request
from fastapi.routing import RouteContext
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Asgi

from api.keyring import Keyring
from api.problems import KeyInvalid, KeyRequired, WrongScope
from api.request_limits import RequestLimits
from corpus.errors import XuejingError
from corpus.keys import Key, Scope

HEADER: Final = "X-API-Key"
_HEADER: Final = HEADER.lower().encode()
_INTERFACE: Final = "/v1/"
_UNCOUNTED: Final = ("/static/", "/livez", "/readyz", "/version", "/metrics")
"""Paths that are not limited: they cost nothing, and whoever watches over the service shall always hear of it."""


class Requirement:
    """A dependency of a route: a key with a scope."""

    def __init__(self, scope: Scope, *, reading: bool = False) -> None:
        self.scope = scope
        self.reading = reading
        """Needs its key only where reading is closed."""

    def __call__(self) -> None:
        """What FastAPI takes for a dependency; a Dispatcher checks."""

    def check(self, request: Request) -> None:
        """Lets a request pass. Raises: KeyRequired or WrongScope."""
        if self.reading and request.app.state.open_reading:
            return
        key = key_of(request)
        if key is None:
            raise KeyRequired(f"这个接口需要密钥：请在请求头 {HEADER} 里给出。")
        if not key.allows(self.scope):
            raise WrongScope(f"这把密钥没有“{self.scope}”权限，不能用这个接口；请向管理员申请。")


def require(scope: Scope) -> Any:
    """For a route's `dependencies`: only with a key that has a scope."""
    return Depends(Requirement(scope))


def require_to_read(scope: Scope) -> Any:
    """For a route's `dependencies`: open to all unless reading is closed, then only with a key that has a scope."""
    return Depends(Requirement(scope, reading=True))


def requirements_of(route: RouteContext) -> Sequence[Requirement]:
    """What must be met before a route answers. Raises: TypeError if that is something else."""
    found = [depends.dependency for depends in getattr(route, "dependencies", ())]
    if not all(isinstance(requirement, Requirement) for requirement in found):
        raise TypeError(f"{route.path}: a route depends on what it requires, and on nothing else: {found}")
    return found


def key_of(request: Request) -> Key | None:
    """The key that a request was made with, None without one."""
    key: Key | None = request.scope.get("state", {}).get("key")
    return key


class Gate:
    """Middleware: finds the key of each request to the interface, and counts requests by key or by address.

    A key that is given must be right, also where none is needed.
    """

    def __init__(self, app: ASGIApp, keyring: Keyring | None, limits: RequestLimits | None) -> None:
        self._app = app
        self._keyring = keyring
        self._limits = limits

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self._admit(scope)
            except XuejingError as error:
                answer = await scope["app"].exception_handlers[XuejingError](Request(scope), error)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _admit(self, scope: Asgi) -> None:
        path: str = scope["path"]
        if path.startswith(_INTERFACE):
            for name, value in scope["headers"]:
                if name == _HEADER:
                    self._admit_with(value, scope)
                    return
        if self._limits and not path.startswith(_UNCOUNTED):
            self._limits.count_address(_host(scope))

    def _admit_with(self, secret: bytes, scope: Asgi) -> None:
        key = self._keyring.find(secret) if self._keyring else None
        if key is None:
            if self._limits:
                self._limits.count_guess(_host(scope))
            raise KeyInvalid("密钥不对，或者已经停用、过期；请检查，或向管理员要一把新的。")
        scope["state"]["key"] = key
        if self._limits:
            self._limits.count_key(key.id)


def _host(scope: Asgi) -> str:
    client = scope.get("client")
    return client[0] if client else ""
