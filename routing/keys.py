"""The keys that a seat presses on its phone during a call: `*`, then a code.

`Keys` reads one key after another and says what is meant. It is a pure machine: what has been
pressed so far is a `Keying`, time is given, and nobody but the seat ever hears a key.

A code that no other code goes on from counts at once. One that another goes on from (`*1` beside
`*110`) counts after a pause, or at once with `#`. A further `*` begins anew. Keys without `*` mean
nothing, except behind a code that asks for a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

STAR = "*"
"""Begins every code."""
END = "#"
"""Ends a number, and a code that would wait for more."""
LONGEST_NUMBER = 20
"""Digits of the longest number that may be typed."""
_KEYS = frozenset("0123456789*#")


class KeyVerb(StrEnum):
    """What a seat can ask for by keys, in the words of the API and the command line."""

    HOLD = "hold-or-resume"
    """Music for the caller; again: back to the caller."""
    CONSULT = "consult"
    """Talk to somebody else while the caller hears music; a number follows."""
    COMPLETE = "complete"
    """Leave the caller with whom was consulted."""
    CANCEL = "cancel"
    """End the consultation, or let the third of a three-way call go: back to the caller."""
    THREE_WAY = "three-way"
    LEAVE = "leave"
    """Leave a three-way call; the other two talk on."""
    TRANSFER = "transfer"
    """Hand the caller over without a word; a number follows."""
    SWAP = "swap"
    """Change between the caller and whom was consulted."""
    PARK = "park"
    """Leave the caller with music, for any seat to pick up."""
    SUPERVISOR = "supervisor"
    EMERGENCY = "emergency"
    """110, 119, 120 or 122 joins at once."""
    SURVEY = "survey"
    """Let the caller go to the satisfaction survey."""
    MUTE = "mute-or-unmute"
    """The others do not hear the seat; again: they do."""


TAKES_NUMBER = frozenset({KeyVerb.CONSULT, KeyVerb.TRANSFER})
"""Verbs behind whose code a number and `#` follow."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a seat has asked for by keys."""

    verb: KeyVerb
    target: str = ""
    """The number that was typed, or the emergency number; digits only."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Keys that mean nothing; the seat is told so, and nothing else happens."""

    keys: str


Read = Command | Wrong | None
"""What a key, or a pause, came to; None: nothing yet."""

DEFAULT_CODES: Mapping[str, Command] = {
    "1": Command(KeyVerb.HOLD),
    "2": Command(KeyVerb.CONSULT),
    "3": Command(KeyVerb.COMPLETE),
    "4": Command(KeyVerb.CANCEL),
    "5": Command(KeyVerb.THREE_WAY),
    "6": Command(KeyVerb.LEAVE),
    "7": Command(KeyVerb.TRANSFER),
    "8": Command(KeyVerb.SWAP),
    "9": Command(KeyVerb.PARK),
    "0": Command(KeyVerb.SUPERVISOR),
    "#": Command(KeyVerb.SURVEY),
    "110": Command(KeyVerb.EMERGENCY, "110"),
    "119": Command(KeyVerb.EMERGENCY, "119"),
    "120": Command(KeyVerb.EMERGENCY, "120"),
    "122": Command(KeyVerb.EMERGENCY, "122"),
}
"""Code, without its `*`, → what it asks for."""


@dataclass(frozen=True, slots=True)
class Keying:
    """What a seat has pressed and what is not yet complete. Never changed, only replaced."""

    code: str | None = None
    """The keys behind `*`; None: no code has begun."""
    command: Command | None = None
    """The command whose number is being typed."""
    number: str = ""
    since: float = 0.0
    """When the last key was pressed; seconds since the epoch."""


NOTHING = Keying()


@dataclass(frozen=True, slots=True)
class Keys:
    """The codes of a city."""

    codes: Mapping[str, Command] = field(default_factory=lambda: dict(DEFAULT_CODES))
    """Code, without its `*`, → what it asks for; none is ambiguous (see `ambiguous`)."""
    code_seconds: float = 2.0
    """Pause after which a code that others go on from counts, and any other is forgotten."""
    number_seconds: float = 5.0
    """Pause after which a number without `#` counts."""

    def read(self, state: Keying, key: str, now: float) -> tuple[Keying, Read]:
        """Take one key at `now` (seconds since the epoch); the state goes to the next call.

        A pause that was over before the key counts first, whether or not `pause` was called.
        """
        due = self.due(state)
        if due is not None and now >= due:
            _, came_to = self.pause(state, now)
            return self._press(NOTHING, key, now)[0], came_to
        return self._press(state, key, now)

    def due(self, state: Keying) -> float | None:
        """Give the moment at which `pause` is to be called; None if nothing is incomplete."""
        if state.command is not None:
            return state.since + self.number_seconds
        return None if state.code is None else state.since + self.code_seconds

    def pause(self, state: Keying, now: float) -> tuple[Keying, Read]:
        """Say what the keys came to if no other follows. Nothing happens before `due`."""
        due = self.due(state)
        if due is None or now < due:
            return state, None
        if state.command is not None:
            return NOTHING, _with_number(state)
        found = self.codes.get(state.code or "")
        if found is not None:
            return NOTHING, found
        return NOTHING, Wrong(STAR + state.code) if state.code else None

    def _press(self, state: Keying, key: str, now: float) -> tuple[Keying, Read]:
        if key not in _KEYS:
            return state, None
        if key == STAR:
            return Keying(code="", since=now), None
        if state.command is not None:
            return self._number(state, key, now)
        return (NOTHING, None) if state.code is None else self._code(state.code, key, now)

    def _code(self, before: str, key: str, now: float) -> tuple[Keying, Read]:
        code = before + key
        found = self.codes.get(code)
        longer = any(other.startswith(code) and other != code for other in self.codes)
        if found is None and not longer and key == END and before in self.codes:
            found = self.codes[before]
        if found is None:
            return (Keying(code=code, since=now), None) if longer else (NOTHING, Wrong(STAR + code))
        if longer:
            return Keying(code=code, since=now), None
        if found.verb in TAKES_NUMBER:
            return Keying(command=found, since=now), None
        return NOTHING, found

    def _number(self, state: Keying, key: str, now: float) -> tuple[Keying, Read]:
        if key == END:
            return NOTHING, _with_number(state)
        number = state.number + key
        if len(number) > LONGEST_NUMBER:
            return NOTHING, Wrong(number)
        return Keying(command=state.command, number=number, since=now), None


def _with_number(state: Keying) -> Command | Wrong:
    if state.command is None or not state.number:
        return Wrong(END)
    return Command(state.command.verb, state.number)


def ambiguous(codes: Mapping[str, Command]) -> Iterator[tuple[str, str]]:
    """Give each code that asks for a number and another code that goes on from it.

    Nobody could tell the number's first digit from the other code's.
    """
    for code, command in codes.items():
        if command.verb in TAKES_NUMBER:
            yield from (
                (code, other) for other in codes if other != code and other.startswith(code)
            )
