"""Which phones are registered, and who is told."""

from __future__ import annotations

from collections.abc import Mapping

import gevent
import pytest
from gevent.event import Event as Flag

from switchd.seats.phones import Phones


class Told:
    """Hears which phones came and went; fails on demand."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bool]] = []
        self.away = False

    def __call__(self, reachable: Mapping[str, bool]) -> None:
        if self.away:
            raise ConnectionError
        self.heard += reachable.items()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def phones(told: Told) -> Phones:
    return Phones(lambda: ("1001", "1002"), told)


class TestPhones:
    def test_each_change_is_told_once(self, phones: Phones, told: Told) -> None:
        phones.heard("1001", True)
        phones.heard("1001", True)
        phones.heard("1001", False)
        assert told.heard == [("1001", True), ("1001", False)]

    def test_a_phone_of_no_seat_is_nobodys_business(self, phones: Phones, told: Told) -> None:
        phones.heard("9999", True)
        assert told.heard == []

    def test_whoever_is_not_on_the_list_is_not_registered(self, phones: Phones, told: Told) -> None:
        phones.listed({"1001", "9999"})
        assert told.heard == [("1001", True), ("1002", False)]

    def test_what_could_not_be_told_is_told_next_time(self, phones: Phones, told: Told) -> None:
        told.away = True
        with pytest.raises(ConnectionError):
            phones.heard("1001", True)
        told.away = False
        phones.listed({"1001", "1002"})
        assert ("1001", True) in told.heard

    def test_everything_is_told_again_after_it_was_forgotten(
        self, phones: Phones, told: Told
    ) -> None:
        phones.heard("1001", True)
        phones.forget()
        phones.heard("1001", True)
        assert told.heard == [("1001", True)] * 2

    def test_a_list_waits_for_the_one_before_it(self) -> None:
        """The link fell and came back while the fall was still being told."""
        told: list[tuple[str, bool]] = []
        slow = Flag()

        def tell(reachable: Mapping[str, bool]) -> None:
            slow.wait()
            told.extend(reachable.items())

        phones = Phones(lambda: ("1001", "1002"), tell)
        greenlets = [
            gevent.spawn(phones.listed, {"1001", "1002"}),
            gevent.spawn(phones.listed, ()),
            gevent.spawn(phones.listed, {"1001", "1002"}),
        ]
        gevent.idle()
        slow.set()
        gevent.joinall(greenlets, timeout=10, raise_error=True)
        assert dict(told) == {"1001": True, "1002": True}
        assert len(told) == 6


class TestPhonesThatMayBeElsewhere:
    @pytest.fixture
    def phones(self, told: Told) -> Phones:
        return Phones(lambda: ("1001", "1002"), told, wander=True)

    def test_every_registration_is_told_since_it_may_be_a_return(
        self, phones: Phones, told: Told
    ) -> None:
        phones.heard("1001", True)
        phones.heard("1001", True)
        assert told.heard == [("1001", True), ("1001", True)]

    def test_a_list_says_nothing_of_who_came_last(self, phones: Phones, told: Told) -> None:
        phones.listed({"1001"})
        phones.listed({"1001"})
        assert told.heard == [("1001", True), ("1002", False)]
