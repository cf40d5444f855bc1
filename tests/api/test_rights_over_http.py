"""Roles × verbs over HTTP: every route is tried with every kind of token, on what is its own and on
what is another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from routing.rights import TABLE, WHOLE_CITY, may
from switchd.api.route import NUMBER, About, Route
from switchd.api.table import ROUTES
from tests.api.house import SCOPES, TOKENS, FakeHouse
from tests.api.network import Network, outside

INTAKE: Mapping[str, str] = {
    "seat": "1001",
    "call": "call-1",
    "group": "intake",
    "agent": "8001",
    "callback": "1",
    "follow_up": "1",
    "voicemail": "call-1",
    "number": "13900000001",
}
MARKET: Mapping[str, str] = {
    "seat": "1002",
    "call": "call-2",
    "group": "market",
    "agent": "8002",
    "callback": "2",
    "follow_up": "2",
    "voicemail": "call-2",
    "number": "13900000002",
}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "waiting.rank": {"priority": 5},
    "waiting.move": {"group": "intake"},
    "agent.skills": {"skills": {"intake": 3}},
    "callbacks.add": {"number": "13900000001"},
    "callers.block": {"reason": "drill"},
    "seat.dial": {"number": "13900000001"},
    "supervise.force": {"state": "not-ready"},
    "follow-ups.add": {"follow_ups": [{"number": "13900000001"}]},
    "follow-ups.result": {"result": "1"},
}
DOING = [route for route in ROUTES if route.method == "POST"]
OF_A_SEAT = {
    *(
        route.name
        for route in DOING
        if route.path.startswith("/v1/seats/{seat}/") and not route.right.startswith("supervise.")
    ),
    "follow_up_result",
}
"""What the token of a seat is good for, and nothing else."""


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with Network(FakeHouse()).serving() as network:
        yield network


def path(route: Route[Any], names: Mapping[str, str]) -> str:
    return route.path.replace(NUMBER, "").format_map(names)


def statuses(
    network: Network, routes: list[Route[Any]], token: str, names: Mapping[str, str]
) -> Mapping[str, int]:
    """Route → what came of asking for it."""
    requests: list[Any] = [
        (route.method, path(route, names), token, BODIES.get(route.right, {}), {})
        for route in routes
    ]
    replies = outside(lambda: network.at_once(requests))
    return {route.name: reply.status for route, reply in zip(routes, replies, strict=True)}


def allowed(found: Mapping[str, int]) -> set[str]:
    assert set(found.values()) <= {200, 403}, found
    return {name for name, status in found.items() if status == 200}


class TestTheTable:
    def test_every_route_that_does_something_needs_a_right_that_exists(self) -> None:
        assert {route.right for route in DOING} <= set(TABLE)
        assert {route.right for route in ROUTES if route.right} <= set(TABLE)

    @pytest.mark.parametrize("token", TOKENS)
    @pytest.mark.parametrize("names", [INTAKE, MARKET], ids=["intake", "market"])
    def test_is_kept_to_by_every_route(
        self, network: Network, token: str, names: Mapping[str, str]
    ) -> None:
        identity = TOKENS[token]
        expected = set()
        for route in DOING:
            name = names.get(route.about, "")
            scope = SCOPES[(route.about, name)] if route.about is not About.CITY else WHOLE_CITY
            if route.right == "seat.sign-in":
                # Nobody is named in the body, so the seat's own number is who sits down there.
                scope = replace(scope, agent=scope.seat)
            if may(identity, route.right, scope):
                expected.add(route.name)
        assert allowed(statuses(network, DOING, token, names)) == expected


class TestASeatsToken:
    def test_acts_on_its_own_seat(self, network: Network) -> None:
        assert allowed(statuses(network, DOING, "seat-1001", INTAKE)) == OF_A_SEAT

    def test_touches_nothing_of_another_seat(self, network: Network) -> None:
        done = len(network.house.done)
        assert allowed(statuses(network, DOING, "seat-1001", MARKET)) == set()
        assert len(network.house.done) == done

    def test_sees_its_own_seat_and_call_alone(self, network: Network) -> None:
        seats = network.asks("GET", "/v1/seats", "seat-1001").json
        calls = network.asks("GET", "/v1/calls", "seat-1001").json
        assert [one["seat"] for one in seats] == ["1001"]
        assert [one["call"] for one in calls] == ["call-1"]
        assert network.asks("GET", "/v1/calls/call-1", "seat-1001").status == 200
        assert network.asks("GET", "/v1/calls/call-2", "seat-1001").status == 403

    def test_cannot_find_out_whether_a_call_exists(self, network: Network) -> None:
        assert network.asks("GET", "/v1/calls/call-9", "seat-1001").status == 403

    def test_sees_no_callers_numbers_elsewhere(self, network: Network) -> None:
        for what in ("callbacks", "voicemails", "blocked"):
            assert network.asks("GET", f"/v1/{what}", "seat-1001").status == 403


class TestAnAgentsToken:
    def test_signs_nobody_else_in(self, network: Network) -> None:
        mine, other = {"agent": "8001"}, {"agent": "8002"}
        sign_in = "/v1/seats/1002/sign-in"
        assert network.asks("POST", sign_in, "agent-8001", other).status == 403
        assert network.asks("POST", sign_in, "agent-8001", mine).status == 200

    def test_stands_for_the_pin(self, network: Network) -> None:
        body = {"agent": "8001", "pin": "123456", "take_over": True}
        network.asks("POST", "/v1/seats/1001/sign-in", "agent-8001", body)
        assert network.house.signed_in_by == ("123456", True, True)

    def test_a_seats_token_does_not(self, network: Network) -> None:
        network.asks("POST", "/v1/seats/1001/sign-in", "seat-1001", {"agent": "8001"})
        assert network.house.signed_in_by == ("", False, False)


class TestATeamLeadsToken:
    def test_reaches_no_other_group(self, network: Network) -> None:
        done = len(network.house.done)
        assert allowed(statuses(network, DOING, "lead-intake", MARKET)) == set()
        assert len(network.house.done) == done

    def test_sees_the_own_groups_seats_calls_callbacks_and_messages(self, network: Network) -> None:
        for what in ("seats", "calls", "callbacks", "voicemails"):
            found = network.asks("GET", f"/v1/{what}", "lead-intake").json
            assert len(found) == 1, what

    def test_listens_on_the_phone_of_its_own_seat(self, network: Network) -> None:
        listen = "/v1/seats/1001/supervise/listen"
        assert network.asks("POST", listen, "lead-1009", {}).status == 200
        assert network.house.done[-1][:3] == ("listen", "1001", "1009")
        assert network.asks("POST", listen, "lead-1009", {"at": "1009"}).status == 200

    def test_rings_no_other_phone(self, network: Network) -> None:
        done = len(network.house.done)
        asked = network.asks("POST", "/v1/seats/1001/supervise/listen", "lead-1009", {"at": "1002"})
        assert (asked.status, len(network.house.done)) == (409, done)


class TestAReadersToken:
    def test_does_nothing(self, network: Network) -> None:
        assert allowed(statuses(network, DOING, "wallboard", INTAKE)) == set()


class TestAnAdminsToken:
    def test_has_nothing_to_do_with_talks(self, network: Network) -> None:
        done = allowed(statuses(network, DOING, "admin", INTAKE))
        rights = {route.right for route in DOING if route.name in done}
        assert not [right for right in rights if right.startswith(("call.", "seat.", "supervise."))]
        assert "plan.reload" in rights
