"""A city's YAML files exchanged for others, the present ones kept beside them."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

BACKUP = ".before-rollback-"
"""Hidden, so that what is kept there is not read as part of the plan."""


def exchange(folder: Path, files: Mapping[str, str], stamp: str) -> Path:
    """Keep the folder's *.yaml in a folder named by `stamp` and write `files` in their place.

    Returns where the former ones are. Raises OSError; whatever happens, they are safe there.
    """
    for name in files:
        if Path(name).name != name or not name.endswith(".yaml"):
            raise ValueError(f"{name!r} is no name of a YAML file of a city")
    backup = folder / f"{BACKUP}{stamp}"
    backup.mkdir()
    present = _yaml(folder)
    for path in present:
        shutil.copy2(path, backup)
    _replace(folder, {name: text.encode() for name, text in files.items()})
    for path in present:
        if path.name not in files:
            path.unlink()
    return backup


def put_back(folder: Path, backup: Path) -> None:
    """Undo an `exchange`. Raises OSError."""
    files = {path.name: path.read_bytes() for path in _yaml(backup)}
    _replace(folder, files)
    for path in _yaml(folder):
        if path.name not in files:
            path.unlink()
    shutil.rmtree(backup)


def _yaml(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("."))


def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write each file whole or not at all, with the mode and the owner that it has now."""
    for name, content in files.items():
        path, fresh = folder / name, folder / f".{name}.new"
        fresh.write_bytes(content)
        if path.exists():
            shutil.copymode(path, fresh)
            with contextlib.suppress(PermissionError):
                os.chown(fresh, path.stat().st_uid, path.stat().st_gid)
        fresh.replace(path)
