"""Calls that end in the moment in which a daemon dies: FreeSWITCH's lines tell the next one."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from switchd.ended_lately import FILE, KEPT_SECONDS, SETTLED_SECONDS, EndedLately
from switchd.records.errors import StoreUnavailable


class House:
    """The recordings folder, a clock, and what a daemon has written down and works on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1000.0
        self.busy: set[str] = set()
        self.sql: set[str] | None = set()
        """The calls in it; None while it is away."""
        self.asked: list[str] = []
        self.made: list[str] = []
        self.daemon = self.starts()

    def starts(self) -> EndedLately:
        return EndedLately(
            self.folder,
            self._make,
            in_progress=self.busy.__contains__,
            in_sql=self._in_sql,
            now=lambda: self.now,
        )

    def _make(self, lines: Iterable[bytes]) -> int:
        calls = [orjson.loads(line)["uuid"] for line in lines]
        self.made += calls
        return len(calls)

    def _in_sql(self, calls: Sequence[str]) -> Collection[str]:
        if self.sql is None:
            raise StoreUnavailable("locked")
        self.asked += calls
        return self.sql & set(calls)

    def ends(self, *calls: str, answered: int = 1_700_000_000_000_000) -> None:
        """FreeSWITCH writes a line for each."""
        with (self.folder / FILE).open("ab") as file:
            for call in calls:
                line = {"uuid": call, "Caller-Channel-Answered-Time": str(answered)}
                file.write(orjson.dumps(line) + b"\n")

    def writes_down(self, call: str) -> None:
        self.daemon.closed(cast("Any", SimpleNamespace(call=call)))

    def looks(self) -> list[str]:
        """Look as often as it takes until what is there now has been judged."""
        self.daemon.look()
        self.now += SETTLED_SECONDS
        self.daemon.look()
        return self.made

    @property
    def files(self) -> list[str]:
        return [path.name for path in self.folder.iterdir()]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


class TestACallThatWasHeardToEnd:
    def test_is_not_written_twice_and_sql_is_not_asked(self, house: House) -> None:
        house.ends("a", "b")
        house.writes_down("a")
        house.writes_down("b")
        assert house.looks() == house.asked == []
        assert house.files == []

    def test_may_be_written_down_only_after_its_line_was_read(self, house: House) -> None:
        house.ends("a")
        house.daemon.look()
        house.busy.add("a")
        house.now += SETTLED_SECONDS
        house.daemon.look()
        house.busy.clear()
        house.writes_down("a")
        house.daemon.look()
        assert house.made == []
        assert house.files == []

    def test_by_a_daemon_that_died_then_is_in_sql(self, house: House) -> None:
        house.ends("a")
        house.sql = {"a"}
        assert house.looks() == []
        assert house.asked == ["a"]

    def test_is_forgotten_after_a_while(self, house: House) -> None:
        house.writes_down("a")
        house.now += KEPT_SECONDS + 1
        house.ends("b")
        house.looks()
        house.ends("a")
        house.looks()
        assert house.asked == ["b", "a"]

    def test_is_remembered_while_its_line_waits_for_sql(self, house: House) -> None:
        """Its own record may wait as well, in the spool."""
        house.ends("a")
        house.sql = None
        house.looks()
        house.ends("b")
        house.writes_down("b")
        house.now += KEPT_SECONDS * 10
        house.sql = {"a"}
        house.looks()
        assert house.looks() == []
        assert house.asked == ["a"]

    def test_is_forgotten_though_no_line_ever_comes(self, house: House) -> None:
        """An admin's own FreeSWITCH configuration may leave no lines."""
        references: list[weakref.ref[Any]] = []
        for number in range(3):
            call = Id(f"call-{number}")
            references.append(weakref.ref(call))
            house.writes_down(call)
            del call
            house.now += KEPT_SECONDS * 0.6
            house.daemon.look()
        assert [one() for one in references] == [None, None, "call-2"]


class Id(str):
    """A call's id of which it can be told whether anybody remembers it."""


class TestACallWhoseEndNobodyHeard:
    def test_gets_its_record_from_the_next_daemon(self, house: House) -> None:
        house.ends("a", "b")
        house.writes_down("a")
        assert house.looks() == ["b"]
        assert house.files == []
        assert house.looks() == ["b"]

    def test_though_that_one_dies_as_well(self, house: House) -> None:
        house.ends("a")
        house.daemon.look()
        house.daemon = house.starts()
        house.ends("b")
        assert house.looks() == ["a"]
        assert house.looks() == ["a", "b"]

    def test_is_looked_at_as_soon_as_those_before_it_have_been_judged(self, house: House) -> None:
        house.ends("a")
        house.daemon.look()
        house.ends("b")
        assert house.looks() == ["a"]
        house.now += SETTLED_SECONDS
        house.daemon.look()
        assert house.made == ["a", "b"]

    def test_waits_for_sql(self, house: House) -> None:
        house.ends("a")
        house.sql = None
        assert house.looks() == []
        house.sql = set()
        assert house.looks() == ["a"]

    def test_is_none_of_ours_if_nobody_answered_it(self, house: House) -> None:
        house.ends("a", answered=0)
        assert house.looks() == house.asked == []

    @pytest.mark.parametrize("line", [b"{", b"[]", b"null", b"\xff\xfe", b""])
    def test_is_found_beside_a_damaged_line(self, house: House, line: bytes) -> None:
        (house.folder / FILE).write_bytes(line + b"\n")
        house.ends("a")
        assert house.looks() == ["a"]
