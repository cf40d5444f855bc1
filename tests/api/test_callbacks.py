"""Callbacks and messages over the HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from falcon import testing

from switchd.api.app import build
from switchd.api.ports import Refused
from tests.api.test_app import FakeHouse


class House(FakeHouse):
    """Has one callback and one message."""

    def __init__(self) -> None:
        super().__init__()
        self.wished: list[tuple[Any, ...]] = []

    def callbacks(self) -> list[Mapping[str, Any]]:
        return [{"id": 7}]

    def add_callback(self, number: str, line: str, who: str) -> Mapping[str, Any]:
        if number == "110":
            raise Refused("110 is an emergency service, which is never called back")
        self.wished.append((number, line, who))
        return {"id": 8}

    def change_callback(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        self.wished.append((id, verb, who))
        return {"id": id}

    def voicemails(self) -> list[Mapping[str, Any]]:
        return [{"call": "call-1"}]

    def voicemail_handled(self, call: str, who: str) -> Mapping[str, Any]:
        self.wished.append((call, who))
        return {"call": call}


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> testing.TestClient:
    return testing.TestClient(build(house))


class TestCallbacks:
    def test_are_listed(self, client: testing.TestClient) -> None:
        assert client.simulate_get("/v1/callbacks").json == [{"id": 7}]

    def test_can_be_added_for_a_line(self, client: testing.TestClient, house: House) -> None:
        body = {"number": "13937512345", "line": "12315", "who": "8001"}
        assert client.simulate_post("/v1/callbacks", json=body).json == {"id": 8}
        assert house.wished == [("13937512345", "12315", "8001")]

    def test_are_refused_with_the_reason(self, client: testing.TestClient) -> None:
        answer = client.simulate_post("/v1/callbacks", json={"number": "110", "who": "8001"})
        assert answer.status_code == 409
        assert "emergency" in answer.json["detail"]

    @pytest.mark.parametrize("verb", ["cancel", "retry"])
    def test_can_be_cancelled_and_hurried(
        self, client: testing.TestClient, house: House, verb: str
    ) -> None:
        client.simulate_post(f"/v1/callbacks/7/{verb}", json={"who": "8001"})
        assert house.wished == [(7, verb, "8001")]

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
        self, client: testing.TestClient, house: House, path: str, body: Any, status: int
    ) -> None:
        assert client.simulate_post(path, json=body).status_code == status
        assert house.wished == []


class TestVoicemails:
    def test_are_listed(self, client: testing.TestClient) -> None:
        assert client.simulate_get("/v1/voicemails").json == [{"call": "call-1"}]

    def test_can_be_marked_as_handled(self, client: testing.TestClient, house: House) -> None:
        client.simulate_post("/v1/voicemails/call-1/handled", json={"who": "8001"})
        assert house.wished == [("call-1", "8001")]
