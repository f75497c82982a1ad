"""The database under the catalogue: its engine, its migrations, and its failures said plainly."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, column, create_engine, event, func, inspect, select, table, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from corpus.errors import InvalidInput, Unavailable

PARAMETERS: Final = 900
"""Values of one IN list, below every database's limit."""

_BUSY_TIMEOUT: Final = 5
"""Seconds a writer waits for another one."""
_DAMAGED: Final = re.compile("malformed|not a database")
_BRIEFLY: Final = 300
"""Milliseconds that emptying the journal waits for readers, for writers wait with it."""
_MIGRATION_LOCK: Final = 0x78756A6E67
"""Any number that no other program locks by."""
_NEWEST: Final = max(file.name for file in (Path(__file__).parent / "migrations/versions").glob("[0-9]*.py"))[:4]
"""The migration after which a schema is this program's."""
_versions: Final = table("alembic_version", column("version_num"))


def open_engine(url: str) -> Engine:
    """An engine for a database URL, with SQLite set so that what is acknowledged survives a crash.

    Raises: InvalidInput if the URL cannot be read; Unavailable if there can be no folder for the file.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, hide_parameters=True)  # what somebody typed stands in no error
        engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": _BUSY_TIMEOUT})
    except ArgumentError as error:
        raise InvalidInput("数据库地址写得不对，例如 sqlite:///var/catalogue.db。", place="database_url") from error
    except ImportError as error:
        raise InvalidInput(f"没有安装这种数据库的驱动（{error.name}）。", place="database_url") from error
    if parsed.database:
        _make_folder(Path(parsed.database).parent)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def migrate(engine: Engine) -> None:
    """Brings the schema to this program's; several processes may do so at once.

    Raises: Unavailable if the database was written by a newer program.
    """
    with reported():
        with reading(engine) as connection:  # most often nothing is to do: then a writer need not be waited for
            if _is_present(connection):
                return
            from corpus.migrating import check_upgradable, upgrade  # noqa: PLC0415 - a tenth of a second to load

            check_upgradable(connection)
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":  # SQLite's writer is alone already
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            if not _is_present(connection):
                upgrade(connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database from its first statement to its end."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":  # there every transaction does
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction, on SQLite the only writer from its start; committed when it ends without an error."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def truncate_wal(engine: Engine) -> bool:
    """Empties SQLite's journal of late writes, where deleted texts still stand, and says whether it could.

    To be called outside of transactions.
    """
    if engine.dialect.name != "sqlite":
        return True
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA busy_timeout={_BRIEFLY}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            answer = cursor.fetchone()
        except sqlite3.OperationalError:  # it is read-only, or the disk is full
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT * 1000}")
        return answer is not None and answer[0] == 0


@contextmanager
def reported() -> Iterator[None]:
    """Turns what a database can suffer into Unavailable, with a message for the operator."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable(_explained(error), code="database-unavailable") from error
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and _DAMAGED.search(str(error.orig)):
            raise Unavailable("资源库文件已损坏，请从备份恢复。", code="damaged-database") from error
        raise


def _is_present(connection: Connection) -> bool:
    known = inspect(connection).has_table(_versions.name)
    return known and connection.execute(select(_versions)).scalar() == _NEWEST


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"建不了存放资源库的目录：{folder}。", code="database-unavailable") from error


def _explained(error: OperationalError) -> str:
    said = str(error.orig).lower()
    if "locked" in said or "busy" in said:
        return "资源库正被另一个程序写入，请稍后再试。"
    if "full" in said:
        return "磁盘已满，没有写入；请腾出空间后再试。"
    if "readonly" in said or "read-only" in said:
        return "资源库是只读的，无法写入。"
    if "unable to open" in said:
        return "打不开资源库文件，请检查目录是否存在、是否有权限。"
    return "资源库暂时不可用，请稍后再试。"


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    _write_ahead(connection)
    for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: Any) -> None:
    """Has changes written ahead; where two programs open a new database, SQLite refuses one of them without waiting."""
    until = time.monotonic() + _BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.execute(text("BEGIN IMMEDIATE" if writes else "BEGIN"))
