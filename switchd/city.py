"""A city's folder, read and checked against the prompts and the music of this installation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from routing.compare import compare
from routing.plan import Plan
from routing.retired import Revival, revivals
from switchd.config import ConfigError, Known, Loaded, Problem, load
from switchd.places import share
from switchd.prompts.manifest import load_manifest

SHIPPED_MUSIC = "moh"
"""The hold music that comes with switchd."""


def known_names(prompts: Path | None) -> Known:
    """What prompts and hold music an installation has; `prompts` is the city's own folder."""
    manifest = load_manifest(share("ivr_prompts"))
    names = set(manifest.prompts)
    music = {SHIPPED_MUSIC}
    if prompts is not None:
        names |= {file.stem for file in prompts.glob("*/*.wav")}
        music |= {folder.name for folder in (prompts / "music").glob("*/")}
    return Known(prompts=frozenset(names), music=frozenset(music))


def load_city(folder: Path, now: float | None = None) -> Loaded:
    """Load a city's folder, checked against the prompts that are there.

    Raises `config.ConfigError`.
    """
    return load(folder, known_names, now)


@dataclass(frozen=True, slots=True)
class Reading:
    """A folder read anew while another plan is in force."""

    loaded: Loaded | None
    """None if there are errors."""
    problems: tuple[Problem, ...]
    """Errors and warnings, in reading order."""
    differences: tuple[str, ...] = ()
    """What callers and seats will notice, one sentence each."""


def read_again(folder: Path, in_force: Plan, now: float) -> Reading:
    """Read the folder and compare it with the plan in force, at `now` (seconds of the epoch)."""
    try:
        loaded = load_city(folder, now)
    except ConfigError as error:
        return Reading(None, error.problems)
    brought_back = revived(loaded, in_force, now)
    if brought_back:
        return Reading(None, (*brought_back, *loaded.warnings))
    return Reading(loaded, loaded.warnings, compare(in_force, loaded.plan, now).words())


def revived(loaded: Loaded, before: Plan, now: float) -> tuple[Problem, ...]:
    """Tell every number retired by the plan `before` that the loaded one brings back."""
    return tuple(_revived(loaded, found) for found in revivals(before, loaded.plan, now))


def _revived(loaded: Loaded, found: Revival) -> Problem:
    """Tell the admin where the number stands now; line 0 of the folder if it stands nowhere."""
    instead = "Leave the line in the plan as it was: a retired number is never restored"
    key = re.compile(rf"""^\s*(?:-\s*)?["']?{re.escape(found.number)}["']?\s*(?::|$)""")
    for name, text in loaded.files.items():
        for place, line in enumerate(text.splitlines(), 1):
            if key.match(line):
                path = str(loaded.folder / name)
                return Problem(path, place, f"lines.{found.number}", found.what, instead)
    return Problem(str(loaded.folder), 0, f"lines.{found.number}", found.what, instead)
