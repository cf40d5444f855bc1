"""A master, its replica and a Sentinel that watches them, on loopback."""

from __future__ import annotations

import signal
import socket
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Self

import redis

from switchd.queues.embedded import server_binary
from switchd.queues.verbs import pairs
from tests.queues.hall import wait_until

SERVICE: Final = "hotline"
DOWN_MS: Final = 400
"""How long a server may be silent before the Sentinel takes it for dead."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """redis-server on a TCP port, which Sentinels need."""

    def __init__(self, folder: Path, name: str, *options: str, sentinel: str = "") -> None:
        self.port = _free_port()
        self._folder = folder / name
        self._folder.mkdir(parents=True)
        words = ["port", str(self.port), "bind", "127.0.0.1", "dir", str(self._folder), *options]
        settings = [f"{words[n]} {words[n + 1]}" for n in range(0, len(words), 2)]
        self._conf = self._folder / "redis.conf"
        self._conf.write_text("\n".join([*settings, sentinel, ""]))
        self._mode = ("--sentinel",) if sentinel else ()
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [server_binary(), str(self._conf), *self._mode], stdout=log, stderr=log
            )
        wait_until(self._answers)
        return process

    def client(self) -> closing[redis.Redis]:
        return closing(redis.Redis(port=self.port, decode_responses=True))

    def _answers(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    def says(self, *words: str) -> Any:
        with self.client() as client:
            return client.execute_command(*words)

    def role(self) -> str:
        with self.client() as client:
            return str(client.info("replication")["role"])

    def is_killed(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def starts_again(self) -> None:
        self.process = self._start()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()


class Watched:
    """All three; `master` and `replica` are what they were at the beginning."""

    def __init__(self, folder: Path) -> None:
        plain = ("save", '""', "appendonly", "no", "repl-diskless-sync-delay", "0")
        self.master = Server(folder, "first", *plain)
        self.replica = Server(
            folder, "second", *plain, "replicaof", f"127.0.0.1 {self.master.port}"
        )
        wait_until(lambda: self.follows(self.replica))
        self.sentinel = Server(
            folder,
            "sentinel",
            sentinel="\n".join(
                [
                    f"sentinel monitor {SERVICE} 127.0.0.1 {self.master.port} 1",
                    f"sentinel down-after-milliseconds {SERVICE} {DOWN_MS}",
                    f"sentinel failover-timeout {SERVICE} 2000",
                ]
            ),
        )
        wait_until(self._is_ready)
        self.url = f"redis+sentinel://127.0.0.1:1,127.0.0.1:{self.sentinel.port}/{SERVICE}"
        """The first of them is not there."""

    def _is_ready(self) -> bool:
        """Whether the Sentinel has looked at the replica, so that it may become the master."""
        for fields in self.sentinel.says("SENTINEL", "replicas", SERVICE):
            found = fields if isinstance(fields, dict) else pairs(fields)
            return found["flags"] == "slave" and found["master-link-status"] == "ok"
        return False

    @staticmethod
    def follows(server: Server) -> bool:
        """Whether it has all that its master has."""
        with server.client() as client:
            return bool(client.info("replication").get("master_link_status") == "up")

    def fails_over(self) -> None:
        """An admin makes the replica the master; the old master lives, and follows."""
        wait_until(self._failover_begins)
        wait_until(lambda: self.replica.role() == "master")
        wait_until(lambda: self.master.role() == "slave")

    def _failover_begins(self) -> bool:
        try:
            self.sentinel.says("SENTINEL", "failover", SERVICE)
        except redis.ResponseError:  # it has not looked at the replica yet
            return False
        return True

    def stop(self) -> None:
        for server in (self.sentinel, self.replica, self.master):
            server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
