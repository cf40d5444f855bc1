"""The legs that a FreeSWITCH has: what they do, by one list; what they are, asked for as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import orjson

from routing.callflow.positions import PARKED, At, Spot

TALK, PARK, CONFERENCE = "talk", "park", "conference"
_TALKING_STATES = frozenset({"CS_SOFT_EXECUTE", "CS_EXCHANGE_MEDIA"})
_OVER_AT_ONCE = frozenset({"answer", "uuid_bridge"})
"""What `show channels` still names when the leg is back in its park."""

_SIP = "variable_sip_"

Variable = Callable[[str], str]


class Asked(Protocol):
    """`switchd.esl.link.Link` is one."""

    def api(self, name: str, args: str = "", /) -> str: ...
    def api_each(self, name: str, each: Iterable[str], /) -> Iterator[str | None]: ...


def doing(row: Mapping[str, str]) -> str:
    """What a leg in `show channels` does: `talk`, `park`, or the application that it runs.

    A row names what was executed last, even when that has ended.
    """
    if row["state"] in _TALKING_STATES:
        return TALK
    application = row["application"]
    return PARK if application in _OVER_AT_ONCE else application


def reader(headers: Mapping[str, Any]) -> Variable:
    """Read channel variables, those of SIP without regard to letter case; "" for those that are
    not set.

    FreeSWITCH names the variable of a Diversion header as its sender wrote it.
    """
    lowered: dict[str, Any] | None = None

    def variable(name: str) -> str:
        nonlocal lowered
        wanted = f"variable_{name}"
        value = headers.get(wanted)
        if value is None:
            if not name.startswith("sip_"):
                return ""
            if lowered is None:
                lowered = {one.lower(): headers[one] for one in headers if _SIP in one}
            value = lowered.get(wanted.lower(), "")
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    return variable


class Legs:
    """Every leg at one moment.

    Methods raise `EslError` if the switch cannot be asked; a leg that has ended since has no
    headers.
    """

    def __init__(self, link: Asked) -> None:
        self._link = link
        rows = orjson.loads(link.api("show", "channels as json")).get("rows", [])
        self._rows: dict[str, Mapping[str, str]] = {row["uuid"]: row for row in rows}
        self._headers: dict[str, Mapping[str, Any]] = {}
        self._readers: dict[str, Variable] = {}
        self._lines: dict[str, str] = {}
        self.doing = {leg: doing(row) for leg, row in self._rows.items()}
        """What each leg does; a line in a talk goes by its offer's token as well."""

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, leg: object) -> bool:
        return leg in self.doing

    def outbound(self, leg: str) -> bool:
        """Whether the switch has dialled it."""
        return self._rows[leg]["direction"] == "outbound"

    def name_lines(self, talks: Mapping[str, str]) -> None:
        """Lines that are kept open are known to calls by an offer's token: token → leg."""
        self._lines |= talks
        self.doing |= {token: self.doing[leg] for token, leg in talks.items()}

    def again(self) -> Legs:
        """Give those that there are now."""
        return Legs(self._link)

    def ask_about(self, legs: Iterable[str]) -> None:
        """Ask about many at once, without waiting for one answer before the next question."""
        missing = [leg for leg in legs if leg not in self._headers]
        dumps = self._link.api_each("uuid_dump", (f"{leg} json" for leg in missing))
        for leg, dump in zip(missing, dumps, strict=True):
            headers = self._headers[leg] = _read(dump)
            # The list lags behind: a talk may have begun that it does not show yet.
            if leg in self.doing and headers.get("Channel-State") in _TALKING_STATES:
                self.doing[leg] = TALK

    def headers(self, leg: str) -> Mapping[str, Any]:
        """Everything that the switch knows of a leg, as in its events; asked for once."""
        leg = self._lines.get(leg, leg)
        if leg not in self._headers:
            self.ask_about([leg])
        return self._headers[leg]

    def variables(self, leg: str) -> Variable:
        """Read a leg's channel variables, as `reader` does."""
        leg = self._lines.get(leg, leg)
        if leg not in self._readers:
            self._readers[leg] = reader(self.headers(leg))
        return self._readers[leg]

    def other(self, leg: str) -> str:
        """The leg with which one talks; "" if it talks with none."""
        if self.doing.get(leg) != TALK:
            return ""
        variable = self.variables(leg)
        other = variable("bridge_uuid") or variable("signal_bond")
        return next((token for token, line in self._lines.items() if line == other), other)

    def spot(self, leg: str) -> Spot:
        """Where a leg is."""
        match self.doing[leg]:
            case "talk":
                return Spot(At.BRIDGED, self.other(leg))
            case "conference":
                return Spot(At.ROOM)
            case "park":
                return PARKED
            case application:
                return Spot(At.PARKED, hears=application)


def _read(dump: str | None) -> Mapping[str, Any]:
    try:
        headers: Mapping[str, Any] = orjson.loads(dump or "{}")
    except orjson.JSONDecodeError:
        return {}
    return headers
