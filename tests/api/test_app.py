"""What the HTTP interface answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from falcon import testing

from switchd.api.app import build
from switchd.api.ports import Refused, Unavailable


class FakeHouse:
    """A hotline with one seat; fails on demand."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, str]] = []
        self.trouble: Exception | None = None

    def _answer(self, answer: Any) -> Any:
        if self.trouble is not None:
            raise self.trouble
        return answer

    def status(self) -> Mapping[str, Any]:
        return self._answer({"city": "平顶山", "waiting": 2})  # type: ignore[no-any-return]

    def calls(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([{"call": "leg-a"}])  # type: ignore[no-any-return]

    def call(self, call: str) -> Mapping[str, Any] | None:
        return self._answer({"state": "waiting"} if call == "leg-a" else None)  # type: ignore[no-any-return]

    def pop(self, call: str) -> Mapping[str, Any] | None:
        return self._answer({"call": call, "history": None} if call == "leg-a" else None)  # type: ignore[no-any-return]

    def queues(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([])  # type: ignore[no-any-return]

    def indicators(self) -> Mapping[str, Any]:
        return self._answer({"today": {}})  # type: ignore[no-any-return]

    def seats(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([{"seat": "1001"}])  # type: ignore[no-any-return]

    def blocked(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([{"number": "13937512345"}])  # type: ignore[no-any-return]

    def block(self, number: str, seconds: float | None, reason: str, who: str) -> Mapping[str, Any]:
        return self._answer({"number": number, "until": seconds, "reason": reason, "who": who})  # type: ignore[no-any-return]

    def unblock(self, number: str, who: str) -> Mapping[str, Any]:
        return self._answer({"number": number, "removed_by": who})  # type: ignore[no-any-return]

    def seat_verb(
        self, seat: str, verb: str, agent: str, reason: str, *more: Any
    ) -> Mapping[str, Any]:
        self.asked.append((seat, verb, agent, reason))
        return self._answer({"seat": seat})  # type: ignore[no-any-return]


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

    def test_the_screen_pop_of_a_call_can_be_seen(self, http: testing.TestClient) -> None:
        assert http.simulate_get("/v1/calls/leg-a/pop").json == {"call": "leg-a", "history": None}
        assert http.simulate_get("/v1/calls/leg-z/pop").status_code == 404

    def test_one_call_in_progress_can_be_seen(self, http: testing.TestClient) -> None:
        assert http.simulate_get("/v1/calls/leg-a").json == {"state": "waiting"}
        assert http.simulate_get("/v1/calls/leg-b").status_code == 404

    def test_what_does_not_exist_is_not_found(self, http: testing.TestClient) -> None:
        assert http.simulate_get("/v1/nonsense").status_code == 404

    def test_a_redis_that_is_away_is_named(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        house.trouble = Unavailable("snapshot: Redis does not answer")
        answer = http.simulate_get("/v1/seats")
        assert answer.status_code == 503
        assert "Redis does not answer" in answer.json["description"]


class TestSeatVerbs:
    def test_the_verb_reaches_the_seat_with_agent_and_reason(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        http.simulate_post("/v1/seats/1001/sign-in", json={"agent": "8001"})
        http.simulate_post("/v1/seats/1001/not-ready", json={"reason": "培训"})
        assert house.asked == [
            ("1001", "sign-in", "8001", ""),
            ("1001", "not-ready", "", "培训"),
        ]

    def test_no_body_is_as_good_as_an_empty_one(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        assert http.simulate_post("/v1/seats/1001/ready").status_code == 200
        assert house.asked == [("1001", "ready", "", "")]

    def test_what_the_seats_state_forbids_is_a_conflict_with_the_reason(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        house.trouble = Refused("seat 1001: nobody is signed in there; sign in first")
        answer = http.simulate_post("/v1/seats/1001/ready")
        assert (answer.status_code, answer.json["description"]) == (409, str(house.trouble))

    def test_an_unknown_verb_is_told_the_known_ones(
        self, http: testing.TestClient, house: FakeHouse
    ) -> None:
        answer = http.simulate_post("/v1/seats/1001/dance")
        assert answer.status_code == 404
        assert "sign-in, ready, not-ready, sign-out" in answer.json["description"]
        assert house.asked == []

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
        assert answer.json["description"].startswith(where)
        assert house.asked == []

    def test_what_is_no_json_is_refused(self, http: testing.TestClient, house: FakeHouse) -> None:
        headers = {"Content-Type": "application/json"}
        answer = http.simulate_post("/v1/seats/1001/ready", body=b"{agent", headers=headers)
        assert answer.status_code == 400
        assert house.asked == []
