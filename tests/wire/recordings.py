"""The recorded traffic in `traces/`, as bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "traces"


class Recording(NamedTuple):
    """What one side of a recorded conversation sent, frame by frame."""

    name: str
    frames: list[bytes]

    @property
    def stream(self) -> bytes:
        """All frames as one stream."""
        return b"".join(self.frames)


def recording(name: str, direction: str = "<") -> Recording:
    """Return what FreeSWITCH sent (`<`) or was sent (`>`) in `name`.jsonl."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    frames = [
        frame["data"].encode() for frame in map(json.loads, lines) if frame["dir"] == direction
    ]
    return Recording(name, frames)


RECORDINGS = [recording(path.stem) for path in sorted(FOLDER.glob("*.jsonl"))]
JSON_BODIES = [
    frame.partition(b"\n\n")[2]
    for each in RECORDINGS
    for frame in each.frames
    if b"Content-Type: text/event-json" in frame.partition(b"\n\n")[0]
]
