"""Events as bytes: what every event begins with, and where FreeSWITCH says that it comes from."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import quote

import orjson

VERSION = "1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit"

_SOURCES = {
    "CHANNEL_CREATE": ("switch_core_state_machine.c", "switch_core_session_run", 630),
    "CHANNEL_DESTROY": ("switch_core_session.c", "switch_core_session_perform_destroy", 1618),
    "CHANNEL_EXECUTE": ("switch_core_session.c", "switch_core_session_exec", 2913),
    "CHANNEL_EXECUTE_COMPLETE": ("switch_core_session.c", "switch_core_session_exec", 2972),
    "CHANNEL_PARK": ("switch_ivr.c", "switch_ivr_park", 1002),
    "CHANNEL_UNPARK": ("switch_ivr.c", "switch_ivr_park", 1127),
    "CHANNEL_ANSWER": ("switch_channel.c", "switch_channel_perform_mark_answered", 3869),
    "CHANNEL_HANGUP": ("switch_channel.c", "switch_channel_perform_hangup", 3501),
    "CHANNEL_HANGUP_COMPLETE": (
        "switch_core_state_machine.c",
        "switch_core_session_reporting_state",
        943,
    ),
    "CHANNEL_BRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", 1689),
    "CHANNEL_UNBRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", 1879),
    "BACKGROUND_JOB": ("mod_event_socket.c", "api_exec", 1580),
    "HEARTBEAT": ("switch_core.c", "send_heartbeat", 95),
}
_ELSEWHERE = ("switch_core.c", "switch_core_event", 1)


class Renderer:
    """Renders events of one run of the stand-in; `core` is its Core-UUID."""

    def __init__(self, core: str) -> None:
        self.core = core
        self.sequence = 0
        self._second = -1
        self._date = b""
        self._host = (
            b',"Core-UUID":%b,"FreeSWITCH-Hostname":"standin","FreeSWITCH-Switchname":"standin"'
            b',"FreeSWITCH-IPv4":"127.0.0.1","FreeSWITCH-IPv6":"::1"'
        ) % orjson.dumps(core)
        self._sources = {
            name: self._source(*source) for name, source in {**_SOURCES, "": _ELSEWHERE}.items()
        }

    def event(self, name: str, at: float, first: bytes = b"", rest: bytes = b"") -> bytes:
        """One event as JSON; `at` is in seconds since the epoch, the blocks begin with a comma."""
        second = int(at)
        if second != self._second:
            self._second = second
            self._date = (
                time.strftime(',"Event-Date-Local":"%Y-%m-%d %H:%M:%S"', time.localtime(at))
                + time.strftime(',"Event-Date-GMT":"%a, %d %b %Y %H:%M:%S GMT"', time.gmtime(at))
            ).encode()
        return (
            b'{"Event-Name":"%b"%b%b,"Event-Date-Timestamp":"%d"%b,"Event-Sequence":"%d"%b%b}'
            % (
                name.encode(),
                self._host,
                self._date,
                int(at * 1_000_000),
                self._sources.get(name) or self._sources[""],
                self.sequence,
                first,
                rest,
            )
        )

    @staticmethod
    def _source(file: str, function: str, line: int) -> bytes:
        return (
            b',"Event-Calling-File":"%b","Event-Calling-Function":"%b"'
            b',"Event-Calling-Line-Number":"%d"'
        ) % (file.encode(), function.encode(), line)


def as_plain(body: bytes) -> bytes:
    """The same event in the form of `event plain`: values url-encoded, an inner body behind."""
    headers: Mapping[str, str] = orjson.loads(body)
    inner = headers.get("_body", "")
    lines = [
        f"{name}: {quote(value, safe=' /:@!*$()[],;=<>') or '_undef_'}"
        for name, value in headers.items()
        if name != "_body"
    ]
    return ("\n".join(lines) + "\n\n" + inner).encode()
