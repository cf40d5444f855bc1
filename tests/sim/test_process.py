"""The stand-in as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from switchd.sim.__main__ import seat_numbers, weights
from tests.contract.client import Client

PARENT = """
import os, subprocess, sys
subprocess.Popen([sys.executable, *sys.argv[1:], "--parent", str(os.getpid())])
sys.stdin.read()
"""
COMMAND = [sys.executable, "-m", "switchd.sim", "--password", "secret", "--speed", "20"]


@pytest.fixture
def running() -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = subprocess.Popen(
        [*COMMAND, "--seats", "1001-1003", "--rate", "3600", "--recording-seconds", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready.startswith("listening on 127.0.0.1:")
    yield process, int(ready.rsplit(":", 1)[1])
    process.kill()
    process.wait()
    process.stdout.close()


class TestTheProcess:
    def test_serves_clients_and_brings_callers(
        self, running: tuple[subprocess.Popen[str], int]
    ) -> None:
        _, port = running
        with Client("127.0.0.1", port, "secret") as client:
            client.api("global_setvar switchd_alive=true")
            assert client.event("CHANNEL_PARK")["Caller-Destination-Number"] == "12345"

    def test_ends_at_sigterm(self, running: tuple[subprocess.Popen[str], int]) -> None:
        process, _ = running
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0

    def test_ends_when_its_parent_is_gone(self) -> None:
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, *COMMAND[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.getcwd()},
        )
        assert parent.stdout is not None
        port = int(parent.stdout.readline().rsplit(":", 1)[1])
        with Client("127.0.0.1", port, "secret") as client:
            parent.kill()
            parent.wait()
            assert client.closed.wait(20)
        parent.stdout.close()

    def test_ends_by_itself_after_its_time(self) -> None:
        done = subprocess.run(
            [*COMMAND, "--for", "0.1"],
            capture_output=True,
            text=True,
            timeout=30,
            env={**os.environ, "PYTHONPATH": os.getcwd()},
        )
        assert done.returncode == 0
        assert done.stderr == ""


class TestArguments:
    def test_seats_are_ranges_and_numbers(self) -> None:
        assert seat_numbers("1001-1003,2001") == ["1001", "1002", "1003", "2001"]

    def test_numbers_have_weights(self) -> None:
        assert weights("12345:9,12319") == {"12345": 9.0, "12319": 1.0}
