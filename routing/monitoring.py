"""What a supervisor does with a talk of others."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """Who hears the supervisor."""

    LISTEN = "listen"
    """Nobody."""
    WHISPER = "whisper"
    """The seat alone."""
    BARGE = "barge"
    """All."""
