"""From a request to the function of its route: FastAPI declares and describes the routes, here they are called.

FastAPI asks router after router, and prepares for each request whatever a function might want of it. Ours want the
request and the parameters of their path, so that a look into a dict and a call are all it takes.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.convertors import Convertor
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import Requirement, requirements_of


class Application(FastAPI):
    """Answers through its own middleware and a Dispatcher, without what FastAPI puts before and between them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = Dispatcher(self)
        for middleware, arguments, options in reversed(self.user_middleware):
            app = middleware(app, *arguments, **options)
        return app


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A route as it is called."""

    path: str
    """Its template."""
    methods: frozenset[str]
    regex: re.Pattern[str]
    convertors: Mapping[str, Convertor[Any]]
    """Of the parameters of its path."""
    requirements: Sequence[Requirement]
    function: Callable[..., Any]
    waits: bool
    """The function is asynchronous; another is called on a thread."""
    request: str
    """The parameter that takes the request; empty where none does."""

    @classmethod
    def of(cls, route: RouteContext) -> "Door":
        """Raises: TypeError if a route depends on more than it is given here."""
        function, convertors = route.endpoint, route.param_convertors
        assert function is not None
        wanted = [*inspect.signature(function).parameters.keys() - convertors.keys()]
        if len(wanted) > 1:
            raise TypeError(f"{route.path}: a route is given its request and the parameters of its path, not {wanted}")
        return cls(
            path=str(route.path),
            methods=frozenset(route.methods or ()),
            regex=route.path_regex,
            convertors=convertors,
            requirements=requirements_of(route),
            function=function,
            waits=inspect.iscoroutinefunction(function),
            request=wanted[0] if wanted else "",
        )

    async def answer(self, request: Request, parameters: Mapping[str, Any]) -> Response:
        for requirement in self.requirements:
            requirement.check(request)
        given = {**parameters, self.request: request} if self.request else parameters
        if self.waits:
            answer: Response = await self.function(**given)
            return answer
        return await run_in_threadpool(self.function, **given)


class Dispatcher:
    """Calls the function of each request's route, and has errors answered by the application's handlers."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        doors = [Door.of(route) for route in iter_route_contexts(app.routes)]
        self._exact = {(method, door.path): door for door in doors if not door.convertors for method in door.methods}
        self._others = [door for door in doors if door.convertors]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app.router(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            door, parameters = self.find(scope["method"], scope["path"])
            scope["route"] = door
            response = await door.answer(request, parameters)
        except Exception as error:
            handlers = self._app.exception_handlers
            handler = next((handlers[kind] for kind in type(error).__mro__ if kind in handlers), None)
            if handler is None:
                raise
            response = await handler(request, error)  # type: ignore[misc]
        await response(scope, receive, send)

    def find(self, method: str, path: str) -> tuple[Door, Mapping[str, Any]]:
        """The door for a request with the parameters of its path; an exact path comes before one with parameters.

        Raises: HTTPException, 405 if there is one for other methods only, else 404.
        """
        door = self._exact.get((method, path))
        if door is not None:
            return door, {}
        for door in self._others:
            if method in door.methods and (found := door.regex.match(path)):
                return door, {name: door.convertors[name].convert(text) for name, text in found.groupdict().items()}
        others = any(door.regex.match(path) for door in self._others)
        raise HTTPException(405 if others or any(path == known for _, known in self._exact) else 404)
