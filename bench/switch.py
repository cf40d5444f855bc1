"""A real FreeSWITCH for benchmarks, with mod_callcenter beside switchd, and SIPp's telephones.

Both distributors serve the same seats in the same process, one after the other: callers who dial
`RIVAL` reach mod_callcenter, all others the daemon. The seats' phones write down when an INVITE
came and when their BYE was confirmed, so both are measured with the same clock at the same place.
"""

from __future__ import annotations

import math
import os
import socket
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import orjson

from switchd.api.client import Client, NoDaemon
from switchd.city import load_city
from switchd.config import Loaded
from switchd.demo import child
from switchd.demo.freeswitch import FreeSwitchProcess, find_program
from switchd.demo.telephones.exchange import Reach, Telephones
from switchd.demo.telephones.ports import FreePorts, rtp_range
from switchd.demo.telephones.sipp import SIPP, Phone, until
from switchd.esl.wire import Frame, WireReader
from switchd.freeswitch.render import Rendered, render
from switchd.site import environment_modules, render_settings

RIVAL = "96000"
QUEUE = "bench@default"
LEGS = 2000
PACKET_MS = 120
"""The longest packets that FreeSWITCH has for G.711."""
PHONES = 10
"""SIPp processes; each is the phone of every tenth seat."""
_ROOT = Path(__file__).resolve().parents[1]
_ENTRANCE = f"""<context name="switchd">
    <extension name="the rival's queue">
      <condition field="destination_number" expression="^{RIVAL}$">
        <action application="answer"/>
        <action application="callcenter" data="{QUEUE}"/>
        <action application="hangup"/>
      </condition>
    </extension>"""


def why_not() -> str | None:
    """Tell what is missing here, or None."""
    program = find_program(os.environ)
    if program is None:
        return "no FreeSWITCH: set FREESWITCH=/path/to/freeswitch or put freeswitch on the PATH"
    if SIPP is None:
        return "sipp is not on the PATH (Debian and Ubuntu: apt install sip-tester)"
    modules = environment_modules(os.environ, program)
    if modules is not None and not (modules / "mod_callcenter.so").exists():
        return f"{modules} has no mod_callcenter"
    return None


class Switch:
    """FreeSWITCH with both distributors; the daemon runs between `open` and `close_hotline`."""

    def __init__(self, folder: Path, seats: int, talk_seconds: float) -> None:
        """Render and start; every seat's phone is registered when this returns."""
        self.folder = folder
        self.seats = [str(1001 + number) for number in range(seats)]
        self._ports = FreePorts()
        self._socket_port = self._ports.take()
        self.state = folder / "state"
        loaded = self._city()
        self._rendered = self._render(loaded)
        program = find_program(os.environ)
        assert program is not None
        self._process = FreeSwitchProcess(program, self._rendered, folder)
        self._daemon: subprocess.Popen[bytes] | None = None
        self.client = Client(self.state / "switchd.sock")
        self.phones: list[Phone] = []
        try:
            self._process.wait_until_up(self.api)
            self._install_phones(talk_seconds)
        except BaseException:
            self.close()
            raise

    def _city(self) -> Loaded:
        city = self.folder / "bench"
        city.mkdir(parents=True)
        self.state.mkdir()
        prompts = self.folder / "prompts"
        _tone(prompts / "zh" / "greeting.wav")
        plan = {
            "city": {"title": "12345", "area_code": "0375"},
            "lines": {"12345": {"kind": "hotline", "title": "12345", "survey": False}},
            "groups": {"intake": {"title": "受理", "wrap_up_seconds": 0}},
            "seats": {f"{self.seats[0]}-{self.seats[-1]}": "intake"},
            "waiting": {"busy_after_seconds": 600, "position_every_seconds": 0},
            "freeswitch": {
                "event_socket": {"port": self._socket_port},
                "sip": {"address": "127.0.0.1"},
                "rtp": {"silent_seconds": 0},
            },
            "folders": {
                "state": str(self.state),
                "prompts": str(prompts),
                "recordings": str(self.folder / "recordings"),
            },
            "log": {"level": "warning"},
        }
        (city / "city.yaml").write_bytes(orjson.dumps(plan))
        return load_city(city)

    def _render(self, loaded: Loaded) -> Rendered:
        program = find_program(os.environ)
        assert program is not None
        modules = environment_modules(os.environ, program)
        settings = replace(
            render_settings(loaded, modules),
            trunk_port=self._ports.take(),
            seats_port=self._ports.take(),
            trunk_addresses=dict.fromkeys(loaded.plan.trunks, ("127.0.0.1/32",)),
            rtp_ports=rtp_range(LEGS),
            max_sessions=LEGS,
            sessions_per_second=500,
            log_level="warning",
        )
        settings.recordings_dir.mkdir(parents=True, exist_ok=True)
        rendered = render(loaded.plan, settings, self.folder / "conf")
        self._reach = Reach(
            settings.sip_address,
            settings.trunk_port,
            settings.seats_port,
            settings.domain,
            rendered.seat_passwords,
        )
        self._add_rival(rendered.folder)
        return rendered

    def _add_rival(self, conf: Path) -> None:
        """Put mod_callcenter beside what is rendered, with the same seats and no wrap-up."""
        contexts = conf / "contexts" / "switchd.xml"
        contexts.write_text(contexts.read_text().replace('<context name="switchd">', _ENTRANCE))
        modules = conf / "autoload_configs" / "modules.conf.xml"
        modules.write_text(
            modules.read_text().replace(
                "<modules>", '<modules>\n    <load module="mod_callcenter"/>'
            )
        )
        domain = self._reach.domain
        agents = "\n".join(
            f'<agent name="{seat}" type="callback" contact="[leg_timeout=15]user/{seat}@{domain}" '
            'status="Logged Out" max-no-answer="0" wrap-up-time="0" reject-delay-time="0" '
            'busy-delay-time="0" no-answer-delay-time="0"/>'
            for seat in self.seats
        )
        tiers = "\n".join(
            f'<tier agent="{seat}" queue="{QUEUE}" level="1" position="1"/>' for seat in self.seats
        )
        (conf / "autoload_configs" / "callcenter.conf.xml").write_text(
            f"""<configuration name="callcenter.conf" description="The rival">
<settings/>
<queues><queue name="{QUEUE}">
<param name="strategy" value="longest-idle-agent"/>
<param name="moh-sound" value="local_stream://moh"/>
<param name="time-base-score" value="queue"/>
<param name="tier-rules-apply" value="false"/>
<param name="discard-abandoned-after" value="60"/>
</queue></queues>
<agents>{agents}</agents>
<tiers>{tiers}</tiers>
</configuration>"""
        )

    def _install_phones(self, talk_seconds: float) -> None:
        """One process for several seats; their talks last differently, so that no seats stay in
        step."""
        # Both distributors wait for the same processor: let it not be busy with hold music.
        self.telephones = Telephones(
            self.folder / "telephones", self._reach, self._ports, packet_ms=PACKET_MS
        )
        first, others = self.seats[:PHONES], self.seats[PHONES:]
        for number, seat in enumerate(first):
            spread = 0.75 + 0.5 * number / max(1, len(first) - 1)
            phone = self.telephones.phone(
                seat,
                answers_after=0.001,
                hangs_up_after=talk_seconds * spread,
                expires=7200,
                life=0,
            )
            self.phones.append(phone)
        for number, seat in enumerate(others):
            port = self.phones[number % PHONES].ports[0]
            if not self.telephones.register(seat, port, expires=7200):
                raise RuntimeError(f"seat {seat} could not register")
        seats = ",".join(f"'{seat}'" for seat in self.seats)
        if not until(lambda: self._registered() >= len(self.seats), 30):
            raise RuntimeError(f"not all seats are registered: {seats}")

    def _registered(self) -> int:
        return int(orjson.loads(self.api("show registrations as json")).get("row_count", 0))

    def api(self, line: str) -> str:
        """Run an API command over a connection of its own."""
        with Ear(self._rendered, "") as ear:
            return ear.ask(f"api {line}")

    def ear(self) -> Ear:
        """Return a connection that writes down when callers enter the rival's queue."""
        return Ear(self._rendered, "CHANNEL_EXECUTE")

    @contextmanager
    def rival(self) -> Iterator[None]:
        """Let mod_callcenter's agents be available."""
        for seat in self.seats:
            self.api(f"callcenter_config agent set status {seat} Available")
            self.api(f"callcenter_config agent set state {seat} Waiting")
        yield
        for seat in self.seats:
            self.api(f"callcenter_config agent set status {seat} 'Logged Out'")

    @contextmanager
    def hotline(self) -> Iterator[None]:
        """Run the daemon, with every seat ready."""
        command = [sys.executable, "-m", "switchd", "run", "-c", str(self.folder / "bench")]
        self._daemon = child.start(
            [*command, "--drain", "0"],
            self.folder / "daemon.log",
            environment={**os.environ, "PYTHONPATH": str(_ROOT)},
        )
        if not until(self._connected, 60):
            raise RuntimeError((self.folder / "daemon.log").read_text()[-2000:])
        for seat in self.seats:
            self.client.seat(seat, "sign-in")
            self.client.seat(seat, "ready")
        if not until(lambda: self._reachable() == len(self.seats), 30):
            raise RuntimeError("the daemon does not see every phone")
        yield
        child.end(self._daemon)
        self._daemon = None

    def _connected(self) -> bool:
        try:
            return bool(self.client.get("status")["freeswitch"]["connected"])
        except NoDaemon:
            return False

    def _reachable(self) -> int:
        return sum(bool(seat["reachable"]) for seat in self.client.get("seats"))

    def empty(self) -> None:
        """End every call and wait until there are none."""
        self.api("hupall NORMAL_CLEARING")
        if not until(lambda: self.api("show channels count").strip().startswith("0 "), 60):
            raise RuntimeError("calls do not end")

    def close(self) -> None:
        """End everything."""
        if self._daemon is not None:
            child.end(self._daemon)
        if self.phones:
            self.telephones.end()
        self._process.stop()


class Ear:
    """A plain connection to the event socket. With an event's name it listens in a thread."""

    def __init__(self, rendered: Rendered, event: str) -> None:
        self._socket = socket.create_connection(rendered.event_socket, timeout=10)
        self._reader = WireReader()
        self.entered: list[float] = []
        """When each caller entered the rival's queue, by FreeSWITCH's clock."""
        self._next("auth/request")
        self.ask(f"auth {rendered.event_socket_password}")
        if event:
            self.ask(f"event json {event}")
            self._socket.settimeout(None)
            threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, command: str) -> str:
        """Send a command and return what is answered."""
        self._socket.sendall(f"{command}\n\n".encode())
        frame = self._next("api/response" if command.startswith("api") else "command/reply")
        return frame.text

    def _next(self, kind: str) -> Frame:
        while True:
            for frame in self._reader.frames():
                if frame.kind == kind:
                    return frame
            data = self._socket.recv(65536)
            if not data:
                raise OSError("the event socket was closed")
            self._reader.feed(data)

    def _listen(self) -> None:
        try:
            while data := self._socket.recv(65536):
                self._reader.feed(data)
                for frame in self._reader.frames():
                    event = orjson.loads(frame.body)
                    if event.get("Application") == "callcenter":
                        self.entered.append(int(event["Event-Date-Timestamp"]) / 1e6)
        except OSError:
            pass

    def __enter__(self) -> Ear:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def _tone(path: Path) -> None:
    """Write a greeting of a tenth of a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wave_of = (int(8000 * math.sin(n / 8)) for n in range(800))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(v.to_bytes(2, "little", signed=True) for v in wave_of))
