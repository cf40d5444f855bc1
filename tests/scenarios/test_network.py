"""A softphone at a running hotline: tokens, answers as documented, events without a gap."""

from __future__ import annotations

import http.client
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import gevent.socket
import gevent.subprocess
import orjson
import pytest
from pydantic import TypeAdapter

from switchd.api.table import ROUTES
from tests.scenarios.hotline import CITY, ROOT, Hotline, wait_for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Softphone:
    """An application at a seat, or at a supervisor's desk."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}"}
        self.position = ""

    def asks(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = self._connect()
        headers = {**self._headers, "Content-Type": "application/json"}
        payload = None if body is None else orjson.dumps(body)
        connection.request(method, path, payload, headers)
        response = connection.getresponse()
        return response.status, orjson.loads(response.read())

    def hears(self, until: str, since: str = "") -> list[dict[str, Any]]:
        """Listen until an event of that kind comes."""
        connection, found = self._connect(), []
        connection.request("GET", f"/v1/events?since={since}", headers=self._headers)
        response = connection.getresponse()
        with gevent.Timeout(30, AssertionError(f"no {until}: {found}")):
            while line := response.readline():
                if line.startswith(b"id: "):
                    self.position = line[4:].strip().decode()
                if line.startswith(b"data: "):
                    found.append(orjson.loads(line[6:]))
                    if found[-1]["kind"] == until:
                        break
        connection.close()
        return found

    def _connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        connection.sock = gevent.socket.create_connection(("127.0.0.1", self._port))
        return connection


class Network:
    """A hotline that listens on TCP, and a token for whoever needs one."""

    def __init__(self) -> None:
        self.port = free_port()
        self.hotline = Hotline({**CITY, "api": {"listen": f"127.0.0.1:{self.port}"}})

    def softphone(self, *options: str) -> Softphone:
        return Softphone(self.port, self.token(*options))

    def token(self, *options: str) -> str:
        made = self.hotline.admin("tokens", "make", "drill", *options)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    network = Network()
    try:
        network.hotline.start_daemon()
        yield network
    finally:
        network.hotline.close()


@pytest.fixture
def hotline(network: Network) -> Hotline:
    network.hotline.begins_anew()
    return network.hotline


class TestAnswers:
    def test_have_the_documented_fields_and_no_others(
        self, network: Network, hotline: Hotline
    ) -> None:
        shift = network.softphone("--role", "shift_supervisor")
        caller = hotline.talks_with("1001")
        hotline.waits("13800138000")
        for route in ROUTES:
            if route.method == "POST" or route.stream:
                continue
            path = route.path.replace("{call}", str(caller.uuid)).replace("{seat}", "1001")
            status, answer = shift.asks("GET", path)
            if route.name == "seat_follow_up":
                assert status == 409, "the seat has tried none"
                continue
            assert status == 200, (route.path, answer)
            model: TypeAdapter[Any] = TypeAdapter(route.answers)
            known = model.dump_python(model.validate_python(answer), mode="json")
            assert known == answer, route.path


class TestASeat:
    def test_signs_in_and_sees_itself(self, network: Network, hotline: Hotline) -> None:
        seat = network.softphone("--role", "seat", "--seat", "1001")
        status, view = seat.asks("POST", "/v1/seats/1001/sign-in", {"agent": "8001"})
        assert (status, view["state"]) == (200, "not_ready")
        assert seat.asks("POST", "/v1/seats/1001/ready", {})[1]["state"] == "ready"
        assert seat.asks("POST", "/v1/seats/1002/ready", {})[0] == 403
        assert [one["seat"] for one in seat.asks("GET", "/v1/seats")[1]] == ["1001"]

    def test_hears_of_its_caller_and_of_nobody_elses(
        self, network: Network, hotline: Hotline
    ) -> None:
        seat = network.softphone("--role", "seat", "--seat", "1001")
        other = network.softphone("--role", "seat", "--seat", "1002")
        listens = gevent.spawn(seat.hears, "call.ended")
        nothing = gevent.spawn(other.hears, "call.answered")
        wait_for(lambda: seat.position and other.position, "both listen")
        caller = hotline.talks_with("1001")
        caller.hang_up()
        heard = listens.get(timeout=30)
        kinds = [event["kind"] for event in heard if event["kind"].startswith("call.")]
        assert [kind for kind in kinds if kind != "call.pop"] == [
            "call.offered",
            "call.answered",
            "call.ended",
        ]
        states = [e["facts"]["state"] for e in heard if e["kind"] == "seat.state"]
        assert states[:4] == ["not_ready", "ready", "offered", "talking"]
        assert not nothing.ready()
        nothing.kill()


class TestTheWorkedExample:
    """The softphone in docs/integration.md, as it stands there."""

    def test_shows_who_calls_and_holds_on_the_return_key(
        self, network: Network, hotline: Hotline, tmp_path: Path
    ) -> None:
        page = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
        source = tmp_path / "softphone.py"
        source.write_text(page.split("```python\n")[1].split("```")[0], encoding="utf-8")
        words = [f"http://127.0.0.1:{network.port}", network.token("--seat", "1001"), "1001"]
        softphone = gevent.subprocess.Popen(
            [sys.executable, "-u", str(source), *words],
            stdin=gevent.subprocess.PIPE,
            stdout=gevent.subprocess.PIPE,
            stderr=gevent.subprocess.STDOUT,
            text=True,
        )
        said: list[str] = []
        reader = gevent.spawn(lambda: said.extend(iter(softphone.stdout.readline, "")))
        try:
            wait_for(lambda: "seat 1001 is signed_out\n" in said, "it listens")
            hotline.talks_with("1001")
            wait_for(lambda: "call is talking\n" in said, "it shows that they talk")
            softphone.stdin.write("\n")
            softphone.stdin.flush()
            wait_for(lambda: "call is held\n" in said, "it shows that the caller is held")
            softphone.stdin.write("\n")
            softphone.stdin.flush()
            wait_for(lambda: said[-1] == "call is talking\n", "it shows that they talk again")
        finally:
            softphone.kill()
            reader.join(timeout=10)
        assert "rings: 13937512345 for 12345\n" in said


class TestASupervisorWhoListens:
    def test_is_told_to_the_seat_and_to_supervisors_and_to_no_other_seat(
        self, network: Network, hotline: Hotline
    ) -> None:
        shift = network.softphone("--role", "shift_supervisor")
        seat = network.softphone("--role", "seat", "--seat", "1001")
        other = network.softphone("--role", "seat", "--seat", "1003")
        hotline.sim.seat("1002").will_answer()
        hotline.talks_with("1001")
        wait_for(lambda: hotline.client.get("calls")[0]["state"] == "talking", "they talk")
        followers = [gevent.spawn(one.hears, "call.taken_over") for one in (shift, seat)]
        nothing = gevent.spawn(other.hears, "call.taken_over")
        wait_for(lambda: shift.position and seat.position and other.position, "all listen")
        body = {"at": "1002", "who": "8001", "why": "quality"}
        assert shift.asks("POST", "/v1/seats/1001/supervise/listen", body)[0] == 200
        leg = wait_for(lambda: hotline.sim.seat("1002").leg, "the supervisor's phone rings")
        wait_for(lambda: leg.heard_by == "0", "the supervisor listens")
        assert shift.asks("POST", "/v1/seats/1001/supervise/take-over", body)[0] == 200
        for follower in followers:
            heard = {event["kind"]: event for event in follower.get(timeout=30)}
            listened, taken = heard["call.supervised"], heard["call.taken_over"]
            assert listened["seat"] == "1001"
            assert listened["facts"]["supervisor"]["seat"] == "1002"
            assert listened["facts"]["supervisor"]["mode"] == "listen"
            assert (taken["seat"], taken["facts"]["seats"]) == ("1001", ["1002"])
        assert not nothing.ready()
        nothing.kill()


class TestTheFeed:
    def test_is_resumed_after_the_daemon_has_been_restarted(
        self, network: Network, hotline: Hotline
    ) -> None:
        shift = network.softphone("--role", "shift_supervisor")
        hotline.makes_ready("1001")
        heard = shift.hears("seat.state", since="0")
        hotline.stop_daemon()
        hotline.start_daemon()
        hotline.client.seat("1001", "not-ready", reason="drill")
        again = shift.hears("seat.state", since=heard[-1]["id"])
        ids = [event["id"] for event in (*heard, *again)]
        assert len(set(ids)) == len(ids)
        assert "feed.gap" not in [event["kind"] for event in again]
