"""Click to dial and follow-ups over the HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from falcon import testing

from switchd.api.app import build
from switchd.api.ports import Refused
from tests.api.test_app import FakeHouse


class House(FakeHouse):
    """Every seat may call everybody but 00; the only follow-up is 7."""

    def __init__(self) -> None:
        super().__init__()
        self.wished: list[tuple[Any, ...]] = []

    def follow_ups(self) -> list[Mapping[str, Any]]:
        return [{"id": 7}]

    def add_follow_ups(
        self, wishes: Sequence[Mapping[str, Any]], who: str
    ) -> list[Mapping[str, Any]]:
        self.wished.append((*wishes, who))
        return [{"id": 8, "number": wish["number"], "problem": ""} for wish in wishes]

    def change_follow_up(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        self.wished.append((id, verb, who))
        return {"id": id}

    def follow_up_result(self, id: int, code: str, note: str, who: str) -> Mapping[str, Any]:
        self.wished.append((id, code, note, who))
        return {"id": id, "result": code}

    def seat_result(self, seat: str, code: str, note: str, who: str) -> Mapping[str, Any]:
        self.wished.append((seat, code, note, who))
        return {"id": 7, "result": code}

    def dial(self, seat: str, number: str, line: str, who: str) -> Mapping[str, Any]:
        if number.startswith("00"):
            raise Refused("no number that seats may dial")
        return {"call": f"outgoing-{seat}-1", "number": number, "line": line, "who": who}


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> testing.TestClient:
    return testing.TestClient(build(house))


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


class TestFollowUps:
    def test_are_listed(self, client: testing.TestClient) -> None:
        assert client.simulate_get("/v1/follow-ups").json == [{"id": 7}]

    def test_are_put_in_several_at_a_time(self, client: testing.TestClient, house: House) -> None:
        wishes = [{"number": "13937512345", "reference": "GD-1"}, {"number": "13800138000"}]
        body = {"follow_ups": wishes, "who": "8001"}
        answer = client.simulate_post("/v1/follow-ups", json=body)
        assert [one["id"] for one in answer.json] == [8, 8]
        first, second, who = house.wished[0]
        assert (first["reference"], second["not_before"], who) == ("GD-1", None, "8001")

    @pytest.mark.parametrize("verb", ["cancel", "retry"])
    def test_can_be_changed(self, client: testing.TestClient, house: House, verb: str) -> None:
        client.simulate_post(f"/v1/follow-ups/7/{verb}", json={"who": "8001"})
        assert house.wished == [(7, verb, "8001")]

    @pytest.mark.parametrize(
        ("path", "key"), [("/v1/follow-ups/7/result", 7), ("/v1/seats/1001/result", "1001")]
    )
    def test_have_results(
        self, client: testing.TestClient, house: House, path: str, key: object
    ) -> None:
        body = {"result": "1", "note": "满意", "who": "8001"}
        assert client.simulate_post(path, json=body).json == {"id": 7, "result": "1"}
        assert house.wished == [(key, "1", "满意", "8001")]

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
        answer = client.simulate_post("/v1/follow-ups/7/delete", json={"who": "8001"})
        assert answer.status_code == 404
