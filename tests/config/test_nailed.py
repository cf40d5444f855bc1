"""Seats whose line is kept open: what the plan has of them, and each mistake."""

from __future__ import annotations

from switchd.config import load
from tests.config.conftest import Judge, Write

TRUNK = "trunks:\n  carrier: {proxy: 192.0.2.1}\n"
NODES = (
    "nodes:\n  a: {event_socket: {port: 8021}, sip: {address: 192.0.2.10}}\n"
    "  b: {event_socket: {port: 8022}, sip: {address: 192.0.2.11}}\n"
)


class TestPlan:
    def test_a_line_to_a_phone_or_to_a_number(self, write: Write) -> None:
        seats = (
            "seats:\n  1001-1002: {groups: [intake], nailed_up: yes}\n"
            '  1003: {groups: [intake], nailed_up: yes, accept_key: "1", phone: 6026789}\n'
            "  1004: intake\n"
        )
        plan = load(write(seats=seats, extra=TRUNK)).plan
        assert [seat.nailed_up for seat in plan.seats.values()] == [True, True, True, False]
        county = plan.seats["1003"]
        assert (county.accept_key, county.phone, county.trunk) == ("1", "6026789", "carrier")


class TestMistakes:
    def test_a_key_without_such_a_line(self, judge: Judge) -> None:
        (problem,) = judge(seats='seats:\n  1001: {groups: [intake], accept_key: "1"}\n')
        assert problem.key == "seats.1001.accept_key"
        assert "nailed_up: yes" in problem.instead

    def test_a_key_that_begins_the_codes_of_a_call(self, judge: Judge) -> None:
        seats = 'seats:\n  1001: {groups: [intake], nailed_up: yes, accept_key: "*"}\n'
        (problem,) = judge(seats=seats)
        assert problem.key == "seats.1001.accept_key"

    def test_a_line_in_a_city_with_several_nodes(self, judge: Judge) -> None:
        seats = "seats:\n  1001: {groups: [intake], nailed_up: yes}\n"
        problems = judge(seats=seats, extra=NODES)
        assert "seats.1001.nailed_up" in [problem.key for problem in problems]
