"""FreeSWITCH hangs, or is killed, under calls: what callers and seats notice, and afterwards."""

from __future__ import annotations

from routing.record import EndedBy, Outcome
from switchd.sim.callers import CallerState
from tests.scenarios.hotline import CITY, Hotline, wait_for
from tests.scenarios.test_metrics import figure

FIRST, SECOND = "13800138001", "13800138002"
RESTARTS = 'switchd_link_total{what="restarts"}'


def reachable(hotline: Hotline) -> list[str]:
    return [seat["seat"] for seat in hotline.client.get("seats") if seat["reachable"]]


def blamed(hotline: Hotline) -> list[str]:
    """Seats that are not ready although nobody there has missed anything."""
    return [seat["seat"] for seat in hotline.client.get("seats") if seat["state"] == "not_ready"]


def hangs(hotline: Hotline) -> None:
    """It says nothing more, and no connection ends; switchd finds out by itself."""
    hotline.sim.silence()
    wait_for(lambda: not hotline.status()["freeswitch"]["connected"], "switchd has noticed it")


class TestItHangs:
    def test_seats_cannot_be_rung_meanwhile_and_talks_and_places_are_kept(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        talking = hotline.talks_with("1001")
        waiting = [hotline.waits(number) for number in (FIRST, SECOND)]
        queued_at = [hotline.call_of(caller)["queued_at"] for caller in waiting]
        hangs(hotline)
        assert "FreeSWITCH hangs" in hotline.status()["freeswitch"]["trouble"]
        wait_for(lambda: not reachable(hotline), "no seat can be rung")

        hotline.sim.silence(False)

        hotline.waits_until_connected_again()
        assert figure(hotline, RESTARTS) == 0
        assert talking.state is CallerState.TALKING
        assert [hotline.call_of(caller)["queued_at"] for caller in waiting] == queued_at
        assert hotline.records() == 0
        hotline.sim.seat("1002").will_answer(hangs_up_after=1.0)
        hotline.makes_ready("1002")
        answered = [hotline.record_of(caller).answered_at for caller in waiting]
        assert answered == sorted(answered)  # type: ignore[type-var]
        hotline.seat_hangs_up("1001")
        assert hotline.record_of(talking).survey_key == "2"
        assert blamed(hotline) == []

    def test_no_seat_is_blamed_for_a_phone_that_could_not_ring(self, own_hotline: Hotline) -> None:
        """It is noticed before the time is over in which a phone may ring."""
        hotline = own_hotline
        intake = {**CITY["groups"]["intake"], "ring_seconds": 15}
        hotline.writes({**CITY, "groups": {**CITY["groups"], "intake": intake}})
        hotline.start_daemon()
        for seat in ("1001", "1002"):
            hotline.sim.seat(seat).will_answer()
        caller = hotline.waits(FIRST)
        hotline.sim.silence()
        hotline.makes_ready("1001", "1002")
        wait_for(lambda: not hotline.status()["freeswitch"]["connected"], "it is noticed")
        hotline.sim.silence(False)
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        assert blamed(hotline) == []
        assert sum(hotline.sim.seat(seat).collisions for seat in ("1001", "1002")) == 0

    def test_nor_for_one_that_rang_when_it_began_to_hang(self, own_hotline: Hotline) -> None:
        """The time in which the seat may answer is over long before anything is noticed."""
        hotline = own_hotline
        intake = {**CITY["groups"]["intake"], "ring_seconds": 1}
        hotline.writes({**CITY, "groups": {**CITY["groups"], "intake": intake}})
        hotline.start_daemon()
        caller = hotline.waits(FIRST)
        hotline.makes_ready("1001")
        wait_for(lambda: hotline.sim.seat("1001").leg, "the phone rings")
        hotline.sim.silence()
        wait_for(lambda: blamed(hotline) == ["1001"], "nobody has answered, as far as one knows")
        wait_for(lambda: not hotline.status()["freeswitch"]["connected"], "it is noticed")
        wait_for(lambda: not blamed(hotline), "the seat is not to blame")
        hotline.sim.seat("1001").will_answer()
        hotline.sim.silence(False)
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")


class TestItIsKilled:
    def test_and_stays_away_for_a_while_no_seat_can_be_rung_and_records_tell_the_crash(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        talking, waiting = hotline.talks_with("1001"), hotline.waits(FIRST)
        before = figure(hotline, RESTARTS)
        hotline.sim.restart(down=30.0)
        wait_for(lambda: not reachable(hotline), "no seat can be rung")
        assert not hotline.status()["freeswitch"]["connected"]
        record = hotline.record_of(talking)
        assert (record.outcome, record.cause) == (Outcome.ANSWERED, "CRASH")
        assert record.ended_by is EndedBy.SYSTEM
        record = hotline.record_of(waiting)
        assert (record.outcome, record.cause) == (Outcome.FAILED, "CRASH")
        wait_for(lambda: hotline.seat("1001")["reachable"], "the phone is registered again")
        assert figure(hotline, RESTARTS) == before + 1
        assert hotline.status()["calls"] == 0
        caller = hotline.sim.call(SECOND, "12345", talk=1.0)
        assert hotline.record_of(caller).seat == "1001"
        assert hotline.records() == 3
