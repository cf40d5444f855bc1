"""What may stand in the sections `callbacks` and `voicemail`."""

from __future__ import annotations

from pydantic import Field

from switchd.config.models import Number, Section, Word


class Missed(Section):
    """Callers whom nobody answered and who are called back without having asked for it
    (漏接回拨)."""

    lines: tuple[Number, ...] = Field(
        default=(), description="Lines whose missed callers are called back. Default: none."
    )
    after_seconds: float = Field(
        default=10.0,
        ge=0,
        le=3600,
        description="Who waited less is left alone: a number misdialled.",
    )
    congested: bool = Field(
        default=False,
        description="Also callers who could not enter: the list was full, or the hotline "
        "overloaded.",
    )
    declined: bool = Field(
        default=False,
        description="Also callers who were asked whether to be called back and pressed another "
        "key than yes.",
    )
    most_open: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="So many open callbacks, of whatever kind, and no missed caller becomes one: "
        "a storm must not keep the seats busy for days.",
    )
    delay_seconds: float = Field(
        default=60.0,
        ge=0,
        le=86400,
        description="Seconds that the caller has to dial again before the callback gets its place.",
    )
    open: Word | None = Field(
        default=None,
        description="Calendar by which missed calls become callbacks. Default: at all times.",
    )


class Callbacks(Section):
    """Calling people back who did not wait on (回拨). The section's presence turns it on."""

    trunk: Word | None = Field(
        default=None, description="Trunk over which people are called. Default: the only trunk."
    )
    lines: tuple[Number, ...] = Field(
        default=(), description="Lines whose waiting callers are offered a callback. Default: all."
    )
    tries: int = Field(
        default=3,
        ge=1,
        le=20,
        description="How often somebody is called who is busy or does not answer.",
    )
    pause_seconds: float = Field(
        default=600.0, ge=1, le=86400, description="Seconds between one try and the next."
    )
    ring_seconds: float = Field(
        default=30.0, ge=5, le=120, description="Seconds that the called person's phone rings."
    )
    open: Word | None = Field(
        default=None, description="Calendar by which people are called. Default: at all times."
    )
    shown_number: Number | None = Field(
        default=None,
        description="Number that the called person sees. Default: that of the line.",
        examples=["037512345"],
    )
    longest_days: float = Field(
        default=3.0, ge=0.01, le=60, description="Days after which a callback is given up."
    )
    missed: Missed = Field(default=Missed(), description="Callers whom nobody answered (漏接回拨).")


class Voicemail(Section):
    """Messages that callers leave, as the last step of `overflow`."""

    greeting: tuple[Word, ...] = Field(
        default=("voicemail_greeting",), min_length=1, description="Prompts before the beep."
    )
    longest_seconds: float = Field(
        default=120.0, ge=5, le=1800, description="Longest length of a message."
    )
    silence_seconds: float = Field(
        default=5.0, ge=2, le=60, description="Seconds of silence that end a message."
    )
    shortest_seconds: float = Field(
        default=2.0, ge=0, le=30, description="A shorter message is none: the caller hung up."
    )
    notify: str = Field(
        default="",
        max_length=500,
        pattern=r"^(https?://[^\s\x00-\x1f\x7f]+)?$",
        description="URL to which each message is told (POST, JSON), again and again until it "
        "answers 2xx. Default: nobody is told.",
        examples=["http://127.0.0.1:9000/voicemail"],
    )
