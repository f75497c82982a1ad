"""An error that ends a thread is logged without what it says."""

import threading

import pytest
from structlog.testing import capture_logs

from api.logs import log_threads


def test_an_error_that_ends_a_thread_is_logged_without_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "私事"

    def search_for_something_private() -> None:
        raise ValueError(secret)

    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    log_threads()
    with capture_logs() as logged:
        thread = threading.Thread(target=search_for_something_private, name="beside")
        thread.start()
        thread.join()
    assert [(line["event"], line["thread"], line["error"]) for line in logged] == [
        ("thread_failed", "beside", "ValueError")
    ]
    assert "search_for_something_private" in logged[0]["stack"]
    assert secret not in str(logged)
