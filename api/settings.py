"""Machine matters, read from the environment: XUEJING_STATE, XUEJING_PORT and so on."""

import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.causes import cause
from api.complaints import complaints
from corpus.errors import InvalidInput, Unavailable

MOST_A_MINUTE: Final = 1_000_000_000

_PREFIX = "XUEJING_"


class Settings(BaseSettings):
    """Where the service keeps its state and how it answers; ranking numbers are no settings but data of a revision."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid", validate_default=False)

    state: Path = Path("var")
    """The only directory written to."""
    database_url: str = ""
    """Of the catalogue; SQLite in the state directory unless given."""
    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8000, ge=0, le=65535)
    """0 takes any free port."""
    workers: int = Field(default_factory=lambda: min(2, os.cpu_count() or 1), ge=1, le=64)
    """Processes that answer requests."""
    help_line: Annotated[str, Field(max_length=40, pattern=r"^[0-9 ()+-]*$")] = ""
    """A telephone number for residents who need help; shown on every page."""
    open_reading: bool = True
    """Search, suggestions, resources, lists and recommendations without a user's id need no key.

    Where it is off they need one with the scope search or recommend; the residents' pages stay open, for they answer
    people, and health stays open.
    """
    rate_per_key: int = Field(30_000, ge=0, le=MOST_A_MINUTE)
    """Requests a minute with one key, all workers together; 0 for any number.

    A worker allows its share of it to what comes over its connections: a program that waits for each answer before it
    asks again never comes near this.
    """
    rate_per_address: int | None = Field(None, ge=0, le=MOST_A_MINUTE)
    """Requests a minute from one address without a key, all workers together; 0 for any number.

    Unless given 6000 for other machines and no limit for this one. Behind a proxy all residents have one address, the
    proxy's, which alone can tell them apart: let it limit them, and set 0 here if it stands on another machine.
    """
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    """auto: console on a terminal, JSON elsewhere."""
    query_log: bool = False
    """Count what is searched for, by day and without the person."""
    query_log_days: int = Field(30, ge=1, le=365)
    """How long a query that was asked fewer than 5 times is kept."""

    @property
    def catalogue_url(self) -> str:
        return self.database_url or f"sqlite:///{self.state.absolute() / 'catalogue.db'}"


def read_settings(**given: Any) -> Settings:
    """The settings of the environment, overridden by those given that are not None.

    Raises: InvalidInput (code invalid-settings) with the variable's name.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = complaints(error.errors())[0]
        name = _PREFIX + first.pointer.removeprefix("/").upper()
        raise InvalidInput(f"设置 {name} 不对：{first.message}", code="invalid-settings", place=name) from error


def use_numba_cache(settings: Settings) -> None:
    """Has numba keep its compiled code in the state directory; to be called before numba is imported."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(settings.state.absolute() / "cache" / "numba"))


def prepare_state(settings: Settings) -> None:
    """Makes the state directory.

    Raises: Unavailable if it cannot be made.
    """
    try:
        settings.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"不能建立状态目录 {settings.state}：{cause(error)}。", code="no-state") from error
