"""HTTP as people write it: addresses with Chinese characters, and Chinese words for what cannot be read."""

import re
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.identifiers import new_identifier
from api.problems import MEDIA_TYPE, problem_body

_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
_WITHOUT_BODY: Final = (b"GET ", b"HEAD ")
_UNREADABLE: Final = "这不是正确的 HTTP 请求，或者地址太长了（最多 65535 个字节）。"


class _JoinedWriting:
    """A connection that sends the head of an answer with the beginning of its body: one packet instead of two."""

    __slots__ = ("_cycle", "_head", "_transport")

    def __init__(self, transport: Any, cycle: Any) -> None:
        self._transport = transport
        self._cycle = cycle
        self._head: bytes | None = None

    def write(self, data: bytes) -> None:
        if self._head is None and self._cycle.response_started:
            self._head = data
            return
        if self._head:
            data, self._head = self._head + data, b""
        self._transport.write(data)

    def close(self) -> None:
        if self._head:
            self._transport.write(self._head)
        self._transport.close()

    def is_closing(self) -> bool:
        closing: bool = self._transport.is_closing()
        return closing


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which also takes `curl 'http://…/v1/search?q=太极拳'`: curl sends those bytes as they are."""

    leaving: ClassVar = False
    """This process is about to stop: an answer ends its connection."""

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        cycle: Any = self.cycle
        if cycle.scope["method"] != "HEAD":  # its answer has no body to wait for
            cycle.transport = _JoinedWriting(self.transport, cycle)
        if self.leaving:
            self.answer_last()

    def answer_last(self) -> None:
        """Has the answer that is being made end the connection."""
        cycle: Any = self.cycle  # None before the first request
        if cycle is not None:
            cycle.keep_alive = False

    def data_received(self, data: bytes) -> None:
        cycle: Any = self.cycle  # None before the first request
        between = cycle is None or cycle.response_complete
        if between and not data.isascii() and data.startswith(_WITHOUT_BODY):
            line, end, rest = data.partition(b"\r\n")
            data = _NOT_ASCII.sub(_escaped, line) + end + rest
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP, or too long an address, with a problem as well."""
        body = problem_body(status=400, detail=_UNREADABLE, instance="", request_id=new_identifier())
        lines = [
            STATUS_LINE[400],
            *(b"%b: %b\r\n" % header for header in self.server_state.default_headers),
            b"content-type: %b\r\n" % MEDIA_TYPE.encode(),
            b"content-length: %d\r\n" % len(body),
            b"connection: close\r\n\r\n",
            body,
        ]
        self.transport.write(b"".join(lines))
        self.transport.close()


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]
