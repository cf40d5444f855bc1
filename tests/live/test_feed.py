"""The feed of a call on a real FreeSWITCH, as an application beside the softphones hears it."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.live.hotline import LiveHotline

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
MOBILE = "13950000001"


class Listener:
    """Follows `/v1/events` on the daemon's own socket."""

    def __init__(self, path: Path) -> None:
        self._connection = http.client.HTTPConnection("switchd", timeout=40)
        self._connection.sock = socket.socket(socket.AF_UNIX)
        self._connection.sock.settimeout(40)
        self._connection.sock.connect(str(path))
        self._connection.request("GET", "/v1/events")
        self._lines = self._connection.getresponse()
        self._lines.readline()
        """It is followed from here on."""

    def hears(self, last: str) -> list[dict[str, Any]]:
        """Everything up to the first event of a kind."""
        heard = []
        while line := self._lines.readline():
            if line.startswith(b"data: "):
                heard.append(orjson.loads(line[6:]))
                if heard[-1]["kind"] == last:
                    break
        return heard

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path) as hotline:
        yield hotline


@pytest.fixture
def listener(hotline: LiveHotline) -> Iterator[Listener]:
    listener = Listener(hotline.state / "switchd.sock")
    yield listener
    listener.close()


def states(hotline: LiveHotline) -> list[str]:
    return [call["state"] for call in hotline.client.get("calls")]


class TestTheFeedOfACall:
    def test_tells_each_step_once_and_in_order(
        self, hotline: LiveHotline, listener: Listener
    ) -> None:
        hotline.house.seat("1001", answers_after=0.3)
        hotline.makes_ready("1001")
        hotline.house.call(MOBILE, "12345", hangs_up_after=12.0)
        hotline.waits_until(lambda: states(hotline) == ["talking"], "they talk")
        for verb, state in (("hold", "held"), ("resume", "talking")):
            hotline.client.control("1001", verb, who="test")
            hotline.waits_until(lambda s=state: states(hotline) == [s], state)
        told = [event for event in listener.hears("call.ended") if event.get("call")]
        kinds = [event["kind"] for event in told]
        steps = ("arrived", "queued", "offered", "answered", "held", "talking", "ended")
        expected = [f"call.{step}" for step in steps]
        assert [kind for kind in kinds if kind in expected] == expected, kinds
        record = hotline.record(MOBILE)
        assert {event["call"] for event in told} == {record.call}
        ended = told[-1]["facts"]
        assert (ended["outcome"], ended["ended_by"]) == ("answered", "caller")
