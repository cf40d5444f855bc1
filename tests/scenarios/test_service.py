"""What systemd hears of a daemon (sd_notify)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gevent import socket

from tests.scenarios.hotline import ROOT, Hotline, wait_for

PATIENCE_USEC = 1_500_000


class Systemd:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.settimeout(0.05)
        self.heard: list[str] = []

    def hears(self, word: str) -> bool:
        """Whether somebody has said so, up to now."""
        try:
            while True:
                self.heard += self._socket.recv(4096).decode().splitlines()
        except TimeoutError:
            return word in self.heard

    def forget(self) -> None:
        self.hears("")
        self.heard.clear()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(own_hotline: Hotline) -> Iterator[Systemd]:
    systemd = Systemd(own_hotline.folder)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "NOTIFY_SOCKET": str(systemd.path),
        "WATCHDOG_USEC": str(PATIENCE_USEC),
    }
    own_hotline.daemon = subprocess.Popen(
        [sys.executable, "-m", "switchd", "run", "-c", str(own_hotline.city_folder)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: systemd.hears("READY=1"), "it is ready")
    yield systemd
    systemd.close()


class TestADaemonUnderSystemd:
    def test_says_that_it_is_ready_and_what_it_does(
        self, own_hotline: Hotline, systemd: Systemd
    ) -> None:
        assert any("commands FreeSWITCH for" in line for line in systemd.heard)

    def test_says_again_and_again_that_it_is_alive(
        self, own_hotline: Hotline, systemd: Systemd
    ) -> None:
        for _ in range(3):
            systemd.forget()
            wait_for(lambda: systemd.hears("WATCHDOG=1"), "a sign of life")

    def test_says_that_it_reloads_and_is_ready_again(
        self, own_hotline: Hotline, systemd: Systemd
    ) -> None:
        systemd.forget()
        assert own_hotline.daemon is not None
        own_hotline.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: systemd.hears("READY=1"), "it is ready again")
        assert systemd.heard.index("RELOADING=1") < systemd.heard.index("READY=1")

    def test_says_that_it_stops(self, own_hotline: Hotline, systemd: Systemd) -> None:
        assert own_hotline.stop_daemon() == 0
        assert systemd.hears("STOPPING=1")
