"""Who hears whom when a call is worked on (recorded traffic 04, 05, 14)."""

from __future__ import annotations

import pytest

from routing.callflow import events as on
from routing.monitoring import Mode
from switchd.calls.ports import SwitchError
from switchd.switchboard.legs import Legs
from tests.contract.hotline import Hotline, until
from tests.contract.house import House

ROOM = "call-3"


@pytest.fixture(autouse=True)
def phones(house: House) -> None:
    """Two seats."""
    house.seat("1001")
    house.seat("2001")


def three(hotline: Hotline) -> tuple[str, str, str]:
    """Caller, seat and a third have met in a conference; returns their legs."""
    leg = hotline.talking()
    third = hotline.third()
    legs = (leg, "seat", third)
    hotline.switch.keep("seat")
    for one in legs:
        hotline.switch.confer(one, ROOM)
        hotline.notes.wait(one, on.Joined)
    return legs


class TestParting:
    @pytest.mark.parametrize("first", ["caller", "seat"])
    def test_leaves_both_parked(self, hotline: Hotline, first: str) -> None:
        leg = hotline.talking()
        legs = (leg, "seat") if first == "caller" else ("seat", leg)
        hotline.switch.part(*legs)
        hotline.notes.wait(leg, on.CallerBack)
        hotline.notes.wait("seat", on.SeatAnswered, times=3)
        assert not any(isinstance(event, on.SeatGone) for _, event in hotline.notes.told)

    def test_they_can_talk_again(self, hotline: Hotline) -> None:
        leg = hotline.talking()
        hotline.switch.part(leg, "seat")
        hotline.notes.wait(leg, on.CallerBack)
        hotline.notes.wait("seat", on.SeatAnswered, times=3)
        hotline.switch.bridge(leg, "seat")
        hotline.notes.wait("seat", on.Bridged, times=2)

    def test_they_can_talk_again_though_other_music_was_just_about_to_begin(
        self, hotline: Hotline
    ) -> None:
        """FreeSWITCH would have it begin behind CHANNEL_BRIDGE: one would hear music, and the other
        nothing."""

        def talk() -> bool:
            states = (Legs(hotline.link).headers(one)["Channel-State"] for one in (leg, "seat"))
            return set(states) <= {"CS_SOFT_EXECUTE", "CS_EXCHANGE_MEDIA"}

        leg = hotline.talking()
        for again in range(1, 6):
            until(talk, "talk")
            hotline.switch.part(leg, "seat")
            hotline.notes.wait(leg, on.CallerBack, times=again)
            hotline.notes.wait("seat", on.SeatAnswered, times=2 + again)
            hotline.switch.music(leg, "moh", f"{leg}/{again}", interrupt=False)
            until(lambda: Legs(hotline.link).doing[leg] == "playback", "music")
            hotline.switch.music(leg, "moh", f"{leg}/{again}-other", interrupt=True)
            hotline.switch.bridge(leg, "seat")
            hotline.notes.wait("seat", on.Bridged, times=1 + again)
        until(talk, "talk")

    def test_both_can_be_played_something(self, hotline: Hotline) -> None:
        leg = hotline.talking()
        hotline.switch.part(leg, "seat")
        hotline.notes.wait(leg, on.CallerBack)
        hotline.notes.wait("seat", on.SeatAnswered, times=3)
        for one in (leg, "seat"):
            hotline.switch.play(one, ("thanks",), f"{one}/7", interrupt=False)
            assert hotline.notes.wait(one, on.Played) == on.Played(f"{one}/7")

    def test_who_hangs_up_afterwards_ends_alone(self, hotline: Hotline) -> None:
        leg = hotline.talking()
        hotline.switch.part(leg, "seat")
        hotline.notes.wait(leg, on.CallerBack)
        hotline.notes.wait("seat", on.SeatAnswered, times=3)
        hotline.caller.hang_up()
        hotline.notes.wait(leg, on.CallerGone)
        hotline.switch.play("seat", ("thanks",), "seat/7", interrupt=False)
        hotline.notes.wait("seat", on.Played)


class TestAConsultation:
    def test_parks_the_caller_meanwhile(self, hotline: Hotline) -> None:
        leg = hotline.talking()
        third = hotline.third()
        hotline.switch.bridge("seat", third)
        hotline.notes.wait(leg, on.CallerBack)
        hotline.notes.wait("seat", on.Bridged, times=2)

    def test_can_be_left_to_the_caller_and_the_third(self, hotline: Hotline) -> None:
        leg = hotline.talking()
        third = hotline.third()
        hotline.switch.bridge("seat", third)
        hotline.notes.wait("seat", on.Bridged, times=2)
        hotline.switch.part("seat", third)
        hotline.notes.wait(third, on.SeatAnswered, times=3)
        hotline.switch.bridge(leg, third)
        hotline.notes.wait(third, on.Bridged)
        hotline.switch.hang_up("seat", "NORMAL_CLEARING")
        hotline.notes.wait("seat", on.SeatGone)


class TestAConference:
    def test_is_joined_by_all_three_out_of_what_they_were_in(self, hotline: Hotline) -> None:
        three(hotline)

    def test_goes_on_when_one_of_them_hangs_up(self, hotline: Hotline) -> None:
        leg, seat, third = three(hotline)
        hotline.switch.hang_up(seat, "NORMAL_CLEARING")
        hotline.notes.wait(seat, on.SeatGone)
        parked = hotline.notes.count(third, on.SeatAnswered)
        hotline.switch.park(third)
        hotline.notes.wait(third, on.SeatAnswered, times=parked + 1)
        hotline.switch.park(leg)
        hotline.notes.wait(leg, on.CallerBack)
        hotline.switch.bridge(leg, third)
        hotline.notes.wait(third, on.Bridged)

    def test_is_left_by_parking(self, hotline: Hotline) -> None:
        leg, _, _ = three(hotline)
        hotline.switch.park(leg)
        hotline.notes.wait(leg, on.CallerBack)

    def test_tells_only_who_comes_and_goes(self, hotline: Hotline, house: House) -> None:
        esl = house.esl()
        leg, seat, third = three(hotline)
        for one in (seat, third):
            parked = hotline.notes.count(one, on.SeatAnswered)
            hotline.switch.park(one)
            hotline.notes.wait(one, on.SeatAnswered, times=parked + 1)
        hotline.switch.park(leg)
        esl.event("CUSTOM", Action="conference-destroy")
        told = [event for event in esl.seen if event["Event-Name"] == "CUSTOM"]
        legs = (leg, seat, third)
        assert [(event["Action"], event.get("Unique-ID")) for event in told] == [
            ("conference-create", None),
            *(("add-member", one) for one in legs),
            *(("del-member", one) for one in (seat, third, leg)),
            ("conference-destroy", None),
        ]
        assert all("variable_switchd_kind" not in event for event in told)
        sizes = [event["Conference-Size"] for event in told]
        assert sizes == ["0", "1", "2", "3", "2", "1", "0", "0"]

    def test_has_a_plain_name(self, hotline: Hotline) -> None:
        with pytest.raises(SwitchError, match="no name for a conference"):
            hotline.switch.confer("seat", "a room@evil inline")


class TestAKeyAtASeat:
    @pytest.mark.parametrize("where", ["parked", "talking", "conference", "muted"])
    def test_is_told_wherever_the_seat_is(self, hotline: Hotline, house: House, where: str) -> None:
        if where == "conference":
            three(hotline)
        else:
            leg = hotline.talking()
        if where == "parked":
            hotline.switch.part(leg, "seat")
            hotline.notes.wait("seat", on.SeatAnswered, times=3)
        if where == "muted":
            hotline.switch.mute("seat", True)
        house.esl().api("uuid_recv_dtmf seat *")
        assert hotline.notes.wait("seat", on.SeatPressed) == on.SeatPressed("seat", "*")

    def test_ends_no_music(self, hotline: Hotline, house: House) -> None:
        leg = hotline.talking()
        hotline.switch.part(leg, "seat")
        hotline.notes.wait("seat", on.SeatAnswered, times=3)
        hotline.switch.ring_tone("seat", "seat/7")
        esl = house.esl()
        esl.api("uuid_recv_dtmf seat *")
        hotline.notes.wait("seat", on.SeatPressed)
        hotline.switch.play("seat", ("thanks",), "seat/8", interrupt=True)
        hotline.notes.wait("seat", on.Played, times=2)
        ends = [event for of, event in hotline.notes.told if isinstance(event, on.Played)]
        assert ends == [on.Played("seat/7"), on.Played("seat/8")]


class TestTheOtherSide:
    """What it gets is seen in FreeSWITCH's count of the packets with keys that it has sent."""

    @pytest.mark.parametrize("keys_by_rtp", [False, True], ids=["SIP INFO", "RFC 2833"])
    @pytest.mark.parametrize("filtered", [True, False], ids=["as dialled", "without the filter"])
    def test_does_not_get_the_keys_that_a_seat_presses(
        self, hotline: Hotline, house: House, keys_by_rtp: bool, filtered: bool
    ) -> None:
        """Without the filter it would: otherwise nothing were proved."""
        phone = house.seat("1002", keys_by_rtp=keys_by_rtp)
        esl = house.esl()
        leg = hotline.answered()
        hotline.ring(5.0, seat="1002")
        hotline.notes.wait("seat", on.SeatAnswered)
        if not filtered:
            hotline.switch.tag("seat", {"bridge_filter_dtmf": ""})
        hotline.switch.bridge(leg, "seat")
        hotline.notes.wait("seat", on.Bridged)
        phone.press("*12#")
        hotline.notes.wait("seat", on.SeatPressed, times=4)
        pressed = [
            event.key for _, event in hotline.notes.told if isinstance(event, on.SeatPressed)
        ]
        assert "".join(pressed) == "*12#"
        hotline.switch.hang_up(leg, "NORMAL_CLEARING")
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert (end["variable_rtp_audio_out_dtmf_packet_count"] == "0") is filtered


class TestMuting:
    @pytest.mark.parametrize("times", [1, 2])
    def test_can_be_done_again_and_taken_back(self, hotline: Hotline, times: int) -> None:
        hotline.talking()
        for on_or_off in (True, False):
            for _ in range(times):
                hotline.switch.mute("seat", on_or_off)


class TestListening:
    def test_follows_the_seat_through_all_it_is_in(self, hotline: Hotline) -> None:
        leg = hotline.talking()
        supervisor = hotline.third()
        hotline.switch.listen(supervisor, "seat", f"{supervisor}/1")
        for mode in Mode:
            hotline.switch.whisper(supervisor, mode)
        hotline.switch.part(leg, "seat")
        hotline.notes.wait("seat", on.SeatAnswered, times=3)
        hotline.switch.confer("seat", ROOM)
        hotline.notes.wait("seat", on.Joined)
        assert not any(isinstance(event, on.Played) for _, event in hotline.notes.told)

    def test_ends_with_the_seats_leg_and_leaves_the_listener_parked(self, hotline: Hotline) -> None:
        hotline.talking()
        supervisor = hotline.third()
        hotline.switch.listen(supervisor, "seat", f"{supervisor}/1")
        hotline.switch.whisper(supervisor, Mode.LISTEN)
        hotline.notes.wait(supervisor, on.SeatPressed)
        hotline.switch.hang_up("seat", "NORMAL_CLEARING")
        assert hotline.notes.wait(supervisor, on.Played) == on.Played(f"{supervisor}/1")
        hotline.switch.play(supervisor, ("thanks",), f"{supervisor}/2", interrupt=False)
        hotline.notes.wait(supervisor, on.Played, times=2)

    def test_can_be_done_by_two_and_one_stays_when_the_other_goes(
        self, hotline: Hotline, house: House
    ) -> None:
        house.seat("1002")
        hotline.talking()
        first = hotline.third()
        hotline.ring(5.0, seat="1002", leg="second")
        hotline.notes.wait("second", on.SeatAnswered)
        for one in (first, "second"):
            hotline.switch.listen(one, "seat", f"{one}/1")
            hotline.switch.whisper(one, Mode.BARGE)
            hotline.notes.wait(one, on.SeatPressed)
        hotline.switch.hang_up(first, "NORMAL_CLEARING")
        hotline.notes.wait(first, on.SeatGone)
        hotline.switch.hang_up("seat", "NORMAL_CLEARING")
        assert hotline.notes.wait("second", on.Played) == on.Played("second/1")

    def test_can_be_left_for_the_talk_itself(self, hotline: Hotline) -> None:
        """A supervisor who takes over becomes the caller's other side."""
        leg = hotline.talking()
        supervisor = hotline.third()
        hotline.switch.listen(supervisor, "seat", f"{supervisor}/1")
        hotline.switch.whisper(supervisor, Mode.LISTEN)
        hotline.notes.wait(supervisor, on.SeatPressed)
        hotline.switch.bridge(leg, supervisor)
        hotline.notes.wait(supervisor, on.Bridged)
