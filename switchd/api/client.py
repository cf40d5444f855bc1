"""The command line's way to a running daemon."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

TIMEOUT_SECONDS = 10.0


class NoDaemon(Exception):
    """Nobody answers on the socket."""


class Answer(Exception):
    """The daemon said no; the text is what it said."""


class Unreachable(Answer):
    """The daemon cannot answer because something that it needs is away."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("switchd", timeout=TIMEOUT_SECONDS)
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

    def seat(self, seat: str, verb: str, **body: str) -> Any:
        """Do a seat verb. Raises `NoDaemon` or `Answer`."""
        given = {key: value for key, value in body.items() if value}
        return self._ask("POST", f"/v1/seats/{quote(seat, safe='')}/{verb}", given)

    def _ask(self, method: str, path: str, body: dict[str, str] | None) -> Any:
        connection = _UnixConnection(self._path)
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
            text = answer.get("description") or answer.get("title") if answer else response.reason
            kind = Unreachable if response.status == 503 else Answer
            raise kind(str(text))
        return answer
