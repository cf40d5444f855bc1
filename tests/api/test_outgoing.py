"""Click to dial over the HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from falcon import testing

from switchd.api.app import build
from switchd.api.ports import Refused
from tests.api.test_app import FakeHouse


class House(FakeHouse):
    """Every seat may call everybody but 00."""

    def dial(self, seat: str, number: str, line: str, who: str) -> Mapping[str, Any]:
        if number.startswith("00"):
            raise Refused("no number that seats may dial")
        return {"call": f"outgoing-{seat}-1", "number": number, "line": line, "who": who}


@pytest.fixture
def client() -> testing.TestClient:
    return testing.TestClient(build(House()))


class TestClickToDial:
    def test_says_which_call_has_begun(self, client: testing.TestClient) -> None:
        body = {"number": "13937512345", "line": "12315", "who": "8001"}
        answer = client.simulate_post("/v1/seats/1001/dial", json=body)
        assert answer.json == {"call": "outgoing-1001-1", **body}

    def test_says_why_not(self, client: testing.TestClient) -> None:
        body = {"number": "0085212345678", "who": "8001"}
        answer = client.simulate_post("/v1/seats/1001/dial", json=body)
        assert answer.status_code == 409
        assert answer.json["description"] == "no number that seats may dial"

    @pytest.mark.parametrize(
        "body", [{"number": "110"}, {"who": "8001"}, {"number": "110\n", "who": "8001"}]
    )
    def test_needs_a_number_and_a_name(
        self, client: testing.TestClient, body: Mapping[str, str]
    ) -> None:
        assert client.simulate_post("/v1/seats/1001/dial", json=body).status_code == 422
