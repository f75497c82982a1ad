"""Directories that are whole or not there: written under another name, synced, renamed.

The manifest is written last and names every file with its size; nothing is opened where it does not.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from corpus.durability import sync
from corpus.errors import Unavailable
from index.arrays import read_only

_MANIFEST = "manifest.json"
_SMALL = 128
"""Bytes of a file that holds an empty array, or little more."""


def unfinished_directory(directory: Path) -> Path:
    """An empty directory in which to write what will be `directory`; what a kill left there is gone."""
    unfinished = directory.with_name(f"unfinished-{directory.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    return unfinished


def finish_directory(unfinished: Path, directory: Path, manifest: Mapping[str, Any]) -> None:
    """Syncs all files, adds the manifest and gives the directory its name."""
    files = [path for path in unfinished.rglob("*") if path.is_file()]
    sizes = {str(path.relative_to(unfinished)): path.stat().st_size for path in files}
    content = json.dumps({**manifest, "sizes": sizes}, ensure_ascii=False)
    (unfinished / _MANIFEST).write_text(content, encoding="utf-8")
    for path in [*unfinished.rglob("*"), unfinished]:
        sync(path)
    shutil.rmtree(directory, ignore_errors=True)
    unfinished.rename(directory)
    sync(directory.parent)


def read_manifest(directory: Path, *, format: int) -> dict[str, Any]:
    """The manifest of a whole directory.

    Raises: Unavailable if it is missing, of another format, or a file has another size.
    """
    try:
        manifest: dict[str, Any] = json.loads((directory / _MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != format:
            raise Unavailable(f"索引“{directory.name}”的格式版本是 {manifest['format']}，本程序需要 {format}。")
        for name, size in manifest["sizes"].items():
            if (directory / name).stat().st_size != size:
                raise damaged(directory, name)
    except FileNotFoundError as error:
        raise Unavailable(f"没有找到完整的索引“{directory.name}”。") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(directory, _MANIFEST) from error
    return manifest


def open_array(path: Path) -> Any:
    """A stored array, mapped and read-only; a small one, or an empty one, is not worth mapping."""
    mapped = path.stat().st_size > _SMALL
    return read_only(np.load(path, allow_pickle=False, mmap_mode="r" if mapped else None))


def damaged(directory: Path, part: str) -> Unavailable:
    """The error that says which part of a directory is not as it was written."""
    return Unavailable(f"索引“{directory.name}”已损坏（{part}），需要重新建立：./run index。", code="damaged-index")
