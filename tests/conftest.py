"""What all tests share: the real data, where it is present, and hypothesis's settings."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with `catalogue/`, `judgments/` and `events/`; skips the test where there is none."""
    folder = Path(os.environ.get("XUEJING_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "catalogue").is_dir():
        pytest.skip(f"no real data in {folder}; XUEJING_DATA names another folder")
    return folder
