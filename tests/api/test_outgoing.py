"""Click to dial over the HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping

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
