"""Click to dial over the HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from falcon import testing

from switchd.api.app import build
from switchd.api.ports import Refused
from tests.api.house import FakeHouse


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def client(house: FakeHouse) -> testing.TestClient:
    return testing.TestClient(build(house))


class TestClickToDial:
    def test_says_which_call_has_begun(self, client: testing.TestClient, house: FakeHouse) -> None:
        body = {"number": "13937512345", "line": "12315", "who": "8001"}
        answer = client.simulate_post("/v1/seats/1001/dial", json=body)
        assert answer.json["call"] == "outgoing-1001-1"
        assert house.done == [("dial", "1001", "13937512345", "12315", "8001")]

    def test_says_why_not(self, client: testing.TestClient, house: FakeHouse) -> None:
        house.trouble = Refused("no number that seats may dial")
        answer = client.simulate_post("/v1/seats/1001/dial", json={"number": "0085212345678"})
        assert answer.status_code == 409
        assert answer.json["detail"] == "no number that seats may dial"

    @pytest.mark.parametrize("body", [{}, {"who": "8001"}, {"number": "110\n", "who": "8001"}])
    def test_needs_a_number(self, client: testing.TestClient, body: Mapping[str, str]) -> None:
        assert client.simulate_post("/v1/seats/1001/dial", json=body).status_code == 422


class TestFollowUps:
    def test_are_listed(self, client: testing.TestClient) -> None:
        assert [one["id"] for one in client.simulate_get("/v1/follow-ups").json] == [1, 2]

    def test_are_put_in_several_at_a_time(
        self, client: testing.TestClient, house: FakeHouse
    ) -> None:
        wishes = [{"number": "13937512345", "reference": "GD-1"}, {"number": "13800138000"}]
        body = {"follow_ups": wishes, "who": "8001"}
        answer = client.simulate_post("/v1/follow-ups", json=body)
        assert [one["id"] for one in answer.json] == [8, 8]
        ((_, first, second, who),) = house.done
        assert (first["reference"], second["not_before"], who) == ("GD-1", None, "8001")

    @pytest.mark.parametrize("verb", ["cancel", "retry"])
    def test_can_be_changed(self, client: testing.TestClient, house: FakeHouse, verb: str) -> None:
        client.simulate_post(f"/v1/follow-ups/2/{verb}", json={"who": "8001"})
        assert house.done == [("follow_up", 2, verb, "8001")]

    @pytest.mark.parametrize(
        ("path", "key"), [("/v1/follow-ups/2/result", 2), ("/v1/seats/1001/result", "1001")]
    )
    def test_have_results(
        self, client: testing.TestClient, house: FakeHouse, path: str, key: object
    ) -> None:
        body = {"result": "1", "note": "满意", "who": "8001"}
        assert client.simulate_post(path, json=body).status_code == 200
        assert house.done == [("result", key, "1", "满意", "8001")]

    @pytest.mark.parametrize(
        "body",
        [
            {"follow_ups": [], "who": "8001"},
            {"follow_ups": [{"number": ""}], "who": "8001"},
            {"follow_ups": [{"number": "1", "not_after": -1}], "who": "8001"},
            {"follow_ups": [{"number": "1", "subject": "a\nb"}], "who": "8001"},
            {"follow_ups": [{"number": "1", "wish": "x"}], "who": "8001"},
        ],
    )
    def test_that_make_no_sense_are_refused(
        self, client: testing.TestClient, body: Mapping[str, Any]
    ) -> None:
        assert client.simulate_post("/v1/follow-ups", json=body).status_code == 422

    def test_have_no_other_verbs(self, client: testing.TestClient) -> None:
        answer = client.simulate_post("/v1/follow-ups/2/delete", json={"who": "8001"})
        assert answer.status_code == 404
