"""Telling the city's own system of messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import gevent
import orjson
import pytest

from switchd.callbacks.notifier import FIRST_PAUSE_SECONDS, Notifier, NotTaken
from switchd.callbacks.ports import Away, Message
from switchd.keeping import post_json
from switchd.unbroken import unbroken
from tests.calls.house import FakeClock, wait_until
from tests.routing.build import NOW

LEFT = Message("call-1", "13937512345", "12345", "intake", NOW, 12.5, "m.wav", None, 0, None, "")
URL = "http://127.0.0.1:9/voicemail"


class Box:
    """Implements `callbacks.ports.Mailbox`."""

    def __init__(self, *messages: Message) -> None:
        self.messages = {one.call: one for one in messages}
        self.is_away = False

    def latest(self, limit: int, unhandled: bool) -> Sequence[Message]:
        return list(self.messages.values())

    def unnotified(self, limit: int, most_tries: int) -> Sequence[Message]:
        if self.is_away:
            raise Away("SQL is away")
        return [one for one in self.messages.values() if one.notified_at is None]

    def tried(self, call: str, notified_at: float | None) -> None:
        known = self.messages[call]
        tries = known.notify_tries + 1
        self.messages[call] = replace(known, notify_tries=tries, notified_at=notified_at)

    def handle(self, call: str, at: float, who: str) -> Message | None:
        return None


class City:
    """Somebody who takes messages, or not."""

    def __init__(self) -> None:
        self.got: list[Mapping[str, Any]] = []
        self.listens = True

    def __call__(self, url: str, facts: Mapping[str, Any]) -> None:
        if not self.listens:
            raise NotTaken("refused")
        self.got.append(facts)


def notifier(box: Box, city: City, clock: FakeClock, url: str = URL) -> Notifier:
    return Notifier(box, city, lambda: url, "pingdingshan", clock)


class TestTelling:
    def test_each_message_is_told_once_with_who_when_and_where_it_lies(self) -> None:
        box, city = Box(LEFT, replace(LEFT, call="call-2")), City()
        assert notifier(box, city, FakeClock()).tell()
        assert [facts["call"] for facts in city.got] == ["call-1", "call-2"]
        assert city.got[0] == {
            "event": "voicemail",
            "city": "pingdingshan",
            "call": "call-1",
            "number": "13937512345",
            "line": "12345",
            "group": "intake",
            "left_at": NOW,
            "seconds": 12.5,
            "recording": "m.wav",
        }

    def test_what_is_not_taken_is_told_again_after_a_pause(self) -> None:
        box, city, clock = Box(LEFT), City(), FakeClock()
        city.listens = False
        telling = notifier(box, city, clock)
        running = gevent.spawn(telling.run)
        wait_until(lambda: clock.timers)
        assert box.messages["call-1"].notify_tries == 1
        city.listens = True
        clock.passes(FIRST_PAUSE_SECONDS)
        wait_until(lambda: city.got)
        assert box.messages["call-1"].notified_at == clock.now()
        telling.stop()
        running.get(timeout=30)

    def test_after_a_defect_it_is_begun_again_with_what_was_not_told(self) -> None:
        box, city = Box(LEFT), City()
        posts = iter((KeyError("call"), None))

        def post(url: str, facts: Mapping[str, Any]) -> None:
            if (defect := next(posts)) is not None:
                raise defect
            city(url, facts)

        telling = Notifier(box, post, lambda: URL, "pingdingshan", FakeClock())
        running = gevent.spawn(unbroken, telling.run, lambda seconds: None)
        wait_until(lambda: city.got)
        telling.stop()
        running.get(timeout=30)

    def test_without_sql_nothing_is_told(self) -> None:
        box = Box(LEFT)
        box.is_away = True
        assert not notifier(box, City(), FakeClock()).tell()


class _Taker(BaseHTTPRequestHandler):
    status = 204
    taken: list[Any] = []  # noqa: RUF012 - one server in each test

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.taken.append((self.path, orjson.loads(self.rfile.read(length))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class TestPosting:
    @pytest.fixture
    def server(self) -> Any:
        server = HTTPServer(("127.0.0.1", 0), _Taker)
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
        server.server_close()

    def test_facts_arrive_as_json(self, server: HTTPServer) -> None:
        post_json(f"http://127.0.0.1:{server.server_port}/voicemail?key=1", {"call": "回拨"})
        assert _Taker.taken[-1] == ("/voicemail?key=1", {"call": "回拨"})

    def test_an_answer_that_is_not_2xx_has_not_taken_them(
        self, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_Taker, "status", 500)
        with pytest.raises(NotTaken, match="answered 500"):
            post_json(f"http://127.0.0.1:{server.server_port}/", {})

    def test_where_nobody_listens_nobody_has_taken_them(self) -> None:
        with pytest.raises(NotTaken):
            post_json(URL, {})
