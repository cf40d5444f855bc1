"""The command line's way to a running daemon."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

TIMEOUT_SECONDS = 10.0
RELOAD_SECONDS = 90.0
"""How long the daemon may take to read a city's folder."""


class NoDaemon(Exception):
    """Nobody answers on the socket."""


class Answer(Exception):
    """The daemon said no; the text is what it said, `body` the whole answer."""

    def __init__(self, text: str, body: Any = None) -> None:
        super().__init__(text)
        self.body = body


class Unreachable(Answer):
    """The daemon cannot answer because something that it needs is away."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("switchd", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    """Asks the daemon that serves on the Unix socket `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, what: str) -> Any:
        """Return what /v1/`what` shows. Raises `NoDaemon` or `Answer`."""
        return self._ask("GET", f"/v1/{what}", None)

    def seat(self, seat: str, verb: str, **body: str | bool) -> Any:
        """Do a seat verb. Raises `NoDaemon` or `Answer`."""
        given = {key: value for key, value in body.items() if value}
        return self._ask("POST", f"/v1/seats/{quote(seat, safe='')}/{verb}", given)

    def add_follow_ups(self, wishes: Sequence[Mapping[str, Any]], who: str) -> Any:
        """Have people asked how their matters went. Raises `NoDaemon` or `Answer`."""
        body = {"follow_ups": list(wishes), "who": who}
        return self._ask("POST", "/v1/follow-ups", body, RELOAD_SECONDS)

    def change_follow_up(self, id: int, verb: str, who: str) -> Any:
        """Cancel or retry a follow-up. Raises `NoDaemon` or `Answer`."""
        return self._ask("POST", f"/v1/follow-ups/{id}/{verb}", {"who": who})

    def follow_up_result(self, id: int, code: str, note: str, who: str) -> Any:
        """Put in what a person said. Raises `NoDaemon` or `Answer`."""
        body = {"result": code, "note": note, "who": who}
        return self._ask("POST", f"/v1/follow-ups/{id}/result", body)

    def seat_result(self, seat: str, code: str, note: str, who: str) -> Any:
        """The same of the follow-up that a seat tried last. Raises `NoDaemon` or `Answer`."""
        body = {"result": code, "note": note, "who": who}
        return self._ask("POST", f"/v1/seats/{quote(seat, safe='')}/follow-up/result", body)

    def control(self, seat: str, verb: str, **body: str) -> Any:
        """Do something with the call of a seat. Raises `NoDaemon` or `Answer`."""
        given = {key: value for key, value in body.items() if value}
        return self._ask("POST", f"/v1/seats/{quote(seat, safe='')}/call/{verb}", given)

    def dial(self, seat: str, number: str, line: str, who: str) -> Any:
        """Have a seat call a number. Raises `NoDaemon` or `Answer`."""
        body = {"number": number, "line": line, "who": who}
        return self._ask("POST", f"/v1/seats/{quote(seat, safe='')}/dial", body)

    def reload(self, who: str, why: str = "reload") -> Any:
        """Have the city's folder read again. Raises `NoDaemon` or `Answer`."""
        return self._ask("POST", "/v1/reload", {"who": who, "why": why}, RELOAD_SECONDS)

    def block(self, number: str, seconds: float | None, reason: str, who: str) -> Any:
        """Bar a caller's number, for ever if `seconds` is None. Raises `NoDaemon` or `Answer`."""
        body = {"seconds": seconds, "reason": reason, "who": who}
        return self._ask("POST", f"/v1/callers/{quote(number, safe='')}/block", body)

    def unblock(self, number: str, who: str) -> Any:
        """Let a number call again. Raises `NoDaemon` or `Answer`."""
        return self._ask("POST", f"/v1/callers/{quote(number, safe='')}/unblock", {"who": who})

    def add_callback(self, number: str, line: str, who: str) -> Any:
        """Have a number called back. Raises `NoDaemon` or `Answer`."""
        return self._ask("POST", "/v1/callbacks", {"number": number, "line": line, "who": who})

    def change_callback(self, id: int, verb: str, who: str) -> Any:
        """Cancel or retry a callback. Raises `NoDaemon` or `Answer`."""
        return self._ask("POST", f"/v1/callbacks/{id}/{verb}", {"who": who})

    def voicemail_handled(self, call: str, who: str) -> Any:
        """Mark a message as seen to. Raises `NoDaemon` or `Answer`."""
        return self._ask("POST", f"/v1/voicemails/{quote(call, safe='')}/handled", {"who": who})

    def waiting(self, call: str, verb: str, **body: Any) -> Any:
        """Rank, move or remove a waiting caller. Raises `NoDaemon` or `Answer`."""
        return self._ask("POST", f"/v1/waiting/{quote(call, safe='')}/{verb}", body)

    def group(self, group: str, verb: str, **body: Any) -> Any:
        """Pause or resume a group. Raises `NoDaemon` or `Answer`."""
        return self._ask("POST", f"/v1/groups/{quote(group, safe='')}/{verb}", body)

    def skills(self, agent: str, **body: Any) -> Any:
        """Change an agent's skills. Raises `NoDaemon` or `Answer`."""
        return self._ask("POST", f"/v1/agents/{quote(agent, safe='')}/skills", body)

    def supervise(self, what: str, target: str, verb: str, **body: str) -> Any:
        """Do what a supervisor asks for with one of the seats or calls (`what`). Raises `NoDaemon`
        or `Answer`."""
        return self._ask("POST", f"/v1/{what}/{quote(target, safe='')}/supervise/{verb}", body)

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> Any:
        connection = _UnixConnection(self._path, timeout)
        try:
            payload = orjson.dumps(body) if body is not None else None
            headers = {"Content-Type": "application/json"} if payload is not None else {}
            connection.request(method, path, payload, headers)
            response = connection.getresponse()
            answer = orjson.loads(response.read() or b"null")
        except OSError as error:
            raise NoDaemon(
                f"no switchd answers on {self._path} ({error.strerror or error}); "
                "is it running, and with this configuration folder?"
            ) from error
        except (http.client.HTTPException, orjson.JSONDecodeError) as error:
            raise NoDaemon(f"what answers on {self._path} is no switchd: {error}") from error
        finally:
            connection.close()
        if response.status >= 400:
            text = answer.get("detail") or answer.get("title") if answer else response.reason
            kind = Unreachable if response.status == 503 else Answer
            raise kind(str(text), answer)
        return answer
