"""What the demo starts: a stand-in or a FreeSWITCH, and the people who call and answer."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from switchd.bootstrap import domain
from switchd.config import Loaded, Places

READY_SECONDS = 20.0
"""How long a stand-in may take until it listens."""
STOP_SECONDS = 5.0


class StageFailed(Exception):
    """What the demo needs could not be started; the text says what and why."""


@dataclass(frozen=True, slots=True)
class People:
    """How busy the demo is."""

    calls_an_hour: float
    talk_seconds: float
    patience_seconds: float
    speed: float
    seed: int


def on_stage(loaded: Loaded, folder: Path, port: int) -> Loaded:
    """The city with its data in `folder`, its own Redis and SQLite, and the switch on `port`."""
    server = loaded.server
    event_socket = server.freeswitch.event_socket.model_copy(
        update={"host": "127.0.0.1", "port": port}
    )
    return replace(
        loaded,
        server=replace(
            server,
            freeswitch=server.freeswitch.model_copy(update={"event_socket": event_socket}),
            password_file=folder / "event-socket.password",
            redis=None,
            sql=f"sqlite:///{folder / 'records.sqlite3'}",
            folders=Places(folder, folder / "recordings", server.folders.prompts),
        ),
    )


class StandIn:
    """The stand-in in a process of its own, with callers and seats."""

    what = "stand-in for FreeSWITCH"

    def __init__(self, loaded: Loaded, people: People) -> None:
        """Start it and wait until it listens. Raises `StageFailed`."""
        self.password = secrets.token_urlsafe(24)
        codes = loaded.server.feature_codes
        groups = {line.group for line in loaded.plan.lines.values()}
        seats = [s.number for s in loaded.plan.seats.values() if groups & set(s.groups)]
        arguments: Mapping[str, object] = {
            "city": loaded.plan.city,
            "domain": domain(loaded.plan.city),
            "trunk": next(iter(loaded.plan.trunks)),
            "seats": ",".join(seats),
            "rate": people.calls_an_hour,
            "numbers": "12345",
            "talk": people.talk_seconds,
            "patience": people.patience_seconds,
            "codes": f"{codes.sign_in},{codes.ready}",
            "code-after-miss": codes.ready,
            "no-answer": 0.02,
            "busy": 0.01,
            "seed": people.seed,
            "speed": people.speed,
        }
        options = [part for name, value in arguments.items() for part in (f"--{name}", str(value))]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "switchd.sim", *options],
            env={**os.environ, "SWITCHD_SIM_PASSWORD": self.password},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.port = self._wait_until_it_listens()

    def _wait_until_it_listens(self) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            self.stop()
            raise StageFailed(f"the stand-in did not start: {line.strip() or 'no word from it'}")
        return int(line.rsplit(":", 1)[1])

    def stop(self) -> None:
        """End it."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
