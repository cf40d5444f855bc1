"""Who sat where in SQL: each entry of the stream once, whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from routing.hours import Stretch
from routing.sessions import Change, Sitting
from switchd.records.schema import migrate
from switchd.records.sessions import OpenSession, Reader, Session, Sessions

NOW = 1_800_000_000.0
BEGUN = Reader("life-1", "0-0", NOW)


def reader(last_id: str, seconds: float = 0.0, life: str = "life-1") -> Reader:
    return Reader(life, last_id, NOW + seconds)


def change(seconds: float, state: str, reason: str = "", call: str = "") -> Change:
    return Change(NOW + seconds, "1001", "A017", state, reason, call)


SHIFT = [
    change(0, "not_ready", "signed_in"),
    change(10.125, "ready"),
    change(20, "talking", "", "c1"),
    change(80, "wrap_up"),
]


@pytest.fixture
def sessions(url: str) -> Iterator[Sessions]:
    """Nothing is known, and reading has begun."""
    migrate(url)
    sessions = Sessions(url, "pingdingshan")
    assert sessions.mend(None, BEGUN, [])
    yield sessions
    sessions.close()


class TestWriting:
    def test_a_shift_is_read_as_it_was_told(self, sessions: Sessions) -> None:
        sessions.write(BEGUN, reader("5-0"), [*SHIFT, change(90, "signed_out")])
        assert sessions.recent(10) == [Session("1001", "A017", NOW, NOW + 90, "signed_out")]
        assert sessions.stretches(NOW, NOW + 100) == [
            Stretch("A017", "not_ready", "signed_in", NOW, NOW + 10.125),
            Stretch("A017", "ready", "", NOW + 10.125, NOW + 20),
            Stretch("A017", "talking", "", NOW + 20, NOW + 80),
            Stretch("A017", "wrap_up", "", NOW + 80, NOW + 90),
        ]

    def test_it_goes_on_from_one_reading_to_the_next(self, sessions: Sessions) -> None:
        for number, one in enumerate(SHIFT, start=1):
            assert sessions.write(reader(f"{number - 1}-0"), reader(f"{number}-0"), [one])
        (open,) = sessions.open()
        sitting = Sitting("1001", "A017", NOW, "wrap_up", NOW + 80)
        assert open == OpenSession(sitting, talks=1)

    def test_what_another_daemon_has_written_already_is_not_written_again(
        self, sessions: Sessions
    ) -> None:
        assert sessions.write(BEGUN, reader("5-0"), SHIFT)
        assert not sessions.write(BEGUN, reader("5-0"), SHIFT)
        assert sessions.reader() == reader("5-0")
        assert len(sessions.stretches(NOW, NOW + 100)) == 4

    def test_how_far_it_was_read_survives(self, sessions: Sessions, url: str) -> None:
        sessions.write(BEGUN, reader("5-0", 7), SHIFT)
        later = Sessions(url, "pingdingshan")
        assert later.reader() == reader("5-0", 7)
        later.close()

    def test_another_citys_seats_are_others(self, sessions: Sessions, url: str) -> None:
        other = Sessions(url, "jiayuguan")
        assert other.reader() is None
        other.mend(None, BEGUN, [])
        other.write(BEGUN, reader("5-0"), SHIFT)
        assert sessions.open() == []
        other.close()


class TestMending:
    def test_who_began_first_is_the_one(self, sessions: Sessions) -> None:
        assert not sessions.mend(None, reader("9-0"), [])
        assert sessions.reader() == BEGUN

    def test_what_was_not_seen_is_unknown_and_who_is_gone_was_there_until_it_broke_off(
        self, sessions: Sessions
    ) -> None:
        sessions.write(BEGUN, reader("5-0", 85), SHIFT)
        other = Change(NOW + 30, "1002", "A018", "ready")
        sessions.write(reader("5-0"), reader("6-0", 90), [other])
        now = Sitting("1001", "A017", NOW, "ready", NOW + 300)
        assert sessions.mend(reader("6-0"), reader("9-0", 310, "life-2"), [now])
        assert sessions.stretches(NOW + 80, NOW + 400, "A017") == [
            Stretch("A017", "wrap_up", "", NOW + 80, NOW + 90),
            Stretch("A017", "unknown", "", NOW + 90, NOW + 300),
            Stretch("A017", "ready", "", NOW + 300, NOW + 400),
        ]
        assert Session("1002", "A018", NOW + 30, NOW + 90, "lost") in sessions.recent(10)
        assert sessions.reader() == reader("9-0", 310, "life-2")


class TestStretches:
    def test_only_what_lies_in_the_period_counts(self, sessions: Sessions) -> None:
        sessions.write(BEGUN, reader("5-0"), SHIFT)
        assert sessions.stretches(NOW + 30, NOW + 50) == [
            Stretch("A017", "talking", "", NOW + 30, NOW + 50)
        ]
        assert sessions.stretches(NOW - 50, NOW) == []

    def test_what_still_lasts_goes_on_to_the_end_of_the_period(self, sessions: Sessions) -> None:
        sessions.write(BEGUN, reader("5-0"), SHIFT)
        assert sessions.stretches(NOW + 200, NOW + 260) == [
            Stretch("A017", "wrap_up", "", NOW + 200, NOW + 260)
        ]

    def test_one_agent_may_be_asked_for(self, sessions: Sessions) -> None:
        sessions.write(BEGUN, reader("5-0"), SHIFT)
        assert sessions.stretches(NOW, NOW + 100, "A018") == []
        assert sessions.recent(10, "A018") == []
        assert len(sessions.recent(10, "A017")) == 1
