"""The settings, read from the environment."""

import os
from pathlib import Path

import pytest

from api.settings import prepare_state, read_settings, use_numba_cache
from corpus.errors import InvalidInput, Unavailable


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("XUEJING_")]:
        monkeypatch.delenv(name)


def test_defaults() -> None:
    settings = read_settings()
    assert settings.state == Path("var")
    assert settings.catalogue_url == f"sqlite:///{Path.cwd()}/var/catalogue.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.workers == min(2, os.cpu_count() or 1)
    assert (settings.query_log, settings.query_log_days) == (False, 30)
    assert (settings.open_reading, settings.rate_per_key, settings.rate_per_address) == (True, 30_000, None)


def test_the_environment_overrides_the_defaults_and_options_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUEJING_STATE", "/srv/学径")
    monkeypatch.setenv("XUEJING_PORT", "8010")
    monkeypatch.setenv("XUEJING_DATABASE_URL", "sqlite:////data/other.db")
    assert read_settings().state == Path("/srv/学径")
    assert read_settings(port=None).port == 8010
    assert read_settings(port=8020).port == 8020
    assert read_settings().catalogue_url == "sqlite:////data/other.db"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("XUEJING_PORT", "abc", "设置 XUEJING_PORT 不对：应是整数"),
        ("XUEJING_PORT", "", "设置 XUEJING_PORT 不对：应是整数"),
        ("XUEJING_WORKERS", "0", "设置 XUEJING_WORKERS 不对：应不小于 1"),
        ("XUEJING_PORT", "70000", "设置 XUEJING_PORT 不对：应不大于 65535"),
        ("XUEJING_PORT", "-1", "设置 XUEJING_PORT 不对：应不小于 0"),
        ("XUEJING_HOST", "", "设置 XUEJING_HOST 不对：不能为空"),
        ("XUEJING_LOG_LEVEL", "loud", "设置 XUEJING_LOG_LEVEL 不对：应是 debug、info、warning、error 之一"),
        ("XUEJING_QUERY_LOG", "maybe", "设置 XUEJING_QUERY_LOG 不对：应是 true 或 false"),
        ("XUEJING_QUERY_LOG_DAYS", "0", "设置 XUEJING_QUERY_LOG_DAYS 不对：应不小于 1"),
        ("XUEJING_QUERY_LOG_DAYS", "366", "设置 XUEJING_QUERY_LOG_DAYS 不对：应不大于 365"),
        ("XUEJING_OPEN_READING", "maybe", "设置 XUEJING_OPEN_READING 不对：应是 true 或 false"),
        ("XUEJING_RATE_PER_KEY", "-1", "设置 XUEJING_RATE_PER_KEY 不对：应不小于 0"),
        ("XUEJING_RATE_PER_ADDRESS", "lots", "设置 XUEJING_RATE_PER_ADDRESS 不对：应是整数"),
        ("XUEJING_LOG_FORMAT", "xml", "设置 XUEJING_LOG_FORMAT 不对：应是 auto、json、console 之一"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as raised:
        read_settings()
    assert raised.value.message == message
    assert raised.value.code == "invalid-settings"


def test_a_state_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match=r"不能建立状态目录.*上一级不是目录"):
        prepare_state(read_settings(state=tmp_path / "file" / "state"))


def test_compiled_code_is_kept_in_the_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    use_numba_cache(read_settings(state=tmp_path))
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "cache" / "numba")
    use_numba_cache(read_settings(state=tmp_path / "other"))
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "cache" / "numba")
