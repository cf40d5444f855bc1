"""Applications at their exact times, which the contract suite cannot look at."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from switchd.sim.profile import Mind
from tests.sim.conftest import Town


class TestNesting:
    def test_what_plays_is_paused_and_then_plays_the_rest(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "playback", "silence_stream://1000")
        town.clock.advance(0.4)
        town.execute(caller, "sleep", "5000")
        town.clock.advance(5.0)
        assert "PLAYBACK_STOP" not in town.ear.names(caller.uuid)
        town.clock.advance(0.7)
        assert "PLAYBACK_STOP" in town.ear.names(caller.uuid)

    def test_what_comes_while_something_is_locked_waits_for_its_end(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "sleep", "1000", locked=True)
        town.execute(caller, "set", "a=1")
        assert town.api.run("uuid_getvar", f"{caller.uuid} a") == "_undef_"
        town.clock.advance(1.0)
        assert town.api.run("uuid_getvar", f"{caller.uuid} a") == "1"

    def test_break_all_forgets_what_waits(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "sleep", "1000", locked=True)
        town.execute(caller, "set", "a=1")
        town.api.run("uuid_break", f"{caller.uuid} all")
        town.clock.advance(2.0)
        assert town.api.run("uuid_getvar", f"{caller.uuid} a") == "_undef_"


class TestPlayback:
    def test_a_star_ends_it_as_freeswitch_does_by_default(self, town: Town) -> None:
        caller = town.answered()
        town.api.run("uuid_setvar", f"{caller.uuid} playback_terminators *")
        town.execute(caller, "playback", "silence_stream://-1")
        caller.press("1")
        assert "PLAYBACK_STOP" not in town.ear.names()
        caller.press("*")
        assert town.ear.last("CHANNEL_EXECUTE_COMPLETE")["Application-Response"] == "FILE PLAYED"

    def test_tells_how_long_was_played(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "playback", "silence_stream://-1")
        town.clock.advance(2.5)
        town.api.run("uuid_break", caller.uuid)
        town.clock.advance(0.02)
        played = town.ear.last("PLAYBACK_STOP")
        assert played["variable_playback_seconds"] == "2"
        assert 2500 <= int(played["variable_playback_ms"]) < 2600

    def test_opens_early_media_on_an_unanswered_call(self, town: Town) -> None:
        caller = town.call()
        town.execute(caller, "playback", "silence_stream://100")
        names = town.ear.names(caller.uuid)
        assert names.index("CHANNEL_PROGRESS_MEDIA") < names.index("PLAYBACK_START")
        assert "CHANNEL_ANSWER" not in names

    def test_endless_playback_begins_again(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "endless_playback", "silence_stream://500")
        town.clock.advance(1.2)
        assert town.ear.names().count("PLAYBACK_START") == 3


class TestCollect:
    ASK = "1 3 1 2000 # silence_stream://1000 silence_stream://100 n [0-9]+ 500"

    def test_the_terminator_ends_a_short_number(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "play_and_get_digits", self.ASK)
        caller.press("12#")
        assert town.ear.last("CHANNEL_EXECUTE_COMPLETE")["variable_n"] == "12"

    def test_a_pause_between_keys_ends_it(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "play_and_get_digits", self.ASK)
        caller.press("7")
        town.clock.advance(0.6)
        done = town.ear.last("CHANNEL_EXECUTE_COMPLETE")
        assert (done["variable_n"], done["variable_read_result"]) == ("7", "timeout")

    def test_the_time_to_think_begins_after_the_question(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "play_and_get_digits", self.ASK)
        town.clock.advance(2.5)
        caller.press("123")
        assert town.ear.last("CHANNEL_EXECUTE_COMPLETE")["variable_n"] == "123"


class TestPark:
    def test_park_timeout_hangs_up_with_its_cause(self, town: Town) -> None:
        caller = town.answered()
        town.api.run("uuid_setvar", f"{caller.uuid} park_timeout 5:NO_ANSWER")
        town.api.run("uuid_park", caller.uuid)
        town.clock.advance(5.1)
        assert caller.cause == "NO_ANSWER"


class TestAnUnknownApplication:
    def test_hangs_up(self, town: Town) -> None:
        caller = town.answered()
        town.execute(caller, "no_such_application")
        assert caller.cause == "DESTINATION_OUT_OF_ORDER"


class TestTheEndOfADialplan:
    def test_hangs_up(self, town: Town) -> None:
        caller = town.answered()
        town.api.run("uuid_transfer", f"{caller.uuid} playback:silence_stream://200 inline")
        town.clock.advance(0.1)
        assert caller.cause == ""
        town.clock.advance(0.3)
        assert caller.cause == "NORMAL_CLEARING"


class TestTransferToAnExtension:
    def test_runs_that_extensions_actions(self, town: Town) -> None:
        town.switch.plans["degraded"] = lambda leg: [
            ("set", "switchd_state=degraded"),
            ("park", ""),
        ]
        caller = town.answered()
        town.api.run("uuid_transfer", f"{caller.uuid} degraded XML switchd")
        town.clock.advance(0.1)
        parked = town.ear.last("CHANNEL_PARK", caller.uuid)
        assert parked["variable_switchd_state"] == "degraded"

    def test_that_does_not_exist_ends_the_call(self, town: Town) -> None:
        caller = town.answered()
        town.api.run("uuid_transfer", f"{caller.uuid} nowhere")
        town.clock.advance(0.1)
        assert caller.cause == "NO_ROUTE_DESTINATION"


class TestASecondOriginateWithTheSameUuid:
    def test_gets_another_one(self, town: Town) -> None:
        town.phone("1001").will_answer(0.1)
        town.phone("1002").will_answer(0.1)
        town.ring("1001", "same")
        results = town.ring("1002", "same")
        town.clock.advance(1.0)
        assert results[0].startswith("+OK ")
        assert results != ["+OK same\n"]


class TestABridgeWhoseOtherLegDies:
    def test_parks_the_caller_who_may_park(self, town: Town) -> None:
        caller = town.answered()
        phone = town.phone()
        phone.will_answer(0.1)
        town.ring()
        town.clock.advance(0.2)
        town.api.run("uuid_bridge", f"{caller.uuid} leg-1")
        phone.hang_up()
        town.clock.advance(0.1)
        assert town.ear.last("CHANNEL_PARK", caller.uuid)["Channel-State"] == "CS_PARK"
        assert "CHANNEL_BRIDGE" not in town.ear.names()


class TestEavesdrop:
    def test_ends_with_the_leg_that_it_listens_to(self, town: Town) -> None:
        caller = town.answered()
        supervisor = town.answered()
        town.execute(supervisor, "eavesdrop", caller.uuid)
        caller.hang_up()
        done = town.ear.last("CHANNEL_EXECUTE_COMPLETE", supervisor.uuid)
        assert done["Application"] == "eavesdrop"


class TestEvents:
    @given(st.text(min_size=1))
    def test_carry_any_text_unharmed(self, text: str) -> None:
        town = Town(Path("nowhere"))
        caller = town.answered()
        town.switch.channels[caller.uuid].set("note", text)
        town.switch.emit("CHANNEL_PARK", town.switch.channels[caller.uuid])
        assert town.ear.last("CHANNEL_PARK")["variable_note"] == text

    def test_a_heartbeat_comes_every_twenty_seconds(self, town: Town) -> None:
        town.call()
        town.switch.heartbeat()
        town.clock.advance(60.0)
        assert town.ear.names().count("HEARTBEAT") == 4
        assert town.ear.last("HEARTBEAT")["Session-Count"] == "1"

    def test_name_no_header_twice(self, town: Town) -> None:
        repeated: list[str] = []
        seen: list[object] = []

        def note(headers: list[tuple[str, object]]) -> dict[str, object]:
            names = [name for name, _ in headers]
            seen.append(dict(headers)["Event-Name"])
            repeated.extend(name for name in names if names.count(name) > 1)
            return dict(headers)

        town.ear.push = lambda body: json.loads(body, object_pairs_hook=note)  # type: ignore[method-assign]
        town.talking(Mind(talk=5.0))
        town.clock.advance(10.0)
        assert repeated == []
        assert "CHANNEL_HANGUP_COMPLETE" in seen

    def test_are_as_big_as_real_ones(self, town: Town) -> None:
        caller = town.talking()
        bridge = town.ear.last("CHANNEL_BRIDGE", caller.uuid)
        assert 4_000 < len(str(bridge)) < 12_000

    def test_hostile_names_arrive_as_they_are(self, town: Town) -> None:
        name = 'x"\n%0AUnique-ID: fake\r\n${system(id)} 平'
        caller = town.answered()
        leg = town.switch.arrive(caller, "1", "12345", [("park", "")], name=name)
        assert town.ear.last("CHANNEL_PARK", leg.uuid)["Caller-Caller-ID-Name"] == name

    def test_a_set_variable_shows_in_the_next_event_and_a_removed_one_does_not(
        self, town: Town
    ) -> None:
        caller = town.answered()
        town.execute(caller, "set", "a=1")
        assert town.ear.last("CHANNEL_EXECUTE_COMPLETE")["variable_a"] == "1"
        town.execute(caller, "unset", "a")
        assert "variable_a" not in town.ear.last("CHANNEL_EXECUTE_COMPLETE")
