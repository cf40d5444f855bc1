"""What of switchd lies on a server outside of its own folder: one list, which `switchd install`
carries out and `switchd doctor` compares with what is there."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from switchd.places import share

UNIT = "etc/systemd/system/switchd@.service"
SYSUSERS = "usr/lib/sysusers.d/switchd.conf"
TMPFILES = "usr/lib/tmpfiles.d/switchd.conf"
PROGRAM = "/opt/switchd/bin/switchd"
"""Where the shipped unit expects the program."""
EXAMPLE = "config/minimal"
USER = "switchd"
UNSEEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - not used
"""Where the unit sees nothing, or something else (ProtectHome, PrivateTmp; systemd.exec(5))."""

Run = Callable[[Sequence[str]], None]


class InstallError(Exception):
    """Something could not be put in its place; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be there with this text."""

    path: Path
    text: str
    source: str
    """The shipped file that it is a copy of."""

    def differs(self) -> str:
        """How it is not as it should be: "" if it is, `missing`, or `changed`."""
        try:
            return "" if self.path.read_text(encoding="utf-8") == self.text else "changed"
        except FileNotFoundError:
            return "missing"


def wanted(root: Path, program: str) -> tuple[Wanted, ...]:
    """Every file, below `root` (`/` for this server); the unit runs `program`."""
    files = (
        (UNIT, "systemd/switchd@.service"),
        (SYSUSERS, "systemd/switchd.sysusers"),
        (TMPFILES, "systemd/switchd.tmpfiles"),
    )
    return tuple(
        Wanted(
            root / path,
            share(source).read_text(encoding="utf-8").replace(PROGRAM, program),
            source,
        )
        for path, source in files
    )


def install(root: Path, city: str, program: str, run: Run) -> Iterator[str]:
    """Put everything in its place and tell each step; what is as it should be stays as it is.

    A city's folder that is there is never touched. With a `root` other than `/`, only files are
    written. Raises `InstallError`; a program that the unit could not run is told before anything is
    done.
    """
    here = root == Path("/")
    if here and (part := unseen(program)):
        raise InstallError(f"{_cannot_run(program, part)} {_ELSEWHERE}")
    changed = False
    for file in wanted(root, program):
        state = file.differs()
        if state:
            _write(file)
            changed = True
        yield f"{file.path}: {'written' if state else 'as it should be'}"
    if here:
        yield from _commands(run, changed)
    folder = root / "etc" / "switchd" / city
    if folder.exists():
        yield f"{folder}: is there, not touched"
    else:
        _copy_example(folder, here)
        yield f"{folder}: a copy of {EXAMPLE}; edit it, then `switchd check {folder}`"
    yield from _next(city, folder, program)


def unseen(program: str) -> Path | None:
    """The part of `program` that the unit cannot see, itself or the Python beside it."""
    parts = (Path(program), Path(program).with_name("python3"))
    real = [part.resolve() for part in parts]
    return next((part for part in real if any(part.is_relative_to(x) for x in UNSEEN)), None)


_ELSEWHERE = (
    "Make its virtual environment elsewhere, with a Python that is elsewhere, such as "
    "`/usr/bin/python3 -m venv /opt/switchd`."
)


def _cannot_run(program: str, part: Path) -> str:
    return f"a service cannot run {program}: it does not see {part}."


def _write(file: Wanted) -> None:
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_text(file.text, encoding="utf-8")
        file.path.chmod(0o644)
    except OSError as error:
        raise InstallError(f"{file.path}: {error.strerror}; run it as root") from error


def _commands(run: Run, changed: bool) -> Iterator[str]:
    """Users, folders, and systemd's own memory."""
    for command in (
        ("systemd-sysusers", f"/{SYSUSERS}"),
        ("systemd-tmpfiles", "--create", f"/{TMPFILES}"),
        *((("systemctl", "daemon-reload"),) if changed else ()),
    ):
        try:
            run(command)
        except (OSError, subprocess.CalledProcessError) as error:
            raise InstallError(f"{' '.join(command)} failed: {error}") from error
        yield f"{' '.join(command)}: done"


def _copy_example(folder: Path, here: bool) -> None:
    try:
        shutil.copytree(share(EXAMPLE), folder)
        if here:
            group = grp.getgrnam(USER).gr_gid
            for path in (folder, *folder.rglob("*")):
                os.chown(path, 0, group)
                path.chmod(0o750 if path.is_dir() else 0o640)
    except (OSError, KeyError) as error:
        raise InstallError(f"{folder}: {error}; run it as root") from error


def _next(city: str, folder: Path, program: str) -> Iterator[str]:
    state = f"/var/lib/switchd/{city}"
    yield "then:"
    yield f"  {program} check {folder}"
    yield f"  runuser -u {USER} -- {program} freeswitch render -c {folder} --out {state}/freeswitch"
    yield f"  systemctl enable --now switchd@{city}"
    yield f"  runuser -u {USER} -- {program} doctor -c {folder}"


def differences(root: Path, program: str) -> Iterator[tuple[str, str]]:
    """What is not as `install` would make it, and what to do about it."""
    for file in wanted(root, program):
        state = file.differs()
        if state == "missing":
            yield f"{file.path} is missing", "Run `switchd install CITY` as root."
        elif state:
            yield (
                f"{file.path} is not the one of this version",
                "Run `switchd install CITY` as root; keep changes of your own in a drop-in "
                "(`systemctl edit switchd@CITY`).",
            )
    if part := unseen(program):
        yield _cannot_run(program, part).rstrip("."), _ELSEWHERE
    try:
        pwd.getpwnam(USER)
    except KeyError:
        yield f"there is no user {USER}", "Run `switchd install CITY` as root."
