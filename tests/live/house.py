"""A house with a real FreeSWITCH in it, phones on its desks, and a street full of callers.

Everything is on loopback and on ports of its own. FreeSWITCH is started in the foreground with
the configuration that we render, and everything that was started ends with the house.
"""

from __future__ import annotations

import importlib
import os
import signal
import wave
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from routing.plan import Plan
from switchd.config import Loaded
from switchd.demo.freeswitch import FreeSwitchFailed, FreeSwitchProcess, find_program
from switchd.demo.telephones.exchange import Reach, Telephones
from switchd.demo.telephones.ports import FreePorts, rtp_range
from switchd.demo.telephones.sipp import SIPP, Phone, until
from switchd.freeswitch.render import Rendered, render
from switchd.freeswitch.settings import RenderSettings
from switchd.site import render_settings
from tests.freeswitch import city
from tests.live.event_socket import EventSocket

MAX_SESSIONS = 500


def reason_to_skip() -> str | None:
    """Tell why there can be no house here, or None if there can be one."""
    try:
        program = find_program(os.environ)
    except FreeSwitchFailed as failed:
        return str(failed)
    if program is None:
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
        program = find_program(os.environ)
        if program is None:
            raise RuntimeError(reason_to_skip())
        self.folder = folder
        self.plan = plan
        self.ports = FreePorts()
        self._clients: list[Any] = []
        self.settings = self._settings(changes)
        self.rendered: Rendered = render(plan, self.settings, folder / "freeswitch")
        self.host, self.port = self.rendered.event_socket
        self.password = self.rendered.event_socket_password
        self.domain = self.settings.domain
        reach = Reach(
            self.settings.sip_address,
            self.settings.trunk_port,
            self.settings.seats_port,
            self.domain,
            self.rendered.seat_passwords,
        )
        self.telephones = Telephones(folder / "telephones", reach, self.ports)
        self.call = self.telephones.call
        self.dial = self.telephones.dial
        self.register = self.telephones.register
        self._program = program
        self._process = FreeSwitchProcess(program, self.rendered, folder)
        try:
            self._process.wait_until_up(self.api)
        except BaseException:
            self.close()
            raise
        self.complaints_at_start = self.complaints
        self.is_controlled()

    @property
    def log(self) -> str:
        """FreeSWITCH's log, or what it said if it never came to write one."""
        return self._process.log

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

    def is_controlled(self) -> None:
        """Say what switchd says: calls are taken. Without it they go to the degraded context."""
        self.api("global_setvar switchd_alive=true")

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
        keys_by_rtp: bool = False,
    ) -> Phone | None:
        """Put a phone on a seat's desk and register it; returns when it is registered.

        Times are seconds: `answers_after` from ringing, `hangs_up_after` from answering. A seat
        that is not `registered` has no phone. `speaks` is a file of raw A-law that is sent again
        and again. Raises RuntimeError if the registration is refused.
        """
        if not registered:
            return None
        phone = self.telephones.phone(
            number,
            answers_after=None if no_answer else answers_after,
            refusal=486 if busy else 603 if refuses else None,
            hangs_up_after=hangs_up_after,
            speaks=speaks,
            keys_by_rtp=keys_by_rtp,
            password=password,
        )
        port = phone.ports[0]
        # FreeSWITCH says 200 OK before it has written the registration down, in two places.
        for table in (f"sofia_contact seats/{number}@{self.domain}", "show registrations as json"):
            if not until(lambda: f":{port}" in self.api(table), 10):  # noqa: B023 - done here
                raise RuntimeError(f"FreeSWITCH does not know where seat {number} is")
        return phone

    def api(self, line: str) -> str:
        """Ask FreeSWITCH something on a connection of its own."""
        with self.event_socket() as link:
            return link.api(line)

    def tidy(self) -> None:
        """End every call, take every phone from its desk, and wait until FreeSWITCH knows it."""
        self.telephones.end()
        if not any(self._ends_all() for _ in range(4)):
            left = self.api("show channels as json")
            raise RuntimeError(f"there are still calls or phones: {left}")

    def _ends_all(self) -> bool:
        """A call that begins meanwhile, as to a line that is kept open, takes another try."""
        self.api("hupall NORMAL_CLEARING")
        for number in self.plan.seats:
            self.api(f"sofia profile seats flush_inbound_reg {number}@{self.domain}")
        return until(self._is_tidy, 6)

    def freezes(self) -> None:
        """FreeSWITCH hangs (SIGSTOP), until `wakes`."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def wakes(self) -> None:
        """It goes on as if nothing had been."""
        os.kill(self._process.pid, signal.SIGCONT)

    def dies(self) -> None:
        """kill -9 of FreeSWITCH, until `comes_back`."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.stop()

    def comes_back(self) -> None:
        """Start a new one on what the old one left; returns when calls pass."""
        self.starts_again()
        self.waits_until_up()

    def starts_again(self) -> None:
        """Start a new one on what the old one left, and do not wait for it."""
        self._process = FreeSwitchProcess(self._program, self.rendered, self.folder)

    def waits_until_up(self) -> None:
        """Wait until calls pass."""
        self._process.wait_until_up(self.api)

    def close(self) -> None:
        """End every phone, every caller and FreeSWITCH."""
        for client in self._clients:
            client.close()
        self.telephones.end()
        self._process.stop()

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_tidy(self) -> bool:
        channels = self.api("show channels as json").replace(" ", "")
        phones = self.api("sofia xmlstatus profile seats reg")
        return channels.startswith('{"row_count":0') and "<user>" not in phones

    def is_up(self) -> bool:
        """Tell whether the event socket answers and both profiles run."""
        return self._process.is_up(self.api)

    def _settings(self, changes: Mapping[str, Any]) -> RenderSettings:
        prompts = self.folder / "prompts"
        music = prompts / "music"
        silence(prompts / self.plan.language / "all_busy.wav")
        silence(music / "calm.wav")
        recordings = self.folder / "recordings"
        recordings.mkdir()
        state = self.folder / "state"
        values: dict[str, Any] = {
            "domain": f"{self.plan.city}.switchd",
            "templates": Path(__file__).parents[2] / "dialplan",
            "prompts_dir": prompts,
            "all_busy": prompts / self.plan.language / "all_busy.wav",
            "music": dict.fromkeys((line.music for line in self.plan.lines.values()), music),
            "recordings_dir": recordings,
            "event_socket_password_file": state / "event-socket.password",
            "seat_passwords_file": state / "seat-passwords.json",
            "trunk_port": self.ports.take(),
            "seats_port": self.ports.take(),
            "trunk_addresses": dict.fromkeys(self.plan.trunks, ("127.0.0.1/32",)),
            "event_socket_port": self.ports.take(),
            "max_sessions": MAX_SESSIONS,
            "rtp_ports": rtp_range(2 * MAX_SESSIONS),
            "log_level": "debug",
        }
        return RenderSettings(**(values | dict(changes)))


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


def house_of(folder: Path, loaded: Loaded) -> House:
    """Start a FreeSWITCH below `folder` as the configuration of a city's node wants it."""
    wanted = render_settings(loaded)
    return House(
        folder, loaded.plan, **{one.name: getattr(wanted, one.name) for one in fields(wanted)}
    )


def silence(path: Path, seconds: float = 2.0) -> None:
    """Write a prompt of silence, 8 kHz mono."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(seconds * 8000))
