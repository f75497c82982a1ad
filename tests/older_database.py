"""Databases as earlier versions of the program left them."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import corpus.migrations
from corpus.database import open_engine, writing


def take_back(url: str, *, to: str) -> None:
    """Takes a database back to an earlier migration, whatever came after it."""
    config = Config()
    config.set_main_option("script_location", str(Path(corpus.migrations.__file__).parent))
    engine = open_engine(url)
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, to)
    engine.dispose()
