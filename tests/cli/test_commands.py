"""The command line: what an admin reads and which exit code a script sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from switchd import __version__
from switchd.api.app import build
from switchd.api.ports import Refused, Unavailable
from switchd.api.server import Server
from switchd.cli.app import app
from switchd.cli.common import Exit
from switchd.cli.inspect import clock, percent
from switchd.places import socket_path

CITY = """\
city: {title: 平顶山市12345, area_code: "0375"}
lines:
  "12345": {kind: hotline, title: 政务服务便民热线, group: intake}
groups:
  intake: {title: 受理}
seats: {"1001": intake}
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "testcity"
    folder.mkdir()
    (folder / "city.yaml").write_text(CITY + f"folders: {{state: {tmp_path / 'state'}}}\n")
    return folder


def switchd(*words: str | Path) -> Result:
    """Run a command in a thread, as another process would beside the daemon."""
    arguments = [str(word) for word in words]
    return gevent.get_hub().threadpool.apply(lambda: CliRunner().invoke(app, arguments))


class TestCheck:
    def test_a_good_folder_has_no_errors(self, city: Path) -> None:
        result = switchd("check", city)
        assert result.exit_code == Exit.OK
        assert "no errors" in result.output

    def test_a_typo_is_told_with_file_line_and_key(self, city: Path) -> None:
        path = city / "city.yaml"
        path.write_text(path.read_text().replace("title: 受理", "titel: 受理"))
        result = switchd("check", city)
        assert result.exit_code == Exit.CONFIG
        assert f"{path}:5:groups.intake.titel" in result.output.replace("\n", "")
        assert "title" in result.output

    def test_the_same_for_a_program(self, city: Path) -> None:
        path = city / "city.yaml"
        path.write_text(path.read_text().replace("title: 受理", "titel: 受理"))
        problems = orjson.loads(switchd("check", city, "--json").stdout)
        assert {"line", "key"} <= problems[0].keys()

    def test_a_folder_that_does_not_exist_is_named(self, tmp_path: Path) -> None:
        result = switchd("check", tmp_path / "nowhere")
        assert result.exit_code == Exit.CONFIG
        assert "nowhere" in result.output


class TestVersion:
    def test_is_shown(self) -> None:
        result = switchd("--version")
        assert result.exit_code == Exit.OK
        assert result.stdout == f"switchd {__version__}\n"


class TestRender:
    def test_a_later_rendering_leaves_freeswitchs_own_folders_alone(
        self, city: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "state" / "freeswitch"
        said = switchd("freeswitch", "render", "--city", city, "--out", out).stdout.split()
        database = Path(said[said.index("-db") + 1])
        (database / "core.db").write_text("in use")
        assert switchd("freeswitch", "render", "--city", city, "--out", out).exit_code == Exit.OK
        assert (database / "core.db").read_text() == "in use"


class TestWithoutADaemon:
    @pytest.mark.parametrize(
        "words", [("status",), ("calls",), ("queues",), ("seats",), ("seat", "ready", "1001")]
    )
    def test_every_question_says_that_nobody_answers_and_where(
        self, city: Path, words: tuple[str, ...]
    ) -> None:
        result = switchd(*words, "--city", city)
        assert result.exit_code == Exit.UNAVAILABLE
        assert "no switchd answers on" in result.stderr
        assert "switchd.sock" in result.stderr

    def test_run_without_the_event_sockets_password_says_how_to_get_it(self, city: Path) -> None:
        result = switchd("run", "--city", city)
        assert result.exit_code == Exit.CONFIG
        assert "switchd freeswitch render" in result.stderr


SEAT: dict[str, Any] = {
    "seat": "1001",
    "agent": "8001",
    "state": "ready",
    "since": 100.0,
    "reason": "",
    "reachable": True,
    "groups": ["intake"],
    "call": "",
    "until": None,
    "after_call": None,
}
STATUS: dict[str, Any] = {
    "city": "testcity",
    "title": "平顶山市12345",
    "plan": "0123",
    "now": 165.0,
    "started_at": 100.0,
    "draining": False,
    "freeswitch": {"connected": True, "trouble": ""},
    "calls": 3,
    "waiting": 2,
    "longest_wait": 61.0,
    "seats": {"ready": 1},
    "figures": {
        "answered": 1,
        "offered": 2,
        "abandoned": 1,
        "connect_rate": 0.5,
        "in_time_rate": None,
    },
    "records_waiting": 0,
    "admission": {
        "overloaded_since": None,
        "legs": 5,
        "legs_for_callers": 3200,
        "refused": {"entry.queue_full": 7},
    },
}


class FakeHouse:
    """A daemon that shows what the test gives it."""

    def __init__(self) -> None:
        self.shown: dict[str, Any] = {
            "status": STATUS,
            "calls": [],
            "queues": [],
            "seats": [SEAT],
            "seat": SEAT,
            "blocked": [],
        }
        self.trouble: Exception | None = None

    def _show(self, what: str) -> Any:
        if self.trouble is not None:
            raise self.trouble
        return self.shown[what]

    def status(self) -> Any:
        return self._show("status")

    def calls(self) -> Any:
        return self._show("calls")

    def queues(self) -> Any:
        return self._show("queues")

    def indicators(self) -> Any:
        return self._show("indicators")

    def seats(self) -> Any:
        return self._show("seats")

    def blocked(self) -> Any:
        return self._show("blocked")

    def seat_verb(self, seat: str, verb: str, agent: str, reason: str, *more: Any) -> Any:
        return self._show("seat")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FakeHouse]:
    house = FakeHouse()
    server = Server(socket_path(tmp_path / "state"), build(house))
    server.start()
    yield house
    server.stop()


class TestWithADaemon:
    def test_status_at_a_glance(self, city: Path, house: FakeHouse) -> None:
        result = switchd("status", "--city", city)
        assert result.exit_code == Exit.OK
        for expected in ("FreeSWITCH  connected", "waiting  2, longest 1:01", "rate  50.0%"):
            assert expected in result.stdout
        assert "within 15 s  -" in result.stdout

    def test_status_says_why_freeswitch_is_not_heard(self, city: Path, house: FakeHouse) -> None:
        trouble = "127.0.0.1:8021 refused the password: -ERR invalid"
        house.shown["status"] = {
            **STATUS,
            "freeswitch": {"connected": False, "trouble": trouble},
            "draining": True,
        }
        result = switchd("status", "--city", city)
        assert trouble in result.stdout
        assert "takes no new callers" in result.stdout

    def test_the_daemon_is_asked_even_while_the_plan_on_disk_has_errors(
        self, city: Path, house: FakeHouse
    ) -> None:
        (city / "lines.yaml").write_text("lines: [")
        assert switchd("status", "--city", city).exit_code == Exit.OK

    def test_explain_knows_whom_the_daemon_bars(self, city: Path, house: FakeHouse) -> None:
        rule = {"number": "13937512345", "kind": "blocked", "until": None, "reason": "threats"}
        house.shown["blocked"] = [rule]
        said = switchd("explain", "12345", "--caller", "139 3751 2345", "--city", city)
        assert "refused  CALL_REJECTED" in said.stdout
        assert "reason=threats" in said.stdout
        other = switchd("explain", "12345", "--caller", "13937512346", "--city", city)
        assert "waits for  intake" in other.stdout

    def test_json_is_what_the_daemon_said(self, city: Path, house: FakeHouse) -> None:
        result = switchd("status", "--json", "--city", city)
        assert orjson.loads(result.stdout) == STATUS

    def test_seats_are_listed_with_their_phones(self, city: Path, house: FakeHouse) -> None:
        house.shown["seats"] = [SEAT, {**SEAT, "seat": "1002", "reachable": False}]
        result = switchd("seats", "--city", city)
        first, second = result.stdout.splitlines()[1:]
        assert ("1001" in first, "1:05" in first, "not registered" in first) == (True, True, False)
        assert ("1002" in second, "not registered" in second) == (True, True)

    def test_of_several_nodes_the_others_are_told_and_where_the_phones_are(
        self, city: Path, house: FakeHouse
    ) -> None:
        nodes = [{"owner": "north", "heard_at": 164.0}, {"owner": "south", "heard_at": 162.0}]
        house.shown["status"] = {**STATUS, "node": "north", "nodes": nodes}
        house.shown["seats"] = [{**SEAT, "home": "south"}]
        told = switchd("status", "--city", city).stdout
        assert "node  north; the others, last heard: south (0:03)" in told
        assert "registered at south" in switchd("seats", "--city", city).stdout

    def test_an_empty_list_says_so(self, city: Path, house: FakeHouse) -> None:
        assert switchd("calls", "--city", city).stdout == "no calls\n"

    def test_a_withheld_number_is_shown_as_withheld(self, city: Path, house: FakeHouse) -> None:
        house.shown["calls"] = [
            {
                "call": "leg-a",
                "state": "waiting",
                "line": "12345",
                "caller": "",
                "group": "intake",
                "seat": "",
                "arrived_at": 160.0,
            }
        ]
        assert "withheld" in switchd("calls", "--city", city).stdout

    @pytest.mark.parametrize("verb", ["sign-in", "ready", "not-ready", "sign-out"])
    def test_a_seat_verb_answers_with_the_seat_as_it_is_now(
        self, city: Path, house: FakeHouse, verb: str
    ) -> None:
        result = switchd("seat", verb, "1001", "--city", city)
        assert (result.exit_code, result.stdout) == (Exit.OK, "seat 1001: ready\n")

    def test_a_seat_without_a_phone_is_warned_of(self, city: Path, house: FakeHouse) -> None:
        house.shown["seat"] = {**SEAT, "reachable": False}
        result = switchd("seat", "ready", "1001", "--city", city)
        assert result.exit_code == Exit.OK
        assert "not registered" in result.stderr

    def test_an_unknown_seat_is_told_what_to_do(self, city: Path, house: FakeHouse) -> None:
        house.trouble = Refused("seat 7: the plan has no such seat; add it to the configuration")
        result = switchd("seat", "ready", "7", "--city", city)
        assert result.exit_code == Exit.FAILED
        assert "the plan has no such seat" in result.stderr

    def test_a_redis_that_is_away_is_named(self, city: Path, house: FakeHouse) -> None:
        house.trouble = Unavailable("snapshot: Redis does not answer")
        result = switchd("status", "--city", city)
        assert result.exit_code == Exit.UNAVAILABLE
        assert "Redis does not answer" in result.stderr


class TestHowThingsAreWritten:
    @pytest.mark.parametrize(
        ("seconds", "shown"), [(0, "0:00"), (61.9, "1:01"), (3661, "1:01:01"), (-3, "0:00")]
    )
    def test_durations(self, seconds: float, shown: str) -> None:
        assert clock(seconds) == shown

    @pytest.mark.parametrize(("share", "shown"), [(None, "-"), (0.954, "95.4%"), (1.0, "100.0%")])
    def test_shares(self, share: float | None, shown: str) -> None:
        assert percent(share) == shown
