"""A house with a real FreeSWITCH in it, phones on its desks, and a street full of callers.

Everything is on loopback and on ports of its own. FreeSWITCH is started in the foreground with
the configuration that we render, and everything that was started ends with the house.
"""

from __future__ import annotations

import importlib
import itertools
import os
import random
import shutil
import socket
import subprocess
import wave
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from routing.plan import Plan
from switchd.freeswitch.render import PROFILES, Rendered, render
from switchd.freeswitch.settings import RenderSettings
from tests.freeswitch import city
from tests.live.event_socket import EventSocket
from tests.live.sipp import REFUSALS, SIPP, Call, Phone, Sipp, until

LIFE_SECONDS = 900
"""FreeSWITCH is ended after this time, whatever happens to the tests."""


def freeswitch_binary() -> str | None:
    """Return FreeSWITCH's path: what FREESWITCH names, or else what is on the PATH."""
    named = os.environ.get("FREESWITCH")
    if named:
        return named if os.access(named, os.X_OK) else None
    return shutil.which("freeswitch")


def reason_to_skip() -> str | None:
    """Tell why there can be no house here, or None if there can be one."""
    if freeswitch_binary() is None:
        named = os.environ.get("FREESWITCH")
        if named:
            return f"FREESWITCH={named} is no program"
        return "no FreeSWITCH: set FREESWITCH=/path/to/freeswitch or put freeswitch on the PATH"
    if SIPP is None:
        return "sipp is not on the PATH (Debian and Ubuntu: apt install sip-tester)"
    return None


class House:
    """A running FreeSWITCH and everybody who has a telephone.

    It has the shape that the contract tests ask for, and more.
    """

    trunk_profile = "trunk"

    def __init__(self, folder: Path, plan: Plan, **changes: Any) -> None:
        """Render for `plan` (settings may be changed by name), start, and wait until calls pass.

        Raises RuntimeError with the end of FreeSWITCH's log if it does not come up.
        """
        binary = freeswitch_binary()
        if binary is None:
            raise RuntimeError(reason_to_skip())
        self.folder = folder
        self.plan = plan
        self._ports: set[int] = set()
        self._started: list[Sipp] = []
        self._clients: list[Any] = []
        self._numbers = itertools.count(1)
        self.settings = self._settings(changes)
        self.rendered: Rendered = render(plan, self.settings, folder / "freeswitch")
        self.host, self.port = self.rendered.event_socket
        self.password = self.rendered.event_socket_password
        self.domain = self.settings.domain
        arguments = self.rendered.arguments(folder / "work")
        with (folder / "freeswitch.out").open("wb") as output:
            self._process = subprocess.Popen(
                ["timeout", "-k", "5", str(LIFE_SECONDS), binary, "-np", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            if not until(self.is_up, 60):
                raise RuntimeError(f"FreeSWITCH did not come up:\n{self.log[-3000:]}")
        except BaseException:
            self.close()
            raise
        self.complaints_at_start = self.complaints

    @property
    def log(self) -> str:
        """FreeSWITCH's log, or what it said if it never came to write one."""
        path = self.folder / "work" / "log" / "freeswitch.log"
        path = path if path.exists() else self.folder / "freeswitch.out"
        return path.read_text(errors="replace")

    @property
    def complaints(self) -> list[str]:
        """Lines of the log that tell of an error."""
        return [
            line for line in self.log.splitlines() if any(f"[{x}]" in line for x in _COMPLAINTS)
        ]

    def esl(self, events: str | None = None) -> Any:
        """Return a new connection by the contract tests' own client; it ends with the house."""
        client_of_the_contract = importlib.import_module("tests.contract.client")
        subscription = () if events is None else (events,)
        client = client_of_the_contract.Client(self.host, self.port, self.password, *subscription)
        self._clients.append(client)
        return client

    def event_socket(self) -> EventSocket:
        """Return a new connection, logged in."""
        return EventSocket(self.host, self.port, self.password)

    def seat(
        self,
        number: str,
        *,
        answers_after: float = 0.2,
        busy: bool = False,
        no_answer: bool = False,
        refuses: bool = False,
        registered: bool = True,
        hangs_up_after: float | None = None,
        password: str | None = None,
        speaks: Path | None = None,
    ) -> Phone | None:
        """Put a phone on a seat's desk and register it; returns when it is registered.

        Times are seconds: `answers_after` from ringing, `hangs_up_after` from answering. A seat
        that is not `registered` has no phone. `speaks` is a file of raw A-law that is sent again
        and again. Raises RuntimeError if the registration is refused.
        """
        if not registered:
            return None
        refusal = 486 if busy else 603 if refuses else None
        phone = Phone(
            self.folder / "phones" / f"{number}-{next(self._numbers)}",
            "phone",
            {
                "user": number,
                "refusal": refusal,
                "answers_after": None if no_answer else max(1, int(answers_after * 1000)),
                "hangs_up_after": _milliseconds(hangs_up_after),
                "speaks": str(speaks) if speaks else "",
            },
            port=(port := self._free_port()),
            options=["-mp", str(self._free_port()), "-aa"],
        )
        self._started.append(phone)
        if not self.register(number, port, password):
            raise RuntimeError(f"seat {number} could not register")
        # FreeSWITCH says 200 OK before it has written the registration down, in two places.
        for table in (f"sofia_contact seats/{number}@{self.domain}", "show registrations as json"):
            if not until(lambda: f":{port}" in self.api(table), 10):  # noqa: B023 - done here
                raise RuntimeError(f"FreeSWITCH does not know where seat {number} is")
        return phone

    def register(
        self,
        number: str,
        contact_port: int,
        password: str | None = None,
        *,
        port: int | None = None,
    ) -> bool:
        """Register a seat's phone that listens on `contact_port`; tell whether it was accepted.

        `port` is FreeSWITCH's, if not that of the seats.
        """
        registration = Sipp(
            self.folder / "registrations" / f"{number}-{next(self._numbers)}",
            "register",
            {
                "user": number,
                "domain": self.domain,
                "password": password or self.rendered.seat_passwords[number],
                "contact_port": contact_port,
            },
            port=self._free_port(),
            target=(self.settings.sip_address, port or self.settings.seats_port),
            options=["-m", "1", "-mp", str(self._free_port())],
        )
        self._started.append(registration)
        return registration.wait(20) and registration.count("registered") == 1

    def call(
        self,
        caller: str,
        dialled: str,
        *,
        keys: Iterable[tuple[float, str]] = (),
        hangs_up_after: float | None = None,
        name: str = "",
        headers: Mapping[str, str] | None = None,
        speaks: Path | None = None,
        source: str = "127.0.0.1",
        times: int = 1,
        per_second: float = 10.0,
    ) -> Call:
        """Call from the carrier's side.

        `keys` are (seconds after the answer, key), sent by SIP INFO. `hangs_up_after` counts
        seconds from the answer, or from dialling as long as nobody has answered; None waits for
        the other side to hang up. With `times` as many callers do the same, `per_second` a second.
        """
        return self._call(
            (self.settings.sip_address, self.settings.trunk_port),
            who=caller,
            dialled=dialled,
            steps=_steps(keys, hangs_up_after),
            hangs_up_after=_milliseconds(hangs_up_after),
            name=name,
            headers=headers or {},
            speaks=str(speaks) if speaks else "",
            source=source,
            options=["-m", str(times), "-l", str(times), "-r", f"{per_second:g}"],
        )

    def dial(
        self,
        seat: str,
        dialled: str,
        *,
        password: str | None = None,
        claims_to_be: str | None = None,
        hangs_up_after: float | None = None,
    ) -> Call:
        """Dial on a seat's phone. `claims_to_be` goes into From; the digest is `seat`'s."""
        return self._call(
            (self.settings.sip_address, self.settings.seats_port),
            who=claims_to_be or seat,
            dialled=dialled,
            steps=_steps((), hangs_up_after),
            hangs_up_after=_milliseconds(hangs_up_after),
            username=seat,
            password=password or self.rendered.seat_passwords[seat],
            options=["-m", "1"],
        )

    def api(self, line: str) -> str:
        """Ask FreeSWITCH something on a connection of its own."""
        with self.event_socket() as link:
            return link.api(line)

    def tidy(self) -> None:
        """End every call, take every phone from its desk, and wait until FreeSWITCH knows it."""
        self.api("hupall NORMAL_CLEARING")
        for each in self._started:
            each.kill()
        self._started.clear()
        for number in self.plan.seats:
            self.api(f"sofia profile seats flush_inbound_reg {number}@{self.domain}")
        if not until(self._is_tidy, 20):
            raise RuntimeError("there are still calls or phones")

    def close(self) -> None:
        """End every phone, every caller and FreeSWITCH."""
        for client in self._clients:
            client.close()
        for each in self._started:
            each.kill()
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=10)

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(
        self,
        target: tuple[str, int],
        *,
        source: str = "127.0.0.1",
        options: Sequence[str],
        **values: object,
    ) -> Call:
        nobody = {"name": "", "headers": {}, "speaks": "", "username": "", "password": ""}
        call = Call(
            self.folder / "callers" / str(next(self._numbers)),
            "caller",
            {
                **nobody,
                **values,
                "contact": values["who"],
                "domain": self.domain,
                "refusals": REFUSALS,
            },
            port=self._free_port(),
            target=target,
            source=source,
            options=["-mp", str(self._free_port()), *options],
        )
        self._started.append(call)
        return call

    def _is_tidy(self) -> bool:
        channels = self.api("show channels as json").replace(" ", "")
        phones = self.api("sofia xmlstatus profile seats reg")
        return channels.startswith('{"row_count":0') and "<user>" not in phones

    def is_up(self) -> bool:
        """Tell whether the event socket answers and both profiles run."""
        if self._process.poll() is not None:
            raise RuntimeError(f"FreeSWITCH ended at once:\n{self.log[-3000:]}")
        try:
            answer = self.api("sofia status")
        except OSError:
            return False
        return all(f"{name}\tprofile" in _squeeze(answer) for name in PROFILES) and (
            answer.count("RUNNING") == len(PROFILES)
        )

    def _settings(self, changes: Mapping[str, Any]) -> RenderSettings:
        prompts = self.folder / "prompts"
        music = prompts / "music"
        silence(prompts / self.plan.language / "all_busy.wav")
        silence(music / "calm.wav")
        recordings = self.folder / "recordings"
        recordings.mkdir()
        state = self.folder / "state"
        # Below the ports that the kernel gives out, which SIPp and the event socket use.
        rtp = random.randrange(10_000, 30_000, 2)
        values: dict[str, Any] = {
            "domain": f"{self.plan.city}.switchd",
            "templates": Path(__file__).parents[2] / "dialplan",
            "prompts_dir": prompts,
            "all_busy": prompts / self.plan.language / "all_busy.wav",
            "music": dict.fromkeys((line.music for line in self.plan.lines.values()), music),
            "recordings_dir": recordings,
            "event_socket_password_file": state / "event-socket.password",
            "seat_passwords_file": state / "seat-passwords.json",
            "trunk_port": self._free_port(),
            "seats_port": self._free_port(),
            "trunk_addresses": dict.fromkeys(self.plan.trunks, ("127.0.0.1/32",)),
            "event_socket_port": self._free_port(),
            "max_sessions": 500,
            "rtp_ports": (rtp, rtp + 2000),
            "log_level": "debug",
        }
        return RenderSettings(**(values | dict(changes)))

    def _free_port(self) -> int:
        """Return a port that neither TCP nor UDP uses, and that was not given out before.

        SIPp takes two more ports behind the one for media.
        """
        while True:
            with (
                socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
            ):
                stream.bind(("127.0.0.1", 0))
                port = int(stream.getsockname()[1])
                if not self._ports.isdisjoint(range(port - 3, port + 4)):
                    continue
                try:
                    datagram.bind(("127.0.0.1", port))
                except OSError:
                    continue
                self._ports.add(port)
                return port


_COMPLAINTS = ("ERR", "CRIT", "ALERT", "EMERG")


def open_house(folder: Path, plan: Plan | None = None, **changes: Any) -> House | None:
    """Start a FreeSWITCH below `folder`; None where there is none, see `reason_to_skip`.

    Without a `plan` it is that of a small city with the seats 1001 to 1005 and 2001. Settings
    may be changed by name.
    """
    if reason_to_skip() is not None:
        return None
    seats = ("1001", "1002", "1003", "1004", "1005", "2001")
    return House(folder, plan or city.plan(seats=dict.fromkeys(seats, "")), **changes)


def silence(path: Path, seconds: float = 2.0) -> None:
    """Write a prompt of silence, 8 kHz mono."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(seconds * 8000))


def _steps(
    keys: Iterable[tuple[float, str]], hangs_up_after: float | None
) -> list[dict[str, object]]:
    """Turn moments after the answer into waits, in milliseconds, between one and the next."""
    steps: list[dict[str, object]] = []
    elapsed = 0.0
    for at, key in sorted(keys):
        steps.append({"wait": max(1, int((at - elapsed) * 1000)), "key": key})
        elapsed = at
    if hangs_up_after is not None:
        steps.append({"wait": max(1, int((hangs_up_after - elapsed) * 1000)), "key": ""})
    return steps


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else max(1, int(seconds * 1000))


def _squeeze(text: str) -> str:
    return "\n".join("\t".join(line.split()) for line in text.splitlines())
