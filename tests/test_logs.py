"""What is logged is one line of JSON, whatever stands in it."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from api.logs import configure_logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("太极拳\n", "太极拳\n"),
        (1.25, 1.25),
        ({"a": [1, None]}, {"a": [1, None]}),
        (Path("/a"), "PosixPath('/a')"),
        ("\udcff", "\udcff"),
    ],
)
def test_a_line_is_json(value: object, told: object, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level="info", format="json")
    structlog.get_logger("test").info("happened", value=value)
    structlog.get_logger("test").debug("too little")
    [line] = capsys.readouterr().err.splitlines()
    read = json.loads(line)
    assert line == json.dumps(read, ensure_ascii=value == "\udcff")
    assert read.pop("timestamp").endswith("Z")
    assert read == {"event": "happened", "level": "info", "value": told}
