"""Alembic is asked only where a schema is not this program's yet."""

import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

import corpus.migrations
from corpus import database
from corpus.catalogue import Catalogue

ROOT = Path(__file__).resolve().parent.parent
OPEN = (
    "import sys; from corpus.catalogue import Catalogue; Catalogue.open(sys.argv[1]); print('alembic' in sys.modules)"
)


def test_the_newest_migration_is_known_by_its_file() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(corpus.migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == database._NEWEST


def test_a_schema_that_is_there_is_opened_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/catalogue.db"
    Catalogue.open(url).close()
    said = subprocess.check_output([sys.executable, "-c", OPEN, url], cwd=ROOT, text=True)
    assert said.split() == ["False"]
