"""Answers of a running service on this machine, for evaluating it through its front door."""

import json
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from corpus.errors import InvalidInput, Unavailable
from index.query import MOST_RESULTS
from recommender.judgments import Judgment

_HERE: Final = ("127.0.0.1", "localhost", "::1")
_PATIENCE: Final = 30
"""Seconds."""


class ServedAnswers:
    """Asks the service at an address of this machine.

    Raises: InvalidInput for another machine's address; nothing is ever sent there.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in _HERE:
            raise InvalidInput("只能评测本机上的服务，例如 http://127.0.0.1:8000。", place="url")
        self._url = url.rstrip("/")

    def ids(self, judgment: Judgment, *, diversity: float, depth: int) -> list[str]:
        """The first ids that answer a question, page by page.

        Raises: Unavailable if the service does not answer.
        """
        ids: list[str] = []
        place: Any = None
        while len(ids) < depth:
            if judgment.query is None:
                page = self._recommended(judgment, diversity, after=place)
                place = page["next"]
            else:
                page = self._found(judgment.query, offset=place)
                place = page["next_offset"]
            ids += [item["id"] for item in page["items"]]
            if place is None:
                break
        return ids[:depth]

    def _found(self, text: str, *, offset: int | None) -> Any:
        asked = {"q": text, "limit": MOST_RESULTS, "offset": offset or 0}
        return self._answer(f"/v1/search?{urlencode(asked)}")

    def _recommended(self, judgment: Judgment, diversity: float, *, after: str | None) -> Any:
        asked = {
            "interests": judgment.interests,
            "likes": judgment.likes,
            "limit": MOST_RESULTS,
            "diversity": diversity,
            "explain": False,
            "after": after or "",
        }
        return self._answer("/v1/recommend", json.dumps(asked).encode())

    def _answer(self, path: str, body: bytes | None = None) -> Any:
        request = Request(self._url + path, body, {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=_PATIENCE) as answer:
                return json.load(answer)
        except (URLError, TimeoutError, ValueError) as error:
            raise Unavailable(f"{self._url} 没有好好回答，请先用 ./run 启动服务。", code="no-service") from error
