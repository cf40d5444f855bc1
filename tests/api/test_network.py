"""The interface over TCP: nothing without a token, problems as documents, nothing held up."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest

from switchd.api.ports import Refused, Unavailable
from switchd.api.rates import Rate
from switchd.api.table import ROUTES
from tests.api.house import FakeHouse
from tests.api.network import Network

ORIGIN = "https://desk.example.org"


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def network(house: FakeHouse) -> Iterator[Network]:
    with Network(house, origins=(ORIGIN,)).serving() as network:
        yield network


class TestTokens:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer nobody"},
            {"Authorization": "Basic c2hpZnQ6"},
            {"Authorization": "shift"},
            {"Authorization": "Bearer shift shift"},
            {"Authorization": "Bearer \xff"},
        ],
    )
    def test_nothing_is_told_without_a_valid_one(
        self, network: Network, headers: dict[str, str]
    ) -> None:
        for path in ("/v1/status", "/v1/openapi.json", "/v1/me"):
            reply = network.asks("GET", path, headers=headers)
            assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, "Bearer")
            assert reply.headers["Content-Type"] == "application/problem+json"

    def test_every_route_but_health_wants_one(self, house: FakeHouse) -> None:
        with Network(house).serving() as network:
            network.credentials.check = lambda token, now: None  # type: ignore[method-assign]
            asked = [route for route in ROUTES if not route.open]
            statuses = [
                network.asks(
                    route.method,
                    re.sub(r"{\w+:[^}]*}", "1", route.path),
                    headers={"X-Forwarded-For": route.path},
                    body={} if route.method == "POST" else None,
                ).status
                for route in asked
            ]
        # The first ten strangers are asked who they are, then they are told to come less often.
        assert set(statuses) == {401, 429}
        assert house.done == []

    def test_health_is_told_to_everybody(self, network: Network) -> None:
        assert network.asks("GET", "/v1/health/live").json == {"status": "live"}
        assert network.asks("GET", "/v1/health/ready").json == {"status": "ready"}

    def test_a_daemon_that_cannot_serve_callers_is_not_ready_and_says_why(
        self, network: Network, house: FakeHouse
    ) -> None:
        house.troubles = {"freeswitch": "connection refused"}
        reply = network.asks("GET", "/v1/health/ready")
        assert (reply.status, reply.json["detail"]) == (503, "freeswitch: connection refused")
        assert network.asks("GET", "/v1/health/live").status == 200

    def test_one_that_is_revoked_is_worth_nothing_from_then_on(self, network: Network) -> None:
        assert network.asks("GET", "/v1/status", "shift").status == 200
        network.credentials.revoked.add("shift")
        assert network.asks("GET", "/v1/status", "shift").status == 401

    def test_its_owner_can_see_what_it_is_good_for(self, network: Network) -> None:
        assert network.asks("GET", "/v1/me", "lead-intake").json == {
            "name": "lead",
            "role": "team_lead",
            "seat": "",
            "groups": ["intake"],
            "agent": "",
        }


class TestWhoDidIt:
    def test_the_tokens_name_is_written_down(self, network: Network, house: FakeHouse) -> None:
        network.asks("POST", "/v1/groups/intake/pause", "shift", {"why": "fire drill"})
        assert house.done == [("pause", "intake", "", "8000", "fire drill")]

    def test_a_person_behind_an_application_is_named_after_it_and_never_instead(
        self, network: Network, house: FakeHouse
    ) -> None:
        network.asks("POST", "/v1/groups/intake/resume", "shift", {"who": "8017"})
        assert house.done == [("resume", "intake", None, "8000: 8017", "")]


class TestProblems:
    def test_wrong_fields_are_all_named_and_not_repeated(self, network: Network) -> None:
        body = {"priority": "high\r\nEvent-Name: SHUTDOWN", "colour": "red"}
        reply = network.asks("POST", "/v1/waiting/call-1/rank", "shift", body)
        assert reply.status == 422
        assert {one["where"] for one in reply.json["errors"]} == {"priority", "colour"}
        assert b"SHUTDOWN" not in reply.body

    @pytest.mark.parametrize("body", [b"{who", b"\xff\xfe", b'{"who": NaN}', b"[" * 10_000])
    def test_what_is_no_json_is_refused(self, network: Network, body: bytes) -> None:
        assert network.asks("POST", "/v1/seats/1001/ready", "seat-1001", body).status == 400

    def test_another_media_type_is_refused(self, network: Network) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = network.asks("POST", "/v1/seats/1001/ready", "seat-1001", b"who=1", headers)
        assert reply.status == 415

    def test_what_the_state_forbids_is_a_conflict_with_the_reason(
        self, network: Network, house: FakeHouse
    ) -> None:
        house.trouble = Refused("nobody is signed in there; sign in first")
        reply = network.asks("POST", "/v1/seats/1001/ready", "seat-1001")
        assert (reply.status, reply.json["detail"]) == (409, str(house.trouble))

    def test_a_redis_that_is_away_is_named(self, network: Network, house: FakeHouse) -> None:
        house.trouble = Unavailable("Redis does not answer")
        reply = network.asks("GET", "/v1/queues", "wallboard")
        assert (reply.status, reply.json["detail"]) == (503, "Redis does not answer")

    def test_a_defect_tells_nothing_of_the_inside(self, network: Network, house: FakeHouse) -> None:
        house.trouble = RuntimeError("password is hunter2")
        reply = network.asks("GET", "/v1/queues", "wallboard")
        assert (reply.status, reply.json["title"]) == (500, "Defect")
        assert b"hunter2" not in reply.body

    def test_an_unknown_verb_is_told_the_known_ones(self, network: Network) -> None:
        reply = network.asks("POST", "/v1/groups/intake/paus", "shift")
        assert reply.status == 404
        assert "pause, resume" in reply.json["detail"]

    def test_a_wrong_method_is_told_the_right_one(self, network: Network) -> None:
        reply = network.asks("POST", "/v1/status", "shift", {})
        assert (reply.status, reply.headers["Allow"]) == (405, "GET, OPTIONS")

    @pytest.mark.parametrize("seat", ["%0d%0aEvent", "1" * 200, "%00"])
    def test_a_name_that_can_be_none_is_nowhere(
        self, network: Network, house: FakeHouse, seat: str
    ) -> None:
        assert network.asks("POST", f"/v1/seats/{seat}/ready", "seat-1001").status == 404
        assert house.done == []


class TestRates:
    def test_who_asks_too_often_is_told_when_to_come_again(self, house: FakeHouse) -> None:
        clock = [100.0]
        with Network(house, rate=Rate(2.0, 3), now=lambda: clock[0]).serving() as network:
            statuses = [network.asks("GET", "/v1/me", "shift").status for _ in range(4)]
            assert statuses == [200, 200, 200, 429]
            late = network.asks("GET", "/v1/me", "shift")
            assert late.headers["Retry-After"] == "1"
            assert network.asks("GET", "/v1/me", "admin").status == 200, "others are not held up"
            clock[0] += 1
            assert network.asks("GET", "/v1/me", "shift").status == 200

    def test_strangers_do_not_keep_those_with_a_token_out(self, house: FakeHouse) -> None:
        with Network(house).serving() as network:
            statuses = [network.asks("GET", "/v1/me", "guess").status for _ in range(12)]
            assert statuses == [401] * 10 + [429] * 2
            assert network.asks("GET", "/v1/me", "shift").status == 200

    @pytest.mark.parametrize(("behind_proxy", "status"), [(True, 401), (False, 429)])
    def test_a_proxys_word_on_the_address_counts_only_if_there_is_one(
        self, house: FakeHouse, behind_proxy: bool, status: int
    ) -> None:
        with Network(house, behind_proxy=behind_proxy).serving() as network:
            for _ in range(11):
                network.asks("GET", "/v1/me", headers={"X-Forwarded-For": "203.0.113.5"})
            other = {"X-Forwarded-For": "203.0.113.5, 198.51.100.7"}
            assert network.asks("GET", "/v1/me", headers=other).status == status


class TestIdempotency:
    def test_a_request_that_is_sent_again_is_answered_and_not_done_again(
        self, network: Network, house: FakeHouse
    ) -> None:
        key = {"Idempotency-Key": str(uuid.uuid4())}
        first = network.asks("POST", "/v1/seats/1001/ready", "seat-1001", {}, key)
        again = network.asks("POST", "/v1/seats/1001/ready", "seat-1001", {}, key)
        assert (first.status, first.body) == (again.status, again.body)
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(house.done) == 1

    def test_a_refusal_is_remembered_too(self, network: Network, house: FakeHouse) -> None:
        key = {"Idempotency-Key": "k1"}
        house.trouble = Refused("nobody is signed in there")
        assert network.asks("POST", "/v1/seats/1001/ready", "shift", {}, key).status == 409
        house.trouble = None
        assert network.asks("POST", "/v1/seats/1001/ready", "shift", {}, key).status == 409

    def test_what_could_not_be_reached_may_be_tried_again(
        self, network: Network, house: FakeHouse
    ) -> None:
        key = {"Idempotency-Key": "k1"}
        house.trouble = Unavailable("Redis does not answer")
        assert network.asks("POST", "/v1/seats/1001/ready", "shift", {}, key).status == 503
        house.trouble = None
        assert network.asks("POST", "/v1/seats/1001/ready", "shift", {}, key).status == 200

    @pytest.mark.parametrize(
        ("path", "body"),
        [("/v1/seats/1001/ready", {"why": "other"}), ("/v1/seats/1002/ready", {})],
    )
    def test_the_same_key_for_another_request_is_a_mistake(
        self, network: Network, house: FakeHouse, path: str, body: dict[str, str]
    ) -> None:
        key = {"Idempotency-Key": "k1"}
        network.asks("POST", "/v1/seats/1001/ready", "shift", {}, key)
        assert network.asks("POST", path, "shift", body, key).status == 422
        assert len(house.done) == 1

    def test_everybodys_keys_are_their_own(self, network: Network, house: FakeHouse) -> None:
        key = {"Idempotency-Key": "1"}
        network.asks("POST", "/v1/seats/1001/ready", "shift", {}, key)
        network.asks("POST", "/v1/seats/1001/ready", "seat-1001", {}, key)
        assert len(house.done) == 2

    @pytest.mark.parametrize("key", ["", "two words", "k" * 129])
    def test_a_key_that_is_none_is_refused(self, network: Network, key: str) -> None:
        headers = {"Idempotency-Key": key}
        assert network.asks("POST", "/v1/seats/1001/ready", "shift", {}, headers).status == 400


class TestOtherSites:
    def test_a_page_from_a_named_origin_may_read_the_answer(self, network: Network) -> None:
        reply = network.asks("GET", "/v1/me", "shift", headers={"Origin": ORIGIN})
        assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN

    def test_it_may_also_read_why_something_was_refused(self, network: Network) -> None:
        reply = network.asks("GET", "/v1/me", headers={"Origin": ORIGIN})
        assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (401, ORIGIN)

    def test_a_browser_may_ask_beforehand_without_a_token(self, network: Network) -> None:
        headers = {
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, idempotency-key",
        }
        reply = network.asks("OPTIONS", "/v1/seats/1001/ready", headers=headers)
        assert reply.status == 200
        assert "POST" in reply.headers["Access-Control-Allow-Methods"]
        assert "authorization" in reply.headers["Access-Control-Allow-Headers"]

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", ORIGIN + ".evil.example"])
    def test_a_page_from_elsewhere_is_told_nothing_by_the_browser(
        self, network: Network, origin: str
    ) -> None:
        reply = network.asks("GET", "/v1/me", "shift", headers={"Origin": origin})
        assert not [name for name in reply.headers if "access-control" in name.lower()]
