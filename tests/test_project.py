"""What keeps the project honest: its locks, its modules and its README."""

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("corpus", "index", "recommender", "api")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

VAGUE_NAMES = {"util", "utils", "helper", "helpers", "service", "services", "model", "models", "common", "misc"}
MOST_LINES = 400


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def pins(lock: str) -> dict[str, str]:
    """Canonical name → version, as a lock has them."""
    text = (ROOT / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("module", [path for path in MODULES if "COMPILED_OF = " in path.read_text()], ids=relative)
def test_a_module_names_the_hashes_of_what_is_compiled_into_it(module: Path) -> None:
    named = re.search(r"^COMPILED_OF = ({.*?})$", module.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert named
    hashes = ast.literal_eval(named[1])
    assert hashes == {name: hashlib.sha256((module.parent / name).read_bytes()).hexdigest()[:12] for name in hashes}


@pytest.mark.parametrize("lock", LOCKS, ids=relative)
def test_lock_holds_only_pins_with_hashes(lock: Path) -> None:
    requirements = lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    pin = re.compile(r"[a-z0-9-]+==[\w.]+( ; [^/@]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
    assert requirements
    assert [line for line in requirements if not pin.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        ("build", PROJECT["build-system"]["requires"] + PROJECT["dependency-groups"]["build"]),
        ("run", PROJECT["project"]["dependencies"]),
        ("test", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["test"]),
        ("bench", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["bench"]),
    ],
)
def test_lock_meets_what_pyproject_declares(lock: str, declared: list[str]) -> None:
    locked = pins(lock)
    wanted = [Requirement(text) for text in declared]
    assert [str(r) for r in wanted if not r.specifier.contains(locked.get(canonicalize_name(r.name), "0"))] == []


@pytest.mark.parametrize("lock", ["test", "bench"])
def test_lock_goes_on_top_of_the_run_lock(lock: str) -> None:
    assert pins("run").items() <= pins(lock).items()


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_module_says_what_it_is_for_and_stays_small(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), "has no docstring"
    assert len(source.splitlines()) <= MOST_LINES, "is too long to hold in the head"


def test_file_names_say_the_purpose() -> None:
    vague = [relative(path) for path in MODULES if VAGUE_NAMES & {path.stem, path.parent.name}]
    assert vague == []


def test_file_names_are_unique_within_their_package() -> None:
    """In api a sub-package is a door of its own, and doors share the names of what a user does."""
    seen: dict[tuple[str, str], Path] = {}
    for path in MODULES:
        parts = path.relative_to(ROOT).parts
        package = "/".join(parts[:-1]) if parts[0] == "api" else parts[0]
        if not path.stem.startswith("__"):
            assert seen.setdefault((package, path.stem), path) == path
    assert seen


def test_a_service_loads_nothing_that_only_others_need() -> None:
    """Each would add to every start, and to the memory of every process."""
    others = {"alembic", "jieba", "matplotlib", "pandas", "pypinyin", "sklearn"}
    script = f"import sys, api.commands.serve; print(*sorted({others} & sys.modules.keys()))"
    assert subprocess.check_output([sys.executable, "-c", script], cwd=ROOT, text=True).split() == []


def test_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "./run" in readme
    assert "./test" in readme
