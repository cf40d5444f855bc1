"""How long a caller listens: the duration of whatever FreeSWITCH can play."""

from __future__ import annotations

import math
import re
import wave
from functools import lru_cache
from pathlib import Path

_TONE = re.compile(r"%\((\d+),(\d+)")
_LOOPS = re.compile(r"loops=(-?\d+)")
_ENDLESS = ("local_stream://",)


class Sounds:
    """Durations, in seconds; `folder` is where relative file names are looked up."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def duration(self, what: str) -> float | None:
        """Seconds that `what` plays, infinity for what never ends, None if it does not exist."""
        what = re.sub(r"^\{[^}]*\}", "", what.strip())
        if what.startswith("file_string://"):
            parts = [self.duration(part) for part in what[len("file_string://") :].split("!")]
            known = [part for part in parts if part is not None]
            return sum(known) if known else None
        if what.startswith("silence_stream://"):
            milliseconds = what[len("silence_stream://") :].split(",")[0].split(";")[0]
            return math.inf if milliseconds.startswith("-") else _number(milliseconds) / 1000
        if what.startswith("tone_stream://"):
            return _tone(what)
        if what.startswith(_ENDLESS):
            return math.inf
        path = Path(what.split("@@")[0])
        if not path.is_absolute() and self._folder is not None:
            path = self._folder / path
        return _wave_seconds(path) if path.is_file() else None


def _tone(what: str) -> float:
    once = sum(int(on) + int(off) for on, off in _TONE.findall(what)) / 1000
    loops = _LOOPS.search(what)
    count = int(loops.group(1)) if loops else 1
    return math.inf if count < 0 else once * count


def _number(text: str) -> float:
    return float(text) if text.isdecimal() else 0.0


@lru_cache(maxsize=4096)
def _wave_seconds(path: Path) -> float | None:
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, OSError):
        return None
