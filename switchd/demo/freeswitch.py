"""A FreeSWITCH in the foreground that ends with the process that started it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from switchd.demo import child
from switchd.demo.telephones.sipp import until
from switchd.freeswitch.render import PROFILES, Rendered

START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_LAST_WORDS = 3000


class FreeSwitchFailed(RuntimeError):
    """It did not come up; the text has the end of its log."""


def find_program(environment: Mapping[str, str]) -> Path | None:
    """FreeSWITCH's path: what FREESWITCH names, or else what is on the PATH.

    Raises FreeSwitchFailed if FREESWITCH names no program.
    """
    named = environment.get("FREESWITCH")
    if not named:
        found = shutil.which("freeswitch")
        return Path(found) if found else None
    if not os.path.isfile(named) or not os.access(named, os.X_OK):
        raise FreeSwitchFailed(f"FREESWITCH={named} is no program")
    return Path(named)


class FreeSwitchProcess:
    """One FreeSWITCH with a rendered configuration. It writes below its own folder."""

    def __init__(self, program: Path, rendered: Rendered, folder: Path) -> None:
        """Start it; calls pass after `wait_until_up`."""
        self._folder = folder
        arguments = rendered.arguments(folder / "work")
        self._process = child.start(
            [str(program), "-np", *arguments], folder / "freeswitch.out", folder=folder
        )

    @property
    def log(self) -> str:
        """Its log, or what it said if it never came to write one."""
        path = self._folder / "work" / "log" / "freeswitch.log"
        path = path if path.exists() else self._folder / "freeswitch.out"
        return path.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def wait_until_up(self, ask: Callable[[str], str]) -> None:
        """Wait until its profiles run. `ask` runs an API command; OSError means not yet.

        Raises FreeSwitchFailed.
        """
        if not until(lambda: self.is_up(ask), START_SECONDS):
            raise FreeSwitchFailed(f"FreeSWITCH did not come up:\n{self.log[-_LAST_WORDS:]}")

    def is_up(self, ask: Callable[[str], str]) -> bool:
        """Tell whether its profiles run. Raises FreeSwitchFailed if it has ended."""
        if self._process.poll() is not None:
            raise FreeSwitchFailed(f"FreeSWITCH ended at once:\n{self.log[-_LAST_WORDS:]}")
        try:
            answer = ask("sofia status")
        except OSError:
            return False
        profiles = [line.split()[:2] for line in answer.splitlines()]
        return answer.count("RUNNING") >= len(PROFILES) and all(
            [name, "profile"] in profiles for name in PROFILES
        )

    def stop(self) -> None:
        """End it; a second call does nothing."""
        child.end(self._process, _STOP_SECONDS)
