"""SQL asked in processes of its own: as if it were asked here, whatever becomes of them."""

from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path

import gevent
import gevent.socket
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.record import CallRecord
from switchd.records.again import start
from switchd.records.apart import LONGEST_PAUSE_SECONDS, Apart, pause
from switchd.records.callbacks import Callbacks
from switchd.records.clerk import serve
from switchd.records.desks import CallsApart, SqlDesks
from switchd.records.earlier import EarlierCalls
from switchd.records.errors import BadRecord, RecordRefused, RecordsError, StoreUnavailable
from switchd.records.frames import Frames, pack
from switchd.records.schema import migrate
from switchd.records.sessions import Sessions
from switchd.records.spool import Spool
from switchd.records.stem import Stem
from switchd.records.store import Store
from switchd.records.writer import Writer
from tests.calls.house import wait_until
from tests.records.examples import ANSWERED_CALL, call, calls
from tests.records.processes import below, is_there, wait_until_gone
from tests.records.test_callbacks import WISH
from tests.records.test_sessions import BEGUN, SHIFT, reader

CITY = "pingdingshan"
PATIENCE = 30.0


class FakeStore:
    """Raises what it is told to raise, and stands in for what cannot be provoked in SQL."""

    def write(self, records: Sequence[object]) -> int:
        (record,) = records
        if isinstance(record, Exception):
            raise record
        return 1

    def close(self) -> None:
        pass


def workers() -> list[int]:
    return below(os.getpid(), "switchd-sql")


def young_stem() -> int:
    """One that has just been forked; it takes its name soon."""
    wait_until(lambda: below(os.getpid(), "switchd-stem"))
    (stem,) = below(os.getpid(), "switchd-stem")
    return stem


@pytest.fixture
def desks(url: str) -> Iterator[SqlDesks]:
    """A migrated database, asked by processes."""
    desks = SqlDesks(url, CITY)
    migrate(url)
    yield desks
    desks.close()


@pytest.fixture
def hasty() -> Iterator[Apart]:
    """A process on nothing, that is given up after a second."""
    stem = Stem(lambda connection: serve(connection, {"calls": FakeStore}))  # type: ignore[dict-item]
    apart = Apart(stem.fork, patience=1.0)
    yield apart
    apart.close()
    stem.close()


class TestWhatIsAsked:
    def test_a_call_is_written_once(self, desks: SqlDesks, url: str) -> None:
        assert [desks.calls.write([call("a")]) for _ in range(2)] == [1, 0]
        store = Store(url)
        assert store.get("a") == call("a")
        store.close()

    def test_attendance_is_written_as_by_the_sessions_themselves(
        self, desks: SqlDesks, url: str
    ) -> None:
        assert desks.sessions.reader() is None
        assert desks.sessions.mend(None, BEGUN, [])
        assert desks.sessions.write(BEGUN, reader("4-0"), SHIFT)
        assert not desks.sessions.write(BEGUN, reader("5-0"), SHIFT)
        assert desks.sessions.reader() == reader("4-0")
        sessions = Sessions(url, CITY)
        assert [one.sitting.agent for one in sessions.open()] == ["A017"]
        sessions.close()

    def test_a_caller_is_known_as_here(self, desks: SqlDesks, url: str) -> None:
        desks.calls.write(calls(3))
        earlier = EarlierCalls(url, CITY)
        found = desks.earlier.of(ANSWERED_CALL.caller, 0.0, 2)
        assert found == earlier.of(ANSWERED_CALL.caller, 0.0, 2)
        assert (found.calls, len(found.last)) == (3, 2)
        earlier.close()

    def test_an_open_callback_is_found(self, desks: SqlDesks, url: str) -> None:
        callbacks = Callbacks(url, CITY)
        added, _ = callbacks.add(WISH)
        callbacks.close()
        assert desks.callbacks.open_for(WISH.number) == added
        assert desks.callbacks.open_for("1") is None
        assert desks.callbacks.count_open() == 1

    def test_many_greenlets_ask_at_once_and_each_has_its_own_answer(self, desks: SqlDesks) -> None:
        asking = [gevent.spawn(desks.calls.write, calls(n, f"call-{n}")) for n in range(1, 30)]
        gevent.joinall(asking, timeout=PATIENCE, raise_error=True)
        assert [one.value for one in asking] == list(range(1, 30))

    def test_other_greenlets_go_on_meanwhile(self, desks: SqlDesks) -> None:
        """The process stands still until another greenlet lets it go on."""
        desks.calls.write([call("a")])
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        asking = gevent.spawn(desks.calls.write, [call("b")])
        gevent.sleep(0)
        assert not asking.ready()
        os.kill(worker, signal.SIGCONT)
        assert asking.get(timeout=PATIENCE) == 1

    def test_looking_up_does_not_wait_for_those_who_write(self, desks: SqlDesks) -> None:
        desks.calls.write([call("a")])
        (writing,) = workers()
        os.kill(writing, signal.SIGSTOP)
        assert desks.callbacks.count_open() == 0
        os.kill(writing, signal.SIGCONT)


class TestWhatGoesWrong:
    def test_a_record_that_sql_refuses_is_told_as_such(self, desks: SqlDesks) -> None:
        with pytest.raises((RecordRefused, BadRecord)):
            desks.calls.write([call("out of range", ended_at=1e15)])
        assert desks.calls.write([call("a")]) == 1

    def test_a_database_without_its_schema_is_unavailable_until_it_has_it(self, url: str) -> None:
        desks = SqlDesks(url, CITY)
        with pytest.raises(StoreUnavailable):
            desks.calls.write([call("a")])
        migrate(url)
        assert desks.calls.write([call("a")]) == 1
        desks.close()

    @pytest.mark.parametrize("error", [RecordRefused("r"), BadRecord("b"), StoreUnavailable("s")])
    def test_errors_of_the_records_arrive_as_what_they_are(
        self, hasty: Apart, error: RecordsError
    ) -> None:
        with pytest.raises(type(error), match=str(error)):
            hasty.ask("calls", "write", [error])

    def test_any_other_error_means_that_sql_is_unavailable(self, hasty: Apart) -> None:
        with pytest.raises(StoreUnavailable, match="ZeroDivisionError: by nothing"):
            hasty.ask("calls", "write", [ZeroDivisionError("by nothing")])
        with pytest.raises(StoreUnavailable, match="KeyError: 'nowhere'"):
            hasty.ask("nowhere", "write", [])


class TestTheProcess:
    def test_if_it_is_killed_who_asked_is_told_and_the_next_is_answered(
        self, desks: SqlDesks
    ) -> None:
        desks.calls.write([call("a")])
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        asking = gevent.spawn(desks.calls.write, [call("b")])
        gevent.sleep(0)
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(StoreUnavailable, match="is gone"):
            asking.get(timeout=PATIENCE)
        assert desks.calls.write([call("c")]) == 1
        assert workers() != [worker]

    def test_if_it_is_killed_again_and_again_every_record_is_written_once(
        self, url: str, spool: Spool
    ) -> None:
        """It dies wherever it is just then; the spool has what was not written."""
        stem = Stem(lambda connection: serve(connection, {"calls": lambda: Store(url)}))
        apart = Apart(stem.fork, pause=lambda _: 0.0)
        migrate(url)
        writer = Writer(spool, CallsApart(apart), batch=5, gather_seconds=0, pause=lambda _: 0.001)
        for record in calls(200):
            spool.append(record)
        writer.start()
        killed = 0
        while not writer.flush(0.003):
            for worker in workers()[: killed < 8]:
                with suppress(ProcessLookupError):  # it is about to be gone
                    os.kill(worker, signal.SIGKILL)
                    killed += 1
        assert writer.stop(PATIENCE)
        assert killed
        store = Store(url)
        written = store.recent(500)
        assert {one.call for one in written} == {record.call for record in calls(200)}
        assert [len(one.legs) for one in written] == [len(ANSWERED_CALL.legs)] * 200
        for each in (store, apart, stem):
            each.close()

    def test_if_it_hangs_it_is_killed_and_the_next_is_answered(self, hasty: Apart) -> None:
        hasty.ask("calls", "write", ["a"])
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        with pytest.raises(StoreUnavailable, match="did not answer within 1 s"):
            hasty.ask("calls", "write", ["b"])
        wait_until_gone(worker)
        assert hasty.ask("calls", "write", ["c"]) == 1

    def test_if_it_takes_no_more_questions_it_is_killed(self, hasty: Apart) -> None:
        hasty.ask("calls", "write", ["a"])
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        with pytest.raises(StoreUnavailable):
            hasty.ask("calls", "write", ["much" * 1_000_000])
        wait_until_gone(worker)

    def test_one_that_nobody_asks_anything_is_not_taken_for_hung(self) -> None:
        listened = 0

        class Line(gevent.socket.socket):
            def recv(self, *arguments: int) -> bytes:
                nonlocal listened
                listened += 1
                return super().recv(*arguments)

        stem = Stem(lambda connection: serve(connection, {"calls": FakeStore}))  # type: ignore[dict-item]
        apart = Apart(lambda: Line(fileno=stem.fork().detach()), patience=1.0)
        apart.ask("calls", "write", ["a"])
        (worker,) = workers()
        until = listened + 2
        wait_until(lambda: listened >= until)  # each time for as long as its patience
        apart.ask("calls", "write", ["b"])
        assert workers() == [worker]
        apart.close()
        stem.close()

    def test_if_whoever_asks_is_killed_others_are_answered(self, desks: SqlDesks) -> None:
        desks.calls.write([call("a")])
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        gone, stays = (gevent.spawn(desks.calls.write, [call(name)]) for name in "bc")
        gevent.sleep(0)
        gone.kill()
        os.kill(worker, signal.SIGCONT)
        assert stays.get(timeout=PATIENCE) == 1

    def test_one_that_cannot_start_is_tried_again_after_growing_pauses(self) -> None:
        forked = 0

        def fork() -> gevent.socket.socket:
            nonlocal forked
            forked += 1
            ours, theirs = gevent.socket.socketpair()
            theirs.close()
            return ours

        pauses: list[int] = []
        apart = Apart(fork, pause=lambda failures: pauses.append(failures) or 0.0)  # type: ignore[func-returns-value]
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match="is gone"):
                apart.ask("calls", "write", [])
        assert (forked, pauses) == (3, [1, 2])
        assert [pause(1), pause(2), pause(1000)] == [0.5, 1.0, LONGEST_PAUSE_SECONDS]

        apart = Apart(fork, pause=lambda _: 3600)
        with pytest.raises(StoreUnavailable, match="is gone"):
            apart.ask("calls", "write", [])
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match=r"1 times without an answer; .* 3[56]"):
                apart.ask("calls", "write", [])
        assert forked == 4

    def test_steps_behind_whoever_serves_calls(self, desks: SqlDesks) -> None:
        desks.calls.write([call("1")])
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        (worker,) = workers()
        assert os.getpriority(os.PRIO_PROCESS, worker) == min(ours + 10, 19)

    def test_without_its_stem_it_works_on_until_it_ends(self, desks: SqlDesks) -> None:
        desks.calls.write([call("a")])
        (stem,), (worker,) = below(os.getpid(), "switchd-stem"), workers()
        os.kill(stem, signal.SIGKILL)
        wait_until_gone(stem)
        assert desks.calls.write([call("b")]) == 1
        os.kill(worker, signal.SIGKILL)
        wait_until_gone(worker)
        with pytest.raises(StoreUnavailable):
            desks.calls.write([call("c")])
        with pytest.raises(StoreUnavailable, match="restart switchd"):
            desks.calls.write([call("c")])
        assert not Path(f"/proc/{stem}").exists(), "no zombie is left"

    def test_another_stem_takes_the_place_of_one_that_was_killed(
        self, sqlite_url: str, tmp_path: Path
    ) -> None:
        """It is as the first: it knows no more than its socket, and ends with the daemon's."""
        migrate(sqlite_url)
        desks = SqlDesks(sqlite_url, CITY, partial(start, url=sqlite_url, city=CITY))
        desks.calls.write([call("a")])
        killed = [*below(os.getpid(), "switchd-stem"), *workers()]
        for process in killed:
            os.kill(process, signal.SIGKILL)
        wait_until_gone(*killed)
        with suppress(StoreUnavailable):
            desks.calls.write([call("b")])
        assert desks.calls.write([call("b"), call("c")]) in (1, 2)
        assert sorted(desks.calls.known(["a", "b", "c"])) == ["a", "b", "c"]
        assert desks.callbacks.count_open() == 0
        (stem,) = below(os.getpid(), "switchd-stem")
        opened = [os.readlink(one) for one in Path(f"/proc/{stem}/fd").iterdir()]
        assert len([name for name in opened if name.startswith("socket:")]) == 1
        assert sqlite_url not in Path(f"/proc/{stem}/cmdline").read_text()
        assert not any(Path(f"/proc/{process}").exists() for process in killed[:1]), "no zombie"
        left = [stem, *workers()]
        desks.close()
        wait_until_gone(*left)

    def test_where_none_can_be_started_that_is_said(self, url: str) -> None:
        def fails(control: socket.socket, theirs: socket.socket) -> int:
            raise OSError(errno.EAGAIN, "no room")

        desks = SqlDesks(url, CITY, fails)
        stem = young_stem()
        os.kill(stem, signal.SIGKILL)
        wait_until_gone(stem)
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match=r"is gone \(no room\)"):
                desks.calls.write([call("c")])
        desks.close()

    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_a_signal_to_the_whole_group_does_not_end_it(
        self, desks: SqlDesks, how: signal.Signals
    ) -> None:
        desks.calls.write([call("a")])
        (stem,), (worker,) = below(os.getpid(), "switchd-stem"), workers()
        os.kill(stem, how)
        os.kill(worker, how)
        assert desks.calls.write([call("b")]) == 1
        assert desks.callbacks.count_open() == 0
        assert worker in workers()

    def test_it_keeps_nothing_of_the_daemons_open(self, sqlite_url: str, tmp_path: Path) -> None:
        """Such as the lock of the spool, or the port on which the daemon is asked."""
        spool = Spool(tmp_path / "spool")
        listening = socket.create_server(("127.0.0.1", 0))
        desks = SqlDesks(sqlite_url, CITY)
        migrate(sqlite_url)
        desks.calls.write([call("a")])
        database = str(tmp_path / "records.db")
        for process in below(os.getpid(), "switchd-stem") + workers():
            descriptors = list(Path(f"/proc/{process}/fd").iterdir())
            opened = {int(one.name): os.readlink(one) for one in descriptors}
            inherited = {name for number, name in opened.items() if number > 2}
            own = {name for name in inherited if name.startswith((database, "anon_inode:"))}
            (only,) = inherited - own
            assert only.startswith("socket:")
            assert only != os.readlink(f"/proc/self/fd/{listening.fileno()}")
        desks.close()
        listening.close()
        spool.close()


class TestTheEnd:
    def test_nothing_is_left_behind(self, desks: SqlDesks) -> None:
        desks.calls.write([call("a")])
        desks.callbacks.count_open()
        processes = [*below(os.getpid(), "switchd-stem"), *workers()]
        assert len(processes) == 3
        desks.close()
        wait_until_gone(*processes)
        with pytest.raises(StoreUnavailable, match="switchd ends"):
            desks.calls.write([call("b")])

    def test_one_that_hangs_is_ended_by_force(self, desks: SqlDesks) -> None:
        desks.calls.write([call("a")])
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        asking = gevent.spawn(desks.calls.write, [call("b")])
        gevent.sleep(0)
        desks.close()
        wait_until_gone(worker)
        with pytest.raises(StoreUnavailable, match="is gone"):
            asking.get(timeout=PATIENCE)

    def test_the_database_is_left_as_by_who_has_closed_it(self, sqlite_url: str) -> None:
        """SQLite's log of writes is in the database itself, and gone."""
        desks = SqlDesks(sqlite_url, CITY)
        migrate(sqlite_url)
        CallsApart.write(desks.calls, [call("a")])
        desks.close()
        database = Path(sqlite_url.removeprefix("sqlite:///"))
        assert [file.name for file in database.parent.glob("records.db*")] == ["records.db"]

    def test_who_forks_may_end_before_it_has_been_asked(self, sqlite_url: str) -> None:
        desks = SqlDesks(sqlite_url, CITY)
        stem = young_stem()
        desks.close()
        assert not is_there(stem)


@given(st.lists(st.integers() | st.binary() | st.text()), st.lists(st.integers(0, 300)))
def test_messages_arrive_however_they_are_cut(messages: list[object], cuts: list[int]) -> None:
    data = b"".join(pack(message) for message in messages)
    places = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    frames = Frames()
    received = [
        message for begin, end in pairwise(places) for message in frames.feed(data[begin:end])
    ]
    assert received == messages


def test_a_record_is_the_same_on_the_other_side() -> None:
    (back,) = Frames().feed(pack(ANSWERED_CALL))
    assert isinstance(back, CallRecord)
    assert back == ANSWERED_CALL
