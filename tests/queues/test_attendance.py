"""What seats do gets into SQL, once, whatever ends or is lost meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from routing.hours import Stretch
from switchd.attendance import Attendance
from switchd.queues.keys import Keys
from switchd.queues.stream import SeatStream
from switchd.records.schema import migrate
from switchd.records.sessions import Sessions
from tests.queues.hall import CITY, Hall


class Office:
    """A hall whose attendance is written down by daemons that come and go."""

    def __init__(self, client: redis.Redis, sql: str) -> None:
        self.hall = Hall(client)
        self.client = client
        self.sessions = Sessions(sql, CITY)
        self.stream = SeatStream(client, CITY, "daemon-1")
        self.stream.begin_life()
        self.lost = 0
        self.daemon = self.another()
        self.writes()

    def another(self) -> Attendance:
        """A further daemon, or one after a restart."""
        daemon = Attendance(self.stream, self.sessions, lambda: self.hall.now, lambda _: None)
        daemon.on_lost = self._note_lost
        return daemon

    def _note_lost(self) -> None:
        self.lost += 1

    def writes(self, daemon: Attendance | None = None) -> None:
        """Everything that is there to be read is written."""
        while (daemon or self.daemon).step(0.0):
            pass

    def states(self, agent: str = "A017") -> list[tuple[str, float]]:
        """Each state of an agent and how many seconds it lasted, up to now."""
        now = self.hall.now
        found: list[Stretch] = self.sessions.stretches(0, now, agent)
        return [(one.reason or one.state, one.ended_at - one.began_at) for one in found]


@pytest.fixture
def office(client: redis.Redis, tmp_path: Path) -> Iterator[Office]:
    sql = f"sqlite:///{tmp_path}/records.db"
    migrate(sql)
    office = Office(client, sql)
    yield office
    office.sessions.close()


def works(office: Office) -> None:
    """An agent signs in, is ready for 10 s, and then on a break."""
    hall = office.hall
    hall.seat("1001", agent="A017")
    hall.after(10)
    hall.list.not_ready("1001", "break", hall.now)


class TestFollowing:
    def test_what_a_seat_does_is_in_sql(self, office: Office) -> None:
        works(office)
        office.writes()
        office.hall.after(5)
        assert office.states() == [("signed_in", 0), ("ready", 10), ("break", 5)]

    def test_a_restarted_daemon_goes_on_where_the_last_one_ended(self, office: Office) -> None:
        hall = office.hall
        hall.seat("1001", agent="A017")
        office.writes()
        hall.after(10)
        hall.list.not_ready("1001", "break", hall.now)
        hall.after(5)
        office.writes(office.another())
        office.writes(office.another())
        assert office.states() == [("signed_in", 0), ("ready", 10), ("break", 5)]

    def test_two_daemons_write_it_once(self, office: Office) -> None:
        other = office.another()
        office.writes(other)
        works(office)
        office.writes()
        office.writes(other)
        office.hall.after(5)
        office.hall.list.ready("1001", office.hall.now)
        office.writes(other)
        office.writes()
        office.hall.after(1)
        assert office.states() == [("signed_in", 0), ("ready", 10), ("break", 5), ("ready", 1)]

    def test_many_changes_at_once_are_all_written(self, office: Office) -> None:
        hall = office.hall
        hall.seat("1001", agent="A017")
        for number in range(700):
            hall.after(1)
            hall.list.not_ready("1001", f"reason {number}", hall.now)
        office.writes()
        hall.after(1)
        assert len(office.states()) == 702

    def test_at_the_first_start_who_sits_there_already_is_taken_down(
        self, client: redis.Redis, tmp_path: Path
    ) -> None:
        Hall(client).seat("1001", agent="A017")
        sql = f"sqlite:///{tmp_path}/records.db"
        migrate(sql)
        office = Office(client, sql)
        office.hall.after(5)
        assert office.states() == [("ready", 5)]
        office.sessions.close()


class TestBreaks:
    def test_a_stream_that_was_cut_is_noticed_and_the_seats_are_compared(
        self, office: Office
    ) -> None:
        hall = office.hall
        hall.seat("1001", agent="A017")
        hall.seat("1002", agent="A018")
        office.writes()
        hall.after(10)
        hall.list.not_ready("1001", "break", hall.now)
        hall.list.sign_out("1002", hall.now)
        hall.after(10)
        hall.list.not_ready("1001", "training", hall.now)
        office.client.xtrim(Keys(CITY).events, maxlen=1, approximate=False)
        hall.after(5)
        office.writes(office.another())
        assert office.states() == [
            ("signed_in", 0),
            ("ready", 0),
            ("unknown", 20),
            ("training", 5),
        ]
        (session,) = office.sessions.recent(1, "A018")
        assert session.ended_by == "lost"

    def test_after_that_it_is_followed_as_before(self, office: Office) -> None:
        works(office)
        office.client.delete(Keys(CITY).events)
        office.writes()
        hall = office.hall
        hall.list.ready("1001", hall.now)
        hall.after(3)
        office.writes()
        assert office.states()[-1] == ("ready", 3)

    def test_an_emptied_redis_is_told_of_and_nothing_is_ended_before_it_is_restored(
        self, office: Office
    ) -> None:
        works(office)
        office.writes()
        office.client.flushall()
        office.writes()
        assert office.lost == 1
        assert len(office.sessions.open()) == 1

    def test_who_was_not_restored_has_a_session_that_ended_when_it_was_last_seen(
        self, office: Office
    ) -> None:
        works(office)
        office.writes()
        seen = office.hall.now
        office.hall.after(60)
        office.client.flushall()
        office.stream.begin_life()
        office.writes()
        (session,) = office.sessions.recent(10)
        assert (session.ended_at, session.ended_by) == (seen, "lost")

    def test_until_when_nothing_was_missed_is_known_while_nothing_happens(
        self, office: Office
    ) -> None:
        works(office)
        office.writes()
        office.hall.after(60)
        office.writes()
        seen = office.hall.now
        office.hall.after(5)
        office.client.flushall()
        office.stream.begin_life()
        office.writes()
        assert office.sessions.recent(1)[0].ended_at == seen
