"""How most tests begin: somebody calls, is answered, a seat is rung, two talk."""

from __future__ import annotations

from itertools import count

from tests.contract.client import Client
from tests.contract.house import Caller, House

CALLER = "13800138000"


class Scene:
    """Brings a call to the point where a test begins."""

    def __init__(self, house: House, esl: Client) -> None:
        self.house = house
        self.esl = esl
        self._numbers = count(1)

    def parked(self, dialled: str = "12345") -> tuple[Caller, str]:
        """Somebody has called and waits; returns the caller and the leg's Unique-ID."""
        caller = self.house.call(CALLER, dialled)
        return caller, str(self.esl.event("CHANNEL_PARK")["Unique-ID"])

    def answered(self) -> tuple[Caller, str]:
        """The same, and the switch has answered."""
        caller, leg = self.parked()
        self.esl.execute(leg, "answer", execution="answer-1")
        self.esl.event("CHANNEL_EXECUTE_COMPLETE", leg, Application_UUID="answer-1")
        return caller, leg

    def ring(self, url: str, variables: str = "", seconds: int = 5) -> tuple[str, str]:
        """Begin to ring; returns the leg that was asked for and the job."""
        number = next(self._numbers)
        leg, job = f"seat-leg-{number}", f"job-{number}"
        given = f"{{origination_uuid={leg},originate_timeout={seconds}{variables}}}"
        self.esl.bgapi(f"originate {given}{url} &park()", job)
        return leg, job

    def user(self, number: str) -> str:
        """Dial string of a seat."""
        return f"user/{number}@{self.house.domain}"

    def seat_parked(self, number: str = "1001", variables: str = "") -> str:
        """A seat has answered and is parked; returns its leg."""
        leg, job = self.ring(self.user(number), variables)
        assert self.esl.job(job) == f"+OK {leg}\n"
        self.esl.event("CHANNEL_PARK", leg)
        return leg

    def waiting(self) -> tuple[Caller, str]:
        """The same, and music plays."""
        caller, leg = self.answered()
        self.esl.execute(leg, "playback", self.house.music, execution="music")
        self.esl.event("PLAYBACK_START", leg)
        return caller, leg

    def talking(self) -> tuple[Caller, str, str]:
        """Caller and seat talk; the caller stays when the seat goes. Returns both legs."""
        caller, leg = self.answered()
        seat = self.seat_parked()
        self.esl.api(f"uuid_setvar_multi {leg} park_after_bridge=true;hangup_after_bridge=false")
        assert self.esl.api(f"uuid_bridge {leg} {seat}") == f"+OK {seat}\n"
        self.esl.event("CHANNEL_BRIDGE", leg)
        return caller, leg, seat

    def parked_again(self, leg: str) -> None:
        """Wait until the leg is parked behind a bridge."""
        self.esl.wait_for(
            lambda event: (
                event["Event-Name"] == "CHANNEL_PARK"
                and event["Unique-ID"] == leg
                and event["Channel-State"] == "CS_PARK"
            ),
            "park after the bridge",
        )
