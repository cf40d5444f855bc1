"""Sessions and their states, from what seats tell and from what is known after a break."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from routing.sessions import (
    UNKNOWN,
    Become,
    Begin,
    Change,
    End,
    EndedBy,
    Sitting,
    Step,
    mended,
    steps,
)

READY = Sitting("1001", "A017", 100.0, "ready", 120.0)


def open_after(steps: Iterable[Step], open: dict[str, Sitting]) -> dict[str, Sitting]:
    """What is open when steps have been written; fails where they do not fit."""
    now = dict(open)
    for step in steps:
        match step:
            case Begin(seat, agent, at):
                assert seat not in now
                now[seat] = Sitting(seat, agent, at, "", at)
            case Become(seat, state, reason, call, at):
                was = now[seat]
                assert at >= was.since
                now[seat] = Sitting(seat, was.agent, was.seated_at, state, at, reason, call)
            case End(seat, at, _):
                assert at >= now[seat].since
                del now[seat]
    return now


seats = st.sampled_from(["1001", "1002"])
agents = st.sampled_from(["A017", "A018"])
states = st.sampled_from(["ready", "talking", "not_ready", "signed_out"])
times = st.integers(0, 50).map(float)
changes = st.lists(st.builds(Change, times, seats, agents, states), max_size=20)


class TestSteps:
    def test_a_shift(self) -> None:
        told = [
            Change(100.0, "1001", "A017", "not_ready", "signed_in"),
            Change(120.0, "1001", "A017", "talking", "", "c1"),
            Change(180.0, "1001", "A017", "signed_out"),
        ]
        assert steps({}, told) == [
            Begin("1001", "A017", 100.0),
            Become("1001", "not_ready", "signed_in", "", 100.0),
            Become("1001", "talking", "", "c1", 120.0),
            End("1001", 180.0, EndedBy.SIGNED_OUT),
        ]

    def test_what_is_open_goes_on(self) -> None:
        talks = Change(150.0, "1001", "A017", "talking", "", "c1")
        assert steps({"1001": READY}, [talks]) == [Become("1001", "talking", "", "c1", 150.0)]

    def test_who_moves_ends_there_by_moving(self) -> None:
        moved = Change(150.0, "1001", "A017", "signed_out", "moved")
        assert steps({"1001": READY}, [moved]) == [End("1001", 150.0, EndedBy.MOVED)]

    def test_another_agent_without_a_sign_out_means_that_it_was_not_seen(self) -> None:
        other = Change(150.0, "1001", "A018", "ready")
        assert steps({"1001": READY}, [other])[0] == End("1001", 150.0, EndedBy.LOST)

    def test_signing_out_where_nobody_sat_is_nothing(self) -> None:
        assert steps({}, [Change(100.0, "1001", "", "signed_out")]) == []

    @given(changes)
    def test_whatever_is_told_time_never_goes_back_and_sessions_never_overlap(
        self, told: list[Change]
    ) -> None:
        now = open_after(steps({}, told), {})
        last = {change.seat: change for change in told}
        sat = {seat: one.agent for seat, one in last.items() if one.state != "signed_out"}
        assert {seat: one.agent for seat, one in now.items()} == sat


class TestMended:
    def test_who_did_the_same_all_the_time_is_left_alone(self) -> None:
        assert mended({"1001": READY}, [READY], 200.0) == []

    def test_what_began_while_nobody_looked_has_something_unknown_before_it(self) -> None:
        talks = Sitting("1001", "A017", 100.0, "talking", 260.0, "", "c9")
        assert mended({"1001": READY}, [talks], 200.0) == [
            Become("1001", UNKNOWN, "", "", 200.0),
            Become("1001", "talking", "", "c9", 260.0),
        ]

    def test_the_same_state_begun_anew_is_not_taken_for_the_old_one(self) -> None:
        again = Sitting("1001", "A017", 100.0, "ready", 260.0)
        assert mended({"1001": READY}, [again], 200.0)[0] == Become("1001", UNKNOWN, "", "", 200.0)

    def test_who_is_gone_was_there_until_somebody_last_looked(self) -> None:
        assert mended({"1001": READY}, [], 200.0) == [End("1001", 200.0, EndedBy.LOST)]

    def test_who_signed_out_and_in_again_has_two_sessions(self) -> None:
        again = Sitting("1001", "A017", 250.0, "ready", 260.0)
        assert mended({"1001": READY}, [again], 200.0) == [
            End("1001", 200.0, EndedBy.LOST),
            Begin("1001", "A017", 250.0),
            Become("1001", UNKNOWN, "", "", 250.0),
            Become("1001", "ready", "", "", 260.0),
        ]

    def test_at_the_very_first_look_everybody_who_sits_there_is_taken_down(self) -> None:
        assert mended({}, [READY], 200.0) == [
            Begin("1001", "A017", 100.0),
            Become("1001", UNKNOWN, "", "", 100.0),
            Become("1001", "ready", "", "", 120.0),
        ]

    @given(changes, changes)
    def test_afterwards_open_is_who_sits_there(
        self, seen: list[Change], unseen: list[Change]
    ) -> None:
        open = open_after(steps({}, seen), {})
        known_until = max((one.at for one in seen), default=0.0)
        later = [Change(c.at + known_until, c.seat, c.agent, c.state) for c in unseen]
        sitting = open_after(steps(open, later), open)
        found = open_after(mended(open, sitting.values(), known_until), open)
        assert {seat: (one.agent, one.state) for seat, one in found.items()} == {
            seat: (one.agent, one.state) for seat, one in sitting.items()
        }
