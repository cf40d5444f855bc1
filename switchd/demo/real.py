"""The demo on a real FreeSWITCH of its own, with SIPp's telephones, all on loopback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gevent import socket

from switchd.config import Loaded
from switchd.demo.agents import Agents, Codes
from switchd.demo.callers import Callers
from switchd.demo.freeswitch import FreeSwitchFailed, FreeSwitchProcess
from switchd.demo.stage import House, People, StageFailed, on_stage, serving_seats
from switchd.demo.telephones.exchange import Reach, Telephones
from switchd.demo.telephones.ports import FreePorts, rtp_range
from switchd.demo.watch import Watch
from switchd.esl.errors import EslError
from switchd.esl.link import asking
from switchd.freeswitch.render import Rendered, RenderError, render
from switchd.freeswitch.secrets import SecretsError
from switchd.freeswitch.settings import RenderSettings, SettingsError
from switchd.site import environment_modules, render_settings

LEGS = 500
CONNECT_SECONDS = 2.0
LOOPBACK = "127.0.0.1"


class FreeSwitchStage:
    """A FreeSWITCH, and people who come when the daemon runs."""

    what = "on FreeSWITCH"

    def __init__(
        self,
        loaded: Loaded,
        folder: Path,
        people: People,
        program: Path,
        environment: Mapping[str, str],
    ) -> None:
        """Render, start, and wait until calls pass. Raises `StageFailed`."""
        self._people = people
        ports = FreePorts()
        self.city = on_stage(loaded, folder, ports.take(), people)
        self._agents: Agents | None = None
        self._callers: Callers | None = None
        try:
            settings = _settings(self.city, environment_modules(environment, program), ports)
            settings.recordings_dir.mkdir(parents=True, exist_ok=True)
            rendered = render(self.city.plan, settings, folder / "freeswitch" / "conf")
        except (SettingsError, RenderError, SecretsError) as error:
            raise StageFailed(
                f"FreeSWITCH cannot be configured: {error} "
                "(--keep chooses another folder, --stand-in does without FreeSWITCH)"
            ) from error
        self.password = rendered.event_socket_password
        reach = Reach(
            settings.sip_address,
            settings.trunk_port,
            settings.seats_port,
            settings.domain,
            rendered.seat_passwords,
        )
        self._telephones = Telephones(folder / "telephones", reach, ports)
        try:
            self._process = FreeSwitchProcess(program, rendered, folder / "freeswitch")
        except OSError as error:
            raise StageFailed(f"FreeSWITCH does not start: {error}") from error
        try:
            self._process.wait_until_up(lambda line: _ask(rendered, line))
        except FreeSwitchFailed as error:
            self.close()
            raise StageFailed(str(error)) from error
        except BaseException:
            self.close()
            raise

    def open(self, house: House) -> None:
        """Let agents sign in and callers call."""
        people, codes = self._people, self.city.server.feature_codes
        watch = Watch(house)
        self._agents = Agents(
            self._telephones,
            house,
            watch,
            Codes(codes.sign_in, codes.ready),
            people.agents,
            people.speed,
            people.seed,
        )
        self._callers = Callers(self._telephones, watch, people.callers, people.speed, people.seed)
        self._agents.start(serving_seats(self.city.plan))
        self._callers.start()

    def close(self) -> None:
        """End the people, their telephones and FreeSWITCH."""
        for group in (self._callers, self._agents):
            if group is not None:
                group.stop()
        self._telephones.end()
        self._process.stop()


def _settings(city: Loaded, modules: Path | None, ports: FreePorts) -> RenderSettings:
    return replace(
        render_settings(city, modules),
        sip_address=LOOPBACK,
        trunk_port=ports.take(),
        seats_port=ports.take(),
        trunk_addresses=dict.fromkeys(city.plan.trunks, (f"{LOOPBACK}/32",)),
        rtp_ports=rtp_range(LEGS),
        max_sessions=LEGS,
        sessions_per_second=100,
        log_level="notice",
    )


def _ask(rendered: Rendered, line: str) -> str:
    """Run an API command over a connection of its own; OSError if nobody answers yet."""
    socket.create_connection(rendered.event_socket, timeout=CONNECT_SECONDS).close()
    host, port = rendered.event_socket
    try:
        with asking(host, port, rendered.event_socket_password, CONNECT_SECONDS) as link:
            name, _, arguments = line.partition(" ")
            return link.api(name, arguments)
    except EslError as error:
        raise OSError(str(error)) from error
