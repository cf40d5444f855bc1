"""Follow-ups over the HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from falcon import testing

from switchd.api.app import build
from tests.api.house import FakeHouse


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def client(house: FakeHouse) -> testing.TestClient:
    return testing.TestClient(build(house))


class TestFollowUps:
    def test_are_listed(self, client: testing.TestClient) -> None:
        assert [one["id"] for one in client.simulate_get("/v1/follow-ups").json] == [1, 2]

    def test_are_put_in_several_at_a_time(
        self, client: testing.TestClient, house: FakeHouse
    ) -> None:
        wishes = [{"number": "13937512345", "reference": "GD-1"}, {"number": "13800138000"}]
        body = {"follow_ups": wishes, "who": "8001"}
        answer = client.simulate_post("/v1/follow-ups", json=body)
        assert [one["number"] for one in answer.json] == ["13937512345", "13800138000"]
        ((_, first, second, who),) = house.done
        assert (first["reference"], second["not_before"], who) == ("GD-1", None, "8001")

    @pytest.mark.parametrize("verb", ["cancel", "retry"])
    def test_can_be_changed(self, client: testing.TestClient, house: FakeHouse, verb: str) -> None:
        client.simulate_post(f"/v1/follow-ups/1/{verb}", json={"who": "8001"})
        assert house.done == [(verb, 1, "8001")]

    @pytest.mark.parametrize(
        ("path", "key"),
        [("/v1/follow-ups/1/result", 1), ("/v1/seats/1001/follow-up/result", "1001")],
    )
    def test_have_results(
        self, client: testing.TestClient, house: FakeHouse, path: str, key: object
    ) -> None:
        body = {"result": "1", "note": "满意", "who": "8001"}
        assert client.simulate_post(path, json=body).json["id"] == 1
        assert house.done == [("result", key, "1", "满意", "8001")]

    def test_can_be_read_before_the_seat_picks_up(self, client: testing.TestClient) -> None:
        answer = client.simulate_get("/v1/seats/1001/follow-up")
        assert answer.json["number"] == "13900000001"

    @pytest.mark.parametrize(
        "body",
        [
            {"follow_ups": []},
            {"follow_ups": [{"number": ""}]},
            {"follow_ups": [{"number": "1", "not_after": -1}]},
            {"follow_ups": [{"number": "1", "subject": "a\nb"}]},
            {"follow_ups": [{"number": "1", "wish": "x"}]},
        ],
    )
    def test_that_make_no_sense_are_refused(
        self, client: testing.TestClient, body: Mapping[str, Any]
    ) -> None:
        assert client.simulate_post("/v1/follow-ups", json=body).status_code == 422
