"""Legs that an earlier owner left behind, as FreeSWITCH shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from switchd.switchboard.legs import Legs

BRIDGED = "CS_EXCHANGE_MEDIA"
BRIDGED_AT = 1_000_131_000_000


class Switch:
    """Answers `show channels` and `uuid_dump`."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self.headers: dict[str, dict[str, str]] = {}
        self.asked = 0

    def has(self, leg: str, application: str, state: str = "CS_EXECUTE", **variables: str) -> None:
        direction = "inbound" if variables.get("switchd_kind") == "caller" else "outbound"
        row = {"uuid": leg, "direction": direction, "state": state, "application": application}
        self.rows.append(row)
        self.headers[leg] = {
            "Caller-Channel-Bridged-Time": str(BRIDGED_AT),
            "Caller-Destination-Number": "2970110",
            **{f"variable_{name}": value for name, value in variables.items()},
        }

    def talk(self, leg: str, other: str, **variables: str) -> None:
        """Two legs talk; `variables` are those of the first."""
        self.has(leg, "uuid_bridge", BRIDGED, bridge_uuid=other, **variables)
        if other not in self.headers:
            self.has(other, "uuid_bridge", BRIDGED, bridge_uuid=leg)

    def api(self, command: str, arguments: str = "") -> str:
        assert (command, arguments) == ("show", "channels as json")
        return orjson.dumps({"row_count": len(self.rows), "rows": self.rows}).decode()

    def api_each(self, command: str, each: Iterable[str]) -> Iterator[str | None]:
        assert command == "uuid_dump"
        for arguments in each:
            self.asked += 1
            leg, _ = arguments.split()
            yield orjson.dumps(self.headers[leg]).decode() if leg in self.headers else None

    def legs(self) -> Legs:
        return Legs(self)
