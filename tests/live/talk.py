"""A talk on a real FreeSWITCH in which everybody sings a tone of their own: so it can be told who
hears whom."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from switchd.demo.telephones.sipp import Call, Phone
from tests.live.hotline import LiveHotline
from tests.live.mobiles import new_mobile
from tests.live.tones import sounds, voice

CALLER, SEAT, SUPERVISOR, OTHER = 1000, 400, 600, 1500
"""Hertz."""
VOICES = (CALLER, SEAT, SUPERVISOR, OTHER)
_TAKES = count(1)


class Talk:
    """A caller and seat 1001 talk; the phones of 1008 and 1009 are supervisors'."""

    def __init__(self, hotline: LiveHotline, folder: Path) -> None:
        self.hotline = hotline
        self.folder = folder
        self.esl: Any = hotline.house.esl()
        self.mobile = new_mobile()
        voices = {name: voice(folder / f"{name}.alaw", name) for name in VOICES}
        self.seat = self._phone("1001", voices[SEAT])
        self.supervisor = self._phone("1009", voices[SUPERVISOR])
        self.other = self._phone("1008", voices[OTHER])
        hotline.makes_ready("1001")
        self.caller: Call = hotline.house.call(self.mobile, "12345", speaks=voices[CALLER])
        hotline.waits_until(lambda: self.state() == "talking", "they talk")
        (self.call,) = hotline.client.get("calls")

    def _phone(self, number: str, voice: Path) -> Phone:
        phone = self.hotline.house.seat(number, answers_after=0.2, speaks=voice)
        assert phone is not None
        self.hotline.waits_until(lambda: self.hotline.seat(number)["reachable"], "it is known")
        return phone

    def state(self) -> str:
        return next((str(call["state"]) for call in self.hotline.client.get("calls")), "")

    def _channels(self) -> list[dict[str, str]]:
        return self.esl.rows("channels", lambda row: True)  # type: ignore[no-any-return]

    def asks(self, verb: str, at: str = "1009") -> None:
        """A supervisor asks for something."""
        self.hotline.client.supervise("seats", "1001", verb, at=at, who="8009", why="drill")

    def listens(self, verb: str = "listen", at: str = "1009") -> None:
        """The same, and is there."""
        self.asks(verb, at)
        self.hotline.waits_until(lambda: (at, verb, "listening") in self.watching(), f"{at} {verb}")

    def watching(self) -> list[tuple[str, str, str]]:
        rows = self.hotline.client.get("supervise")
        return [(row["seat"], row["mode"], row["stage"]) for row in rows]

    def leg(self, seat: str) -> str:
        """The leg of a seat's phone."""
        (row,) = [row for row in self._channels() if row["name"].startswith(f"sofia/seats/{seat}@")]
        return row["uuid"]

    def hears(self, leg: str) -> set[int]:
        """Who is heard on a leg: two seconds of what is sent to its phone."""
        path = self.folder / f"take-{next(_TAKES)}.wav"
        self.esl.api(f"uuid_setvar {leg} RECORD_STEREO true")
        assert self.esl.api(f"uuid_record {leg} start {path} 2").startswith("+OK")
        self.esl.event("RECORD_STOP", leg, Record_File_Path=str(path))
        return sounds(path, VOICES)

    def caller_hears(self) -> set[int]:
        return self.hears(self.call["call"])
