"""What the HTTP interface answers."""

from __future__ import annotations

from typing import Any

import pytest
from falcon import testing

from switchd.api.app import build
from switchd.api.ports import Refused, Unavailable
from tests.api.house import FakeHouse


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def http(house: FakeHouse) -> testing.TestClient:
    return testing.TestClient(build(house))


class TestReading:
    @pytest.mark.parametrize(
        "what", ["status", "calls", "queues", "indicators", "seats", "blocked"]
    )
    def test_everything_can_be_seen(self, http: testing.TestClient, what: str) -> None:
        assert http.simulate_get(f"/v1/{what}").status_code == 200

    def test_chinese_comes_out_as_it_went_in(self, http: testing.TestClient) -> None:
        assert http.simulate_get("/v1/status").json["city"] == "平顶山"

    def test_one_call_in_progress_can_be_seen(self, http: testing.TestClient) -> None:
        assert http.simulate_get("/v1/calls/call-1").json["state"] == "talking"
        assert http.simulate_get("/v1/calls/call-9").status_code == 404

    def test_the_screen_pop_of_a_call_can_be_seen(self, http: testing.TestClient) -> None:
        assert http.simulate_get("/v1/calls/call-1/pop").json["history"]["calls"] == 1
        assert http.simulate_get("/v1/calls/call-9/pop").status_code == 404

    def test_what_does_not_exist_is_not_found(self, http: testing.TestClient) -> None:
        assert http.simulate_get("/v1/nonsense").status_code == 404

    def test_a_redis_that_is_away_is_named(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        house.trouble = Unavailable("snapshot: Redis does not answer")
        answer = http.simulate_get("/v1/seats")
        assert answer.status_code == 503
        assert "Redis does not answer" in answer.json["detail"]


class TestSeatVerbs:
    def test_the_verb_reaches_the_seat_with_agent_and_reason(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        http.simulate_post("/v1/seats/1001/sign-in", json={"agent": "8001"})
        http.simulate_post("/v1/seats/1001/not-ready", json={"reason": "培训"})
        assert house.done == [
            ("1001", "sign-in", "8001", ""),
            ("1001", "not-ready", "", "培训"),
        ]

    def test_no_body_is_as_good_as_an_empty_one(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        assert http.simulate_post("/v1/seats/1001/ready").status_code == 200
        assert house.done == [("1001", "ready", "", "")]

    def test_what_the_seats_state_forbids_is_a_conflict_with_the_reason(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        house.trouble = Refused("seat 1001: nobody is signed in there; sign in first")
        answer = http.simulate_post("/v1/seats/1001/ready")
        assert (answer.status_code, answer.json["detail"]) == (409, str(house.trouble))

    def test_an_unknown_verb_is_told_the_known_ones(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        answer = http.simulate_post("/v1/seats/1001/dance")
        assert answer.status_code == 404
        assert "sign-in, ready, not-ready, sign-out" in answer.json["detail"]
        assert house.done == []

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            ({"agent": "80 01"}, "agent"),
            ({"agent": "8" * 33}, "agent"),
            ({"reason": "tea\nEvent-Name: SHUTDOWN"}, "reason"),
            ({"reasons": "tea"}, "reasons"),
            (["agent"], "body"),
        ],
    )
    def test_a_body_that_says_something_else_is_refused_by_name(
        self, http: testing.TestClient, house: FakeHouse, body: Any, where: str
    ) -> None:
        answer = http.simulate_post("/v1/seats/1001/sign-in", json=body)
        assert answer.status_code == 422
        assert answer.json["detail"].startswith(where)
        assert house.done == []

    def test_what_is_no_json_is_refused(self, http: testing.TestClient, house: FakeHouse) -> None:
        headers = {"Content-Type": "application/json"}
        answer = http.simulate_post("/v1/seats/1001/ready", body=b"{agent", headers=headers)
        assert answer.status_code == 400
        assert house.done == []
