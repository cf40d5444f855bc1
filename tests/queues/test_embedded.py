"""The Redis inside the package: it starts, it is alone, and it never stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
import redis

from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis, EmbeddedRedisFailed
from switchd.queues.facts import QueueUnavailable
from tests.queues.hall import Hall, wait_until


def answers(url: str) -> bool:
    try:
        return bool(connect(url).ping())
    except redis.RedisError:
        return False


CHILD = """
import sys
from pathlib import Path
from switchd.queues.embedded import EmbeddedRedis
print(EmbeddedRedis(Path(sys.argv[1])).url, flush=True)
{then}
"""


def start_in_a_child(folder: Path, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD.format(then=then), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )


class TestEmbeddedRedis:
    def test_it_answers_on_a_socket_and_opens_no_port(self, tmp_path: Path) -> None:
        with EmbeddedRedis(tmp_path) as server:
            client = connect(server.url)
            assert client.config_get("port") == {"port": "0"}
            assert client.info("server")["process_id"] == server.pid

    def test_it_stops_and_may_be_stopped_again(self, tmp_path: Path) -> None:
        server = EmbeddedRedis(tmp_path)
        server.stop()
        server.stop()
        assert not answers(server.url)

    def test_its_data_end_with_it(self, tmp_path: Path) -> None:
        with EmbeddedRedis(tmp_path) as server:
            connect(server.url).set("key", "value")
        with EmbeddedRedis(tmp_path) as server:
            assert connect(server.url).get("key") is None

    def test_its_data_are_kept_where_wanted(self, tmp_path: Path) -> None:
        with EmbeddedRedis(tmp_path, keep=True) as server:
            connect(server.url).set("key", "value")
        with EmbeddedRedis(tmp_path, keep=True) as server:
            assert connect(server.url).get("key") == "value"

    def test_a_second_one_in_the_same_folder_is_refused(self, tmp_path: Path) -> None:
        with EmbeddedRedis(tmp_path) as server:
            with pytest.raises(EmbeddedRedisFailed, match="choose another folder"):
                EmbeddedRedis(tmp_path)
            assert answers(server.url)

    def test_a_folder_too_deep_for_a_socket_is_no_obstacle(self, tmp_path: Path) -> None:
        with EmbeddedRedis(tmp_path / ("deep" * 20) / ("deeper" * 20)) as server:
            assert answers(server.url)
            socket = Path(server.url.removeprefix("unix://"))
            assert socket.exists()
        assert not socket.parent.exists()

    def test_a_folder_name_with_spaces_and_chinese_works(self, tmp_path: Path) -> None:
        with EmbeddedRedis(tmp_path / "平顶山 50%") as server:
            assert answers(server.url)

    def test_a_server_that_cannot_start_says_where_its_log_is(self, tmp_path: Path) -> None:
        (tmp_path / "queue.aof").write_bytes(b"this is no Redis database")
        with pytest.raises(EmbeddedRedisFailed, match=r"redis\.log"):
            EmbeddedRedis(tmp_path, keep=True)

    def test_it_ends_with_the_program(self, tmp_path: Path) -> None:
        child = start_in_a_child(tmp_path, "")
        url, _ = child.communicate(timeout=60)
        assert child.returncode == 0
        assert not answers(url.strip())

    def test_one_that_is_killed_comes_back_with_everything_it_had(self, tmp_path: Path) -> None:
        """`watch` runs in a thread here; a daemon gives it a greenlet of its main thread."""
        with EmbeddedRedis(tmp_path, keep=True) as server:
            ends: list[str] = []
            watch = Thread(target=server.watch, args=(lambda: ends.append("ended"),))
            watch.start()
            connect(server.url).set("key", "value")
            os.kill(server.pid, signal.SIGKILL)
            wait_until(lambda: bool(ends) and answers(server.url))
            assert connect(server.url).get("key") == "value"
            assert ends == ["ended"]
        watch.join(20)
        assert not watch.is_alive()
        assert not answers(server.url)

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of it")
    def test_it_ends_even_if_the_program_is_killed(self, tmp_path: Path) -> None:
        child = start_in_a_child(tmp_path, "sys.stdin.read()")
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        assert answers(url)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        wait_until(lambda: not answers(url))


class TestWithoutRedis:
    def test_every_verb_says_that_the_queue_is_unavailable_and_why(self, tmp_path: Path) -> None:
        hall = Hall(connect(f"unix://{tmp_path}/nobody.sock"))
        with pytest.raises(QueueUnavailable, match=r"enqueue: .*nobody\.sock"):
            hall.call("c1")
        with pytest.raises(QueueUnavailable, match="snapshot"):
            hall.waiting()

    def test_after_a_restart_the_verbs_work_on_the_same_client(self, tmp_path: Path) -> None:
        """The new server knows none of the scripts, and old connections are dead."""
        with EmbeddedRedis(tmp_path) as server:
            hall = Hall(connect(server.url))
            hall.call("c1")
        with EmbeddedRedis(tmp_path):
            assert hall.call("c1") == 1
            assert hall.waiting() == ["c1"]
