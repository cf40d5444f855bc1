"""`switchd demo`, run as somebody would who has just cloned the repository."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from switchd.demo.telephones.sipp import until

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0
QUICK = ("--speed", "5", "--rate", "1500", "--seed", "12319")


def processes_of(folder: Path) -> list[str]:
    """Command lines of the processes that work in a folder or are told of it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            works_in = os.readlink(process / "cwd")
        except OSError:
            continue
        if str(folder) in f"{command} {works_in}":
            found.append(command)
    return found


@dataclass
class Demo:
    """One demo in a process of its own, with its data in a folder of its own."""

    process: subprocess.Popen[str]
    folder: Path

    def says(self, beginning: str) -> None:
        """Wait for the next line, which must begin like that."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith(beginning), line + self.process.stdout.read()

    def comes_to_its_end(self) -> str:
        """Return what it has printed; it must have ended well."""
        output, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert self.process.returncode == 0, output
        return output

    def is_told_to_end(self, how: signal.Signals) -> str:
        self.process.send_signal(how)
        return self.comes_to_its_end()

    def leaves_nothing_running(self) -> None:
        place = self.folder.parent
        assert until(lambda: not processes_of(place), PATIENCE_SECONDS), processes_of(place)

    @property
    def data(self) -> Path:
        (run,) = self.folder.iterdir()
        return run

    def count(self, condition: str) -> int:
        """How many calls in the records fulfil an SQL condition."""
        with sqlite3.connect(f"file:{self.data}/records.sqlite3?mode=ro", uri=True) as records:
            (number,) = records.execute(f"select count(*) from calls where {condition}").fetchone()  # noqa: S608
        return int(number)


StartDemo = Callable[..., Demo]


@pytest.fixture
def demo(tmp_path: Path) -> StartDemo:
    def start(*options: str) -> Demo:
        folder = tmp_path / "demo"
        command = [sys.executable, "-m", "switchd", "demo", "--keep", str(folder), *options]
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Demo(process, folder)

    return start


def figure(output: str, name: str) -> int:
    found = re.search(rf"^ *{name} +(\d+)$", output, re.MULTILINE)
    assert found, output
    return int(found[1])


class TestTheStandInDemo:
    def test_calls_are_answered_written_down_and_recorded(
        self, demo: StartDemo, tmp_path: Path
    ) -> None:
        running = demo("--stand-in", "--for", "12s", *QUICK, "--picture", "board.svg")
        output = running.comes_to_its_end()
        answered = figure(output, "answered")
        assert answered > 0
        cut_off = figure(output, "cut off by the end")
        assert running.count("outcome = 'answered'") >= answered
        assert running.count("true") == figure(output, "calls ended") + cut_off
        recordings = list((running.data / "recordings").rglob("*.wav"))
        assert recordings
        with wave.open(str(recordings[0])) as recording:
            assert recording.getnchannels() == 2
        running.leaves_nothing_running()
        assert not [word for word in ("warning", "error", "Traceback") if word in output]
        picture = (tmp_path / "board.svg").read_text()
        assert "intake" in picture
        assert "://" not in picture.replace("http://www.w3.org/2000/svg", "")

    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
    def test_ends_with_everything_that_it_started(
        self, demo: StartDemo, how: signal.Signals
    ) -> None:
        running = demo("--stand-in", *QUICK)
        running.says("waiting ")
        assert len(processes_of(running.folder.parent)) >= 3, "demo, stand-in and Redis"
        running.is_told_to_end(how)
        running.leaves_nothing_running()

    def test_leaves_nothing_behind_when_it_is_killed(self, demo: StartDemo) -> None:
        running = demo("--stand-in", *QUICK)
        running.says("waiting ")
        running.process.kill()
        running.process.communicate()
        running.leaves_nothing_running()


class TestADemoThatCannotBegin:
    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            (("--for", "60x"), "'60x' is no duration"),
            (("--speed", "0"), "greater than or equal to 0.1"),
            (("--city", "nowhere"), "nowhere: cannot be listed: No such file or directory"),
            (("--keep", "/dev/null"), "--keep names another"),
        ],
        ids=["time", "speed", "city", "folder"],
    )
    def test_says_why(self, demo: StartDemo, options: tuple[str, str], complaint: str) -> None:
        running = demo("--stand-in", *options)
        output, _ = running.process.communicate(timeout=PATIENCE_SECONDS)
        assert running.process.returncode != 0
        assert complaint in output

    def test_a_freeswitch_that_is_none_is_named(
        self, demo: StartDemo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FREESWITCH", "/nowhere/freeswitch")
        output, _ = demo().process.communicate(timeout=PATIENCE_SECONDS)
        assert "FREESWITCH=/nowhere/freeswitch is no program" in output
