"""Who is registered, asked as the daemon asks after each connect."""

from __future__ import annotations

from switchd.freeswitch.registrations import QUESTION, registered
from tests.contract.house import House


class TestRegisteredPhones:
    def test_are_named_by_the_profile(self, house: House) -> None:
        house.seat("1001")
        answer = house.esl().api(" ".join(QUESTION))
        assert "1001" in registered(answer, house.domain)

    def test_of_another_domain_are_not_ours(self, house: House) -> None:
        house.seat("1001")
        answer = house.esl().api(" ".join(QUESTION))
        assert registered(answer, "elsewhere.example") == frozenset()
