from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.clock import StillClock
from switchd.sim.dialplan import trunk_plan
from switchd.sim.profile import (
    AgentHabits,
    Burst,
    Exponential,
    Fixed,
    Lognormal,
    Mind,
    Profile,
)
from switchd.sim.traffic import Traffic
from tests.sim.conftest import Town

ASK = "1 1 1 3000 # silence_stream://500 silence_stream://100 score [1-5]"


class TestACaller:
    def test_gives_up_when_patience_ends(self, town: Town) -> None:
        caller = town.answered(Mind(patience=30.0))
        town.clock.advance(29.0)
        assert caller.state is CallerState.WAITING
        town.clock.advance(1.0)
        assert caller.state is CallerState.ENDED
        assert caller.ended_by() == "caller"

    def test_who_talks_does_not_lose_patience(self, town: Town) -> None:
        caller = town.talking(Mind(patience=30.0))
        town.clock.advance(60.0)
        assert caller.state is CallerState.TALKING

    def test_ends_the_talk_when_all_is_said(self, town: Town) -> None:
        caller = town.talking(Mind(talk=10.0))
        town.clock.advance(10.0)
        assert (caller.cause, caller.ended_by()) == ("NORMAL_CLEARING", "caller")

    def test_answers_the_survey(self, town: Town) -> None:
        caller = town.talking(Mind(survey="2", reaction=1.0))
        town.phones.all()[0].hang_up()
        assert caller.state is CallerState.AFTER_TALK
        town.execute(caller, "play_and_get_digits", ASK)
        town.clock.advance(1.0)
        assert town.ear.last("CHANNEL_EXECUTE_COMPLETE")["variable_score"] == "2"

    def test_hangs_up_instead_of_answering_the_survey(self, town: Town) -> None:
        caller = town.talking(Mind(survey=None))
        town.phones.all()[0].hang_up()
        town.execute(caller, "play_and_get_digits", ASK)
        town.clock.advance(1.0)
        assert caller.ended.is_set()

    def test_presses_keys_when_a_question_is_heard(self, town: Town) -> None:
        caller = town.answered(Mind(answers={"silence_stream://500": "3"}))
        town.execute(caller, "play_and_get_digits", ASK)
        town.clock.advance(1.0)
        assert town.ear.last("CHANNEL_EXECUTE_COMPLETE")["variable_score"] == "3"

    def test_remembers_what_was_played(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "playback", "silence_stream://100")
        town.execute(caller, "playback", "silence_stream://200")
        assert caller.heard == ["silence_stream://100", "silence_stream://200"]

    def test_turned_away_by_the_switch_did_not_hang_up(self, town: Town) -> None:
        caller = town.answered()
        town.api.run("uuid_kill", caller.uuid)
        town.clock.advance(0.1)
        assert caller.ended_by() == "switch"
        assert town.ended == [caller]


class TestAPhone:
    def test_is_busy_while_it_rings_for_another(self, town: Town) -> None:
        phone = town.phone().will_not_answer()
        town.ring(leg="first")
        assert town.ring(leg="second") == ["-ERR USER_BUSY\n"]
        assert phone.collisions == 1

    def test_that_died_in_a_talk_ends_it_without_a_bye(self, town: Town) -> None:
        phone = town.phone().drops_after(5.0)
        town.talking(phone=phone)
        town.clock.advance(5.1)
        end = town.ear.last("CHANNEL_HANGUP_COMPLETE", "leg-1")
        assert end["Hangup-Cause"] == "MEDIA_TIMEOUT"
        assert end["variable_sip_hangup_disposition"] == "send_bye"

    def test_that_does_not_react_is_a_temporary_failure(self, town: Town) -> None:
        town.phone().will_be_unreachable()
        assert town.ring() == ["-ERR NORMAL_TEMPORARY_FAILURE\n"]

    def test_tells_when_it_comes_and_goes(self, town: Town) -> None:
        phone = town.phone()
        phone.unregister()
        phone.register()
        phone.expire()
        told = [
            (event["Event-Subclass"], event.get("user") or event["from-user"])
            for event in town.ear.heard
            if event["Event-Name"] == "CUSTOM"
        ]
        assert told == [
            ("sofia::register", "1001"),
            ("sofia::unregister", "1001"),
            ("sofia::register", "1001"),
            ("sofia::expire", "1001"),
        ]

    def test_goes_back_to_its_habits(self, town: Town) -> None:
        phone = town.phone(habits=AgentHabits(refuses=1.0, answer_after=Fixed(0.0)))
        phone.will_be_busy()
        assert town.ring(leg="scripted") == ["-ERR USER_BUSY\n"]
        phone.follows_habits()
        assert town.ring(leg="by-habit") == ["-ERR CALL_REJECTED\n"]

    def test_is_free_again_after_a_talk(self, town: Town) -> None:
        phone = town.phone().will_answer(0.1, hangs_up_after=3.0)
        town.talking(phone=phone)
        town.clock.advance(3.1)
        assert phone.leg is None
        assert phone.talked == 1

    def test_dials_a_feature_code(self, town: Town) -> None:
        assert town.phone().dials("*11")
        parked = town.ear.last("CHANNEL_PARK")
        assert parked["variable_switchd_kind"] == "code"
        assert parked["variable_switchd_seat"] == "1001"
        assert parked["variable_switchd_code"] == "*11"
        assert parked["Caller-Destination-Number"] == "*11"

    def test_gives_up_a_feature_code_that_nobody_answers(self, town: Town) -> None:
        phone = town.phone()
        phone.dials("*11")
        assert not phone.dials("*12")
        town.clock.advance(20.0)
        assert phone.leg is None


class TestAnAgentsHabits:
    def test_signs_in_with_one_code_after_the_other(self, town: Town) -> None:
        phone = town.phone(habits=AgentHabits(codes_at_start=("*11", "*12")))
        phone.begin_work()
        for _ in range(2):
            assert phone.leg is not None
            town.switch.hang_up(phone.leg)
            town.clock.advance(1.1)
        codes = [
            event["variable_switchd_code"]
            for event in town.ear.heard
            if event["Event-Name"] == "CHANNEL_PARK"
        ]
        assert codes == ["*11", "*12"]

    def test_comes_back_after_a_missed_call(self, town: Town) -> None:
        habits = AgentHabits(no_answer=1.0, code_after_miss="*12", back_after=Fixed(20.0))
        town.phone(habits=habits)
        assert town.ring(seconds=5) == []
        town.clock.advance(26.0)
        assert town.ear.last("CHANNEL_PARK")["variable_switchd_code"] == "*12"

    def test_comes_back_after_a_call_that_came_while_a_code_was_dialled(self, town: Town) -> None:
        habits = AgentHabits(code_after_miss="*12", back_after=Fixed(20.0))
        phone = town.phone(habits=habits)
        assert phone.dials("*11")
        assert town.ring(seconds=5) == ["-ERR USER_BUSY\n"]
        assert phone.leg is not None
        town.switch.hang_up(phone.leg)
        town.clock.advance(21.0)
        assert town.ear.last("CHANNEL_PARK")["variable_switchd_code"] == "*12"

    @pytest.mark.parametrize(
        ("habits", "result"),
        [
            (AgentHabits(busy=1.0), "-ERR USER_BUSY\n"),
            (AgentHabits(refuses=1.0), "-ERR CALL_REJECTED\n"),
            (AgentHabits(no_answer=1.0), "-ERR NO_ANSWER\n"),
            (AgentHabits(answer_after=Fixed(1.0)), "+OK leg-1\n"),
        ],
    )
    def test_decide_what_becomes_of_a_call(
        self, town: Town, habits: AgentHabits, result: str
    ) -> None:
        town.phone(habits=habits)
        results = town.ring(seconds=20)
        town.clock.advance(25.0)
        assert results == [result]


class TestDistributions:
    def test_the_middle_of_many_is_where_it_should_be(self) -> None:
        rng = random.Random(1)
        drawn = sorted(Lognormal(60.0, 0.8).draw(rng) for _ in range(4001))
        assert 55.0 < drawn[2000] < 65.0

    def test_the_mean_of_many_is_where_it_should_be(self) -> None:
        rng = random.Random(1)
        drawn = [Exponential(30.0).draw(rng) for _ in range(4000)]
        assert 28.0 < sum(drawn) / len(drawn) < 32.0


class Line:
    """Takes calls and notes who called; every call ends at once if told so."""

    def __init__(self, profile: Profile, seed: int, town: Town) -> None:
        self.calls: list[tuple[float, str, str, Mind]] = []
        self.clock: StillClock = town.clock
        self._town = town
        self.traffic = Traffic(profile, town.clock, seed, self._call)

    def _call(
        self, number: str, dialled: str, mind: Mind, over: Callable[[SimCaller], None]
    ) -> SimCaller:
        self.calls.append((self.clock.elapsed(), number, dialled, mind))
        caller = SimCaller(self._town.switch, number, dialled, mind, over)
        caller.dial(trunk_plan("town", "trunk", dialled))
        return caller


class TestTraffic:
    def run(self, town: Town, profile: Profile, seed: int = 7, seconds: float = 3600.0) -> Line:
        line = Line(profile, seed, town)
        line.traffic.start()
        town.clock.advance(seconds)
        line.traffic.stop()
        return line

    def test_comes_at_its_rate(self, town: Town) -> None:
        line = self.run(town, Profile(calls_per_hour=600.0, redials=0.0))
        assert 540 < len(line.calls) < 660

    def test_the_same_seed_brings_the_same_people_who_decide_alike(self, tmp_path: Path) -> None:
        profile = Profile(calls_per_hour=300.0, redials=0.0)
        first = self.run(Town(tmp_path), profile).calls
        again = self.run(Town(tmp_path, seed=99), profile).calls
        other = self.run(Town(tmp_path), profile, seed=8).calls
        assert first == again
        assert first != other

    def test_people_redial_when_they_reached_nobody(self, town: Town) -> None:
        profile = Profile(
            calls_per_hour=60.0, patience=Fixed(5.0), redials=1.0, redial_after=Fixed(10.0)
        )
        line = self.run(town, profile, seconds=600.0)
        numbers = [number for _, number, _, _ in line.calls]
        assert line.traffic.counts.redialled > 0
        assert len(numbers) - len(set(numbers)) == line.traffic.counts.redialled
        assert line.traffic.counts.gave_up > 0

    def test_a_burst_brings_many_at_once(self, town: Town) -> None:
        profile = Profile(
            calls_per_hour=60.0,
            bursts=(Burst(begins=600.0, seconds=60.0, calls_per_hour=36000.0),),
            redials=0.0,
        )
        times = [at for at, _, _, _ in self.run(town, profile, seconds=1200.0).calls]
        in_burst = sum(600.0 <= at < 660.0 for at in times)
        assert in_burst > 10 * (len(times) - in_burst)

    def test_follows_the_hours_of_the_day(self, town: Town) -> None:
        hour = int(town.clock.now() // 3600 + 8) % 24
        rates = tuple(600.0 if index == hour else 0.0 for index in range(24))
        left = 3600.0 - town.clock.now() % 3600
        line = self.run(town, Profile(calls_per_hour=rates, redials=0.0), seconds=left + 1800.0)
        assert line.calls
        assert max(at for at, _, _, _ in line.calls) <= left + 60.0

    def test_numbers_are_dialled_by_their_weight(self, town: Town) -> None:
        profile = Profile(numbers={"12345": 9.0, "12319": 1.0}, redials=0.0)
        dialled = [number for _, _, number, _ in self.run(town, profile).calls]
        assert dialled.count("12345") > 5 * dialled.count("12319") > 0
