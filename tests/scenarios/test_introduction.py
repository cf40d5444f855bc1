"""A seat is told who comes before it talks, and the caller who serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from routing.record import EndedBy, Outcome
from switchd.sim.callers import CallerState
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

MOBILE = "13937512345"
LINE = "whisper_line num_yao num_2 num_3 num_4 num_5"
INTRODUCED: dict[str, Any] = {
    **CITY,
    "lines": {
        **CITY["lines"],
        "12315": {**CITY["lines"]["12315"], "whisper_prompt": "comfort", "survey": "yes"},
    },
    "introduction": {"whisper": ["line_name", "wait"], "staff_number": "caller"},
    "groups": {
        **CITY["groups"],
        "market": {**CITY["groups"]["market"], "whisper": ["line_name"], "staff_number": "nobody"},
    },
}


@pytest.fixture(scope="module")
def running_introduced() -> Iterator[Hotline]:
    hotline = Hotline(INTRODUCED)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def introduced(running_introduced: Hotline) -> Hotline:
    """A city with whisper and staff number."""
    running_introduced.begins_anew()
    for seat in INTRODUCED["seats"]:
        running_introduced.sim.seat(seat).heard.clear()
    return running_introduced


class TestASeatThatPicksUp:
    def test_hears_line_and_wait_and_the_caller_hears_the_staff_number(
        self, introduced: Hotline
    ) -> None:
        caller = introduced.talks_with("1001")
        phone = introduced.sim.seat("1001")
        assert heard(phone) == f"{LINE} whisper_wait_short"
        digits = "num_8 num_yao num_0 num_0 num_yao"
        assert heard(caller).endswith(f"staff_number_before {digits} staff_number_after")
        assert "whisper" not in heard(caller)
        introduced.seat_hangs_up("1001")
        record = introduced.record_of(caller)
        steps = [step.what for step in record.trace]
        began = [what for what in steps if what.startswith(("introduction", "talk.began"))]
        assert began == ["introduction.whisper", "introduction.staff_number", "talk.began"]
        (leg,) = [leg for leg in record.legs if leg.role == "seat"]
        assert leg.answered_at is not None
        assert leg.bridged_at is not None
        assert leg.answered_at < leg.bridged_at == record.answered_at

    def test_hears_what_its_group_and_the_line_want(self, introduced: Hotline) -> None:
        caller = introduced.talks_with("1003", "12315")
        assert heard(introduced.sim.seat("1003")) == "comfort"
        assert "staff_number" not in heard(caller)

    def test_and_the_caller_who_hangs_up_meanwhile_part(self, introduced: Hotline) -> None:
        introduced.makes_ready("1001")
        caller = introduced.sim.call(MOBILE, "12345")
        wait_for(lambda: introduced.sim.seat("1001").heard, "the seat hears the whisper")
        caller.hang_up()
        wait_for(lambda: introduced.sim.seat("1001").leg is None, "the seat's call has ended")
        record = introduced.record_of(caller)
        assert (record.outcome, record.ended_by) == (Outcome.ABANDONED, EndedBy.CALLER)
        introduced.waits_until_seat_is("1001", "ready")

    def test_and_hangs_up_on_it_leaves_the_caller_first_in_line(self, introduced: Hotline) -> None:
        introduced.makes_ready("1001")
        caller = introduced.sim.call(MOBILE, "12345")
        wait_for(lambda: introduced.sim.seat("1001").heard, "the seat hears the whisper")
        introduced.makes_ready("1002")
        introduced.seat_hangs_up("1001")
        wait_for(lambda: caller.state is CallerState.TALKING, "another seat talks with the caller")
        introduced.seat_hangs_up("1002")
        record = introduced.record_of(caller)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1002")
        assert "queue.again" in [step.what for step in record.trace]


class TestTheScreenPop:
    def test_of_a_caller_who_calls_again_shows_the_call_before(self, introduced: Hotline) -> None:
        first = introduced.talks_with("1001")
        introduced.seat_hangs_up("1001")
        introduced.record_of(first)
        second = introduced.talks_with("1001")
        wait_for(
            lambda: introduced.client.get(f"calls/{second.uuid}/pop")["state"] == "talking",
            "the daemon knows that they talk",
        )
        pop = introduced.client.get(f"calls/{second.uuid}/pop")
        assert (pop["seat"], pop["caller"]) == ("1001", MOBILE)
        assert pop["line_dialled"]["title"] == "政务服务便民热线"
        listed = [one["call"] for one in pop["history"]["last"]]
        assert first.uuid in listed
        assert second.uuid not in listed
        said = introduced.admin("pop", second.uuid).stdout
        assert f"{MOBILE}" in said
        assert "answered, agent 81001" in said
        introduced.seat_hangs_up("1001")
        introduced.record_of(second)
        assert introduced.client.get(f"calls/{second.uuid}/pop")["state"] == "ended"
