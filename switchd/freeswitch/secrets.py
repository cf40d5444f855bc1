"""Passwords that switchd makes up for FreeSWITCH: generated once, kept in files of mode 0600."""

from __future__ import annotations

import json
import os
import secrets
import stat
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

LEAST_LENGTH = 32
"""Characters that the event socket's password must have."""


class SecretsError(Exception):
    """A file of kept passwords cannot be used; the text says what to do about it."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The event socket's password and those of the seats' phones."""

    event_socket: str
    seats: Mapping[str, str]
    """Seat number → password. A seat that left the plan keeps its own, should it return."""


def load_or_generate(event_socket: Path, seat_passwords: Path, seats: Iterable[str]) -> Secrets:
    """Return the kept passwords and make up what is missing. Writes nothing; see `save`.

    Raises SecretsError if a file is damaged or can be read by others.
    """
    password = _read_private(event_socket)
    if password is None:
        password = secrets.token_urlsafe(LEAST_LENGTH)
    password = password.strip()
    if len(password) < LEAST_LENGTH or not password.isprintable() or " " in password:
        raise SecretsError(
            f"{event_socket}: the password must have at least {LEAST_LENGTH} characters and no "
            "space. Delete the file to have one made up."
        )
    kept = _parse_seats(seat_passwords, _read_private(seat_passwords))
    for seat in seats:
        kept.setdefault(seat, secrets.token_urlsafe(24))
    return Secrets(password, kept)


def save(event_socket: Path, seat_passwords: Path, kept: Secrets) -> None:
    """Write both files so that only their owner can read them; each old or new, never half."""
    _write_private(event_socket, kept.event_socket + "\n")
    seats = json.dumps(dict(sorted(kept.seats.items())), indent=2, ensure_ascii=False)
    _write_private(seat_passwords, seats + "\n")


def _read_private(path: Path) -> str | None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise SecretsError(
                f"{path}: others may read it (mode {mode:04o}). Run `chmod 600 {path}`, or delete "
                "it to have new passwords made up."
            )
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as problem:
        raise SecretsError(f"{path}: {problem}. Restore it from a backup.") from problem


def _parse_seats(path: Path, text: str | None) -> dict[str, str]:
    if text is None:
        return {}
    try:
        seats = json.loads(text)
        if not isinstance(seats, dict) or not all(
            isinstance(word, str) and word for word in seats.values()
        ):
            raise ValueError("it must lead from seat numbers to passwords")
    except ValueError as problem:
        raise SecretsError(
            f"{path}: {problem}. Restore it from a backup, or delete it to have new passwords made "
            "up for every phone."
        ) from problem
    return seats


def _write_private(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp creates with mode 0600, so the content is never readable by others.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
