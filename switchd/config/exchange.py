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

    Returns where the former ones are. Raises OSError if it cannot be done; then it is undone.
    """
    for name in files:
        if Path(name).name != name or not name.endswith(".yaml"):
            raise ValueError(f"{name!r} is no name of a YAML file of a city")
    backup = folder / f"{BACKUP}{stamp}"
    backup.mkdir()
    for path in _yaml(folder):
        shutil.copy2(path, backup)
    try:
        _fill(folder, {name: text.encode() for name, text in files.items()})
    except OSError:
        put_back(folder, backup)
        raise
    return backup


def put_back(folder: Path, backup: Path) -> None:
    """Undo an `exchange`. Raises OSError."""
    _fill(folder, {path.name: path.read_bytes() for path in _yaml(backup)})
    shutil.rmtree(backup)


def _yaml(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("."))


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make these the folder's *.yaml; each keeps the mode and the owner that it has now.

    A file is written whole or not at all.
    """
    for name, content in files.items():
        path, fresh = folder / name, folder / f".{name}.new"
        fresh.write_bytes(content)
        if path.exists():
            shutil.copymode(path, fresh)
            with contextlib.suppress(PermissionError):
                os.chown(fresh, path.stat().st_uid, path.stat().st_gid)
        fresh.replace(path)
    for path in _yaml(folder):
        if path.name not in files:
            path.unlink()
