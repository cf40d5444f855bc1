"""Open lines on the switch: what it is told for them, and for the calls that have them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from routing.callflow import events as on
from routing.seats import NotReadyReason, Seat, SeatState
from switchd.esl.errors import NotConnected
from switchd.esl.link import Link
from switchd.nailed.ports import LineError
from switchd.open_lines import LineExchange, LineKeeper, NailedUpSwitch, follow
from switchd.prompts.library import PromptLibrary
from switchd.queues.facts import QueueUnavailable, Refusal, SeatRefused, SeatView
from switchd.switchboard.incoming import line_of
from switchd.switchboard.turns import Turns
from tests.routing.build import plan
from tests.switchboard.test_outgoing import FakeLink

LINE = "line-1001-1"
NAILED = Seat("1001", ("intake",), nailed_up=True)
COUNTY = Seat("1002", ("intake",), nailed_up=True, phone="6026789", trunk="carrier")


class Lines:
    """One open line, which a call has for the offer `offer-1`."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def real(self, leg: str) -> str:
        return LINE if leg == "offer-1" else leg

    def serves(self, seat: str) -> bool:
        return seat == "1001"

    def ring(self, seat: str, token: str, seconds: float) -> None:
        self.asked.append(("ring", seat, token, seconds))

    def keep(self, token: str) -> bool:
        self.asked.append(("keep", token))
        return token == "offer-1"

    def let_go(self, token: str, cause: str) -> bool:
        self.asked.append(("let go", token, cause))
        return token == "offer-1"

    def signed_in(self, seat: str) -> None:
        self.asked.append(("signed in", seat))

    def signed_out(self, seat: str) -> None:
        self.asked.append(("signed out", seat))


class Room:
    """A FreeSWITCH behind a fake link."""

    def __init__(self, folder: Path) -> None:
        for name in ("beep", "line_kept_open", "comfort"):
            (folder / "zh").mkdir(exist_ok=True)
            (folder / "zh" / f"{name}.wav").touch()
        self.link = FakeLink()
        self.executions: list[str] = []
        self.told: list[on.Event] = []
        self.lines = Lines()
        self.switch = NailedUpSwitch(
            lambda: cast(Link, self.link),
            lambda language: PromptLibrary([folder], "zh", "zh"),
            domain="city.switchd",
            proxies={"carrier": "10.0.0.9:5060"},
            recordings=Path("/recordings"),
            deliver=lambda leg, event: self.told.append(event),
            turns=Turns(),
        )
        self.switch.use(self.lines)  # type: ignore[arg-type]
        self.exchange = LineExchange(self.switch, plan)

    @property
    def said(self) -> tuple[str, ...]:
        """What the switch was told last."""
        return self.link.said[-1]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


class TestALine:
    def test_is_dialled_to_stay_when_a_talk_ends(self, room: Room) -> None:
        room.exchange.dial(NAILED, LINE)
        _, said = room.said
        for variable in (
            "switchd_kind=nailed",
            "switchd_seat=1001",
            f"origination_uuid={LINE}",
            "park_after_bridge=true",
            "hangup_after_bridge=false",
            "bridge_filter_dtmf=true",
            "origination_caller_id_number=12345",
        ):
            assert variable in said
        assert said.endswith("user/1001@city.switchd &park()")

    def test_of_a_seat_with_a_number_goes_over_its_trunk(self, room: Room) -> None:
        room.exchange.dial(COUNTY, LINE)
        assert "sofia/trunk/6026789@10.0.0.9:5060 &park()" in room.said[1]

    def test_is_told_of_a_call_by_one_tone_and_remembers_the_offer(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tagged: list[tuple[str, Mapping[str, str]]] = []
        monkeypatch.setattr(room.switch, "tag", lambda leg, facts: tagged.append((leg, facts)))
        room.exchange.beep(LINE, f"{LINE}/offer-1", again=False, token="offer-1")
        assert tagged == [(LINE, {"switchd_line_offer": "offer-1"})]
        assert [words[0] for words in room.link.said] == ["uuid_break", LINE]
        assert room.said[2].endswith("beep.wav")

    def test_knocks_again_and_again_until_a_key_is_pressed(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(room.switch, "tag", lambda leg, facts: None)
        room.exchange.beep(LINE, f"{LINE}/offer-1", again=True, token="offer-1")
        assert "loops=-1" in room.said[2]

    def test_hears_silence_that_is_sent(self, room: Room) -> None:
        room.exchange.silence(LINE)
        assert room.said == (LINE, "playback", "silence_stream://-1")

    def test_is_parked_hushed_and_ended_under_its_own_name(self, room: Room) -> None:
        room.exchange.part(LINE)
        room.exchange.hush(LINE)
        room.exchange.hang_up(LINE)
        assert room.link.said == [
            ("uuid_transfer", f"{LINE} park: inline"),
            ("uuid_break", f"{LINE} all"),
            ("uuid_kill", f"{LINE} NORMAL_CLEARING"),
        ]

    def test_that_the_switch_refuses_is_told_in_the_lines_words(self, room: Room) -> None:
        room.link.error = NotConnected("away")
        with pytest.raises(LineError, match="away"):
            room.exchange.silence(LINE)

    def test_is_found_again_with_its_seat_and_offer(self) -> None:
        dump = {"variable_switchd_seat": "1001", "variable_switchd_line_offer": "offer-1"}
        assert line_of(dump) == ("1001", "offer-1")
        assert line_of({}) == ("", "")


class TestACall:
    def test_rings_no_phone_of_a_seat_whose_line_is_open(self, room: Room) -> None:
        room.switch.ring("1001", "offer-1", 15.0, "139", "热线", "leg-a")
        room.switch.dial("6026789", "carrier", "offer-1", 15.0, "139", "热线", "leg-a", "1001")
        assert room.lines.asked == [("ring", "1001", "offer-1", 15.0)] * 2
        assert room.link.said == []

    def test_rings_every_other_seat_and_number_as_ever(self, room: Room) -> None:
        room.switch.ring("1003", "offer-2", 15.0, "139", "热线", "leg-a")
        room.switch.dial("110", "carrier", "leg-x", 15.0, "139", "热线", "leg-a")
        assert [words[0] for words in room.link.said] == ["originate", "originate"]

    def test_means_the_line_where_it_names_the_offer(self, room: Room) -> None:
        room.switch.bridge("leg-a", "offer-1")
        assert room.link.said[-2:] == [
            ("uuid_break", f"{LINE} all"),
            ("uuid_bridge", f"leg-a {LINE}"),
        ]
        room.switch.play("offer-1", ("comfort",), "offer-1/whisper", interrupt=False)
        assert room.said[0] == LINE

    def test_lets_go_of_the_line_instead_of_ending_it(self, room: Room) -> None:
        room.switch.hang_up("offer-1", "ORIGINATOR_CANCEL")
        assert room.link.said == []
        room.switch.hang_up("leg-a", "NORMAL_CLEARING")
        assert room.said == ("uuid_kill", "leg-a NORMAL_CLEARING")

    def test_keeps_the_line_when_it_parts_from_the_caller(self, room: Room) -> None:
        room.switch.park("offer-1")
        assert ("keep", "offer-1") in room.lines.asked
        assert room.said == ("uuid_transfer", f"{LINE} park: inline")


def view(state: SeatState, after: SeatState | None = None) -> SeatView:
    empty = dict.fromkeys(SeatView.__slots__, "")
    return SeatView(**{**empty, "seat": "1001", "state": state, "after_call": after})  # type: ignore[arg-type]


class TestASeat:
    @pytest.mark.parametrize(
        ("verb", "seat", "asked"),
        [
            ("sign_in", view(SeatState.NOT_READY), [("signed in", "1001")]),
            ("ready", view(SeatState.READY), [("signed in", "1001")]),
            ("not_ready", view(SeatState.NOT_READY), []),
            ("sign_out", view(SeatState.SIGNED_OUT), [("signed out", "1001")]),
            (
                "sign_out",
                view(SeatState.TALKING, SeatState.SIGNED_OUT),
                [("signed out", "1001")],
            ),
        ],
    )
    def test_opens_and_ends_its_line_by_what_its_agent_does(
        self, verb: str, seat: SeatView, asked: list[tuple[str, str]]
    ) -> None:
        lines = Lines()
        follow(lines, verb, seat)  # type: ignore[arg-type]
        assert lines.asked == asked


class Waitlist:
    """Notes what it is told, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.told: list[tuple[object, ...]] = []

    def phone(self, seat: str, up: bool, now: float) -> None:
        self._note("phone", seat, up)

    def not_ready(self, seat: str, reason: str, now: float) -> None:
        self._note("not ready", seat, reason)

    def _note(self, *words: object) -> None:
        if self.error is not None:
            raise self.error
        self.told.append(words)


class TestTheQueue:
    def test_is_told_of_lines_that_open_and_break(self) -> None:
        waitlist = Waitlist()
        keeper = LineKeeper(waitlist, lambda: 0.0)  # type: ignore[arg-type]
        keeper.reachable("1001", True)
        keeper.lost("1001", "MEDIA_TIMEOUT")
        assert waitlist.told == [
            ("phone", "1001", True),
            ("not ready", "1001", NotReadyReason.LINE_LOST),
        ]

    @pytest.mark.parametrize(
        "error", [QueueUnavailable("away"), SeatRefused("1001", Refusal.NOT_SIGNED_IN)]
    )
    def test_that_is_away_or_refuses_stops_no_line(self, error: Exception) -> None:
        keeper = LineKeeper(Waitlist(error), lambda: 0.0)  # type: ignore[arg-type]
        keeper.lost("1001", "MEDIA_TIMEOUT")
        keeper_away = LineKeeper(Waitlist(QueueUnavailable("away")), lambda: 0.0)  # type: ignore[arg-type]
        keeper_away.reachable("1001", False)
