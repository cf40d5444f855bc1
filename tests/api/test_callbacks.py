"""Callbacks and messages over the HTTP interface."""

from __future__ import annotations

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


class TestCallbacks:
    def test_are_listed(self, client: testing.TestClient) -> None:
        assert client.simulate_get("/v1/callbacks").json[0]["id"] == 1

    def test_can_be_added_for_a_line(self, client: testing.TestClient, house: FakeHouse) -> None:
        body = {"number": "13937512345", "line": "12315", "who": "8001"}
        assert client.simulate_post("/v1/callbacks", json=body).status_code == 200
        assert house.done == [("add_callback", "13937512345", "12315", "8001")]

    def test_are_refused_with_the_reason(
        self, client: testing.TestClient, house: FakeHouse
    ) -> None:
        house.trouble = Refused("110 is an emergency service, which is never called back")
        answer = client.simulate_post("/v1/callbacks", json={"number": "110", "who": "8001"})
        assert answer.status_code == 409
        assert "emergency" in answer.json["detail"]

    @pytest.mark.parametrize("verb", ["cancel", "retry"])
    def test_can_be_cancelled_and_hurried(
        self, client: testing.TestClient, house: FakeHouse, verb: str
    ) -> None:
        client.simulate_post(f"/v1/callbacks/7/{verb}", json={"who": "8001"})
        assert house.done == [(verb, 7, "8001")]

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("/v1/callbacks", {"number": "1\r\n2", "who": "8001"}, 422),
            ("/v1/callbacks", {"line": "12315"}, 422),
            ("/v1/callbacks/7/forget", {"who": "8001"}, 404),
            ("/v1/callbacks/x/cancel", {"who": "8001"}, 404),
            ("/v1/callbacks/7/cancel", {"who": "8001\r\n"}, 422),
        ],
    )
    def test_a_wrong_wish_is_told(
        self, client: testing.TestClient, house: FakeHouse, path: str, body: Any, status: int
    ) -> None:
        assert client.simulate_post(path, json=body).status_code == status
        assert house.done == []


class TestVoicemails:
    def test_are_listed(self, client: testing.TestClient) -> None:
        assert client.simulate_get("/v1/voicemails").json[0]["call"] == "call-1"

    def test_can_be_marked_as_handled(self, client: testing.TestClient, house: FakeHouse) -> None:
        client.simulate_post("/v1/voicemails/call-1/handled", json={"who": "8001"})
        assert house.done == [("handled", "call-1", "8001")]
