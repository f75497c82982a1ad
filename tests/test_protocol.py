"""Answers on a real connection: the head goes out with the body, whatever kind of body that is."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from api.protocol import HttpProtocol

HEAD = {"type": "http.response.start", "status": 200}
LENGTH = [(b"content-length", b"5")]
GET = b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n"
HELLO = b"\r\ncontent-length: 5\r\n\r\nhello"


async def app(scope: Any, receive: Any, send: Any) -> None:
    match scope["path"]:
        case "/whole":
            await send({**HEAD, "headers": LENGTH})
            await send({"type": "http.response.body", "body": b"hello"})
        case "/pieces":
            await send({**HEAD, "headers": []})
            for piece in (b"he", b"", b"llo"):
                await asyncio.sleep(0.01)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body"})
        case "/nothing":
            await send({**HEAD, "status": 204, "headers": []})
            await send({"type": "http.response.body"})
        case "/echo":
            body = (await receive())["body"]
            await send({**HEAD, "headers": [(b"content-length", b"%d" % len(body))]})
            await send({"type": "http.response.body", "body": body})
        case "/broken":
            await send({**HEAD, "headers": LENGTH})
            raise RuntimeError


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        config = uvicorn.Config(app, http=HttpProtocol, ws="none", lifespan="off", log_config=None, date_header=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        yield bound.getsockname()[1]
        server.should_exit = True
        thread.join()


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        yield connection


def until(connection: socket.socket, end: bytes) -> bytes:
    received = b""
    while not received.endswith(end):
        more = connection.recv(1 << 16)
        assert more, received
        received += more
    return received


def test_head_and_body_arrive_together(port: int) -> None:
    with connected(port) as connection:
        for _ in range(10):
            connection.sendall(GET % b"whole")
            assert connection.recv(1 << 16).endswith(HELLO)


def test_a_body_in_pieces_arrives_whole(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(GET % b"pieces")
        answer = until(connection, b"0\r\n\r\n")
        assert answer.endswith(b"transfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")


def test_what_has_no_body_is_not_waited_for(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"HEAD /whole HTTP/1.1\r\nHost: x\r\n\r\n")
        assert until(connection, b"\r\n\r\n").endswith(b"content-length: 5\r\n\r\n")
        connection.sendall(GET % b"nothing")
        assert until(connection, b"\r\n\r\n").startswith(b"HTTP/1.1 204")
        connection.sendall(GET % b"whole")
        assert until(connection, HELLO)


def test_requests_that_come_at_once_are_answered_in_their_order(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(GET % b"whole" + GET % b"nothing" + GET % b"whole")
        answers = until(connection, HELLO)
        while answers.count(HELLO) < 2:
            answers += until(connection, HELLO)
        assert [part[:3] for part in answers.split(b"HTTP/1.1 ")] == [b"", b"200", b"204", b"200"]


def test_who_waits_for_leave_to_send_a_body_gets_it(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert until(connection, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        assert until(connection, HELLO).startswith(b"HTTP/1.1 200")


def test_an_answer_that_breaks_off_ends_its_connection(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(GET % b"broken")
        received = b""
        while more := connection.recv(1 << 16):
            received += more
        assert received.startswith(b"HTTP/1.1 200")
        assert b"hello" not in received
