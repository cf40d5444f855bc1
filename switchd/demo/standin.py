"""The demo without a FreeSWITCH: the stand-in in a process of its own, people and all."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from switchd.config import Loaded
from switchd.demo import child
from switchd.demo.stage import House, People, StageFailed, on_stage, serving_seats
from switchd.demo.telephones.sipp import until
from switchd.site import domain

READY_SECONDS = 20.0


class StandInStage:
    """Its people call and answer from the beginning; they need nothing from the daemon."""

    what = "on a stand-in"

    def __init__(self, loaded: Loaded, folder: Path, people: People) -> None:
        """Start it and wait until it listens. Raises `StageFailed`."""
        self.password = secrets.token_urlsafe(24)
        self._output = folder / "stand-in.out"
        codes = loaded.server.feature_codes
        habits = people.agents
        arguments: Mapping[str, object] = {
            "city": loaded.plan.city,
            "domain": domain(loaded.plan.city),
            "trunk": next(iter(loaded.plan.trunks)),
            "seats": ",".join(serving_seats(loaded.plan)),
            "rate": people.calls_an_hour,
            "numbers": "12345",
            "talk": people.talk_seconds,
            "patience": people.patience_seconds,
            "codes": f"{codes.sign_in},{codes.ready}",
            "code-after-miss": codes.ready,
            "no-answer": habits.no_answer,
            "busy": habits.busy,
            "seed": people.seed,
            "speed": people.speed,
            "parent": os.getpid(),
        }
        options = [part for name, value in arguments.items() for part in (f"--{name}", str(value))]
        self._process = child.start(
            [sys.executable, "-m", "switchd.sim", *options],
            self._output,
            environment={**os.environ, "SWITCHD_SIM_PASSWORD": self.password},
        )
        try:
            self.city = on_stage(loaded, folder, self._wait_until_it_listens(), people)
        except BaseException:
            self.close()
            raise

    def _wait_until_it_listens(self) -> int:
        until(self._has_spoken, READY_SECONDS)
        said = self._output.read_text(errors="replace").strip()
        last = said.splitlines()[-1] if said else "no word from it"
        if not last.startswith("listening on "):
            raise StageFailed(f"the stand-in did not start: {last}; see {self._output}")
        return int(last.rsplit(":", 1)[1])

    def _has_spoken(self) -> bool:
        return self._process.poll() is not None or self._output.read_bytes().endswith(b"\n")

    def open(self, house: House) -> None:
        """Nothing to do: they are there."""

    def close(self) -> None:
        """End it."""
        child.end(self._process)
