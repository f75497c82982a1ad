"""Alembic, which brings the schema of a database to this program's: loaded only where that is not so yet."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from corpus.errors import Unavailable

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


def check_upgradable(connection: Connection) -> None:
    """Raises: Unavailable if a database was written by a newer program."""
    present = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if present is not None and present not in known:
        raise Unavailable(f"资源库的格式（{present}）比本程序新，请改用新版程序。", code="newer-format")


def upgrade(connection: Connection) -> None:
    """Carries out the migrations that a database lacks, in the transaction of a connection.

    Raises: Unavailable if it was written by a newer program.
    """
    check_upgradable(connection)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
