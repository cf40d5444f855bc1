"""What rendering needs beside the plan: folders, ports, addresses and limits of one FreeSWITCH."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path

_PLAIN_PATH = re.compile(r"/[^\s'\"\\$|,;:!{}\[\]<>&\x00-\x1f]*")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FEATURE_CODE = re.compile(r"[*#0-9]{2,8}")
_LOG_LEVELS = ("debug", "info", "notice", "warning", "err", "crit", "alert")


class SettingsError(ValueError):
    """A setting that FreeSWITCH could not live with; the text says which one and why."""


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """One FreeSWITCH as its admin wants it. Paths are absolute and as FreeSWITCH sees them."""

    domain: str
    """SIP domain of the seats, such as pingdingshan.switchd; phones register with it."""
    templates: Path
    """The folder `dialplan` that comes with switchd."""
    prompts_dir: Path
    """Folder of the prompts; relative file names in playback start here (`sound_prefix`)."""
    all_busy: Path
    """The prompt that the degraded context plays while nobody controls the calls."""
    music: Mapping[str, Path]
    """Hold music as the plan's lines name it → folder of its WAV files."""
    recordings_dir: Path
    event_socket_password_file: Path
    """The event socket's password, one line; made up by the first render, mode 0600."""
    seat_passwords_file: Path
    """The phones' passwords, JSON; each made up once, mode 0600."""
    good_bye: Path | None = None
    """The prompt for callers who were served when nobody controls the calls; None for silence."""
    prompts: tuple[Path, ...] = ()
    """Files that calls will play; the doctor asks whether FreeSWITCH can read them."""
    modules_dir: Path | None = None
    """FreeSWITCH's module folder; None leaves the one that it was built with."""
    sip_address: str = "127.0.0.1"
    """Local address of both SIP profiles and of RTP."""
    external_address: str | None = None
    """Address that carrier and phones see, if it is not `sip_address`. Nothing is guessed."""
    trunk_port: int = 5060
    seats_port: int = 5070
    peers_port: int = 5080
    """Port for the calls of the city's other FreeSWITCHes; not used without `peers`."""
    peers: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Other FreeSWITCHes of the city, by name: address and port from which their calls come."""
    trunk_addresses: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {"default": ("127.0.0.1/32",)}
    )
    """Trunk → addresses or networks (CIDR) that its calls come from; all others are refused."""
    seat_addresses: tuple[str, ...] = ()
    """Networks from which phones may register; empty for any."""
    event_socket_address: str = "127.0.0.1"
    event_socket_port: int = 8021
    rtp_ports: tuple[int, int] = (16384, 32767)
    """First and last UDP port of RTP; a leg takes two."""
    max_sessions: int = 2000
    """Legs at one time; FreeSWITCH refuses what comes above."""
    sessions_per_second: int = 200
    """New legs in one second; FreeSWITCH refuses what comes above."""
    codecs: tuple[str, ...] = ("PCMA", "PCMU")
    feature_codes: Mapping[str, str] = field(
        default_factory=lambda: {
            "*10": "sign_in",
            "*11": "ready",
            "*12": "not_ready",
            "*13": "sign_out",
        }
    )
    """Code dialled on a seat's phone → what it means."""
    log_level: str = "info"

    def __post_init__(self) -> None:
        """Refuse what cannot be written safely into a configuration.

        Raises SettingsError, which names the setting.
        """
        for name in ("prompts_dir", "all_busy", "recordings_dir"):
            _plain_path(name, getattr(self, name))
        if self.modules_dir is not None:
            _plain_path("modules_dir", self.modules_dir)
        if self.good_bye is not None:
            _plain_path("good_bye", self.good_bye)
        for prompt in self.prompts:
            _plain_path("prompts", prompt)
        for name, folder in self.music.items():
            _plain("music", name)
            _plain_path(f"music: {name}", folder)
        _plain("domain", self.domain)
        for codec in self.codecs:
            _plain("codecs", codec)
        self._check_addresses()
        self._check_ports()
        self._check_feature_codes()
        if self.log_level not in _LOG_LEVELS:
            raise SettingsError(f"log_level: {self.log_level!r} is none of {_LOG_LEVELS}")

    def _check_addresses(self) -> None:
        for name in ("sip_address", "external_address", "event_socket_address"):
            value = getattr(self, name)
            if value is not None:
                _parse(name, value, ip_address)
        if not ip_address(self.event_socket_address).is_loopback:
            raise SettingsError(
                f"event_socket_address: {self.event_socket_address} is not a loopback address; "
                "whoever reaches the event socket controls every call"
            )
        for trunk, addresses in self.trunk_addresses.items():
            _plain("trunk_addresses", trunk)
            if not addresses:
                raise SettingsError(f"trunk_addresses: {trunk} has no address to come from")
            for address in addresses:
                _parse(f"trunk_addresses: {trunk}", address, ip_network)
        for name, (peer, _) in self.peers.items():
            _plain("peers", name)
            _parse(f"peers: {name}", peer, ip_address)
        for address in self.seat_addresses:
            _parse("seat_addresses", address, ip_network)

    def _check_ports(self) -> None:
        first, last = self.rtp_ports
        for port in (self.trunk_port, self.seats_port, self.event_socket_port, first, last):
            if not 0 < port < 65536:
                raise SettingsError(f"ports: {port} is no port")
        if self.trunk_port == self.seats_port:
            raise SettingsError(f"trunk_port and seats_port: both are {self.trunk_port}")
        if self.peers and self.peers_port in (self.trunk_port, self.seats_port):
            raise SettingsError(f"peers_port: {self.peers_port} is the trunk's or the seats' port")
        if self.max_sessions < 1 or self.sessions_per_second < 1:
            raise SettingsError("max_sessions and sessions_per_second must be at least 1")
        if (last - first + 1) // 2 < self.max_sessions:
            raise SettingsError(
                f"rtp_ports: {first} to {last} carry {max(0, (last - first + 1) // 2)} legs, "
                f"but max_sessions is {self.max_sessions}"
            )

    def _check_feature_codes(self) -> None:
        for code, meaning in self.feature_codes.items():
            if not _FEATURE_CODE.fullmatch(code):
                raise SettingsError(
                    f"feature_codes: {code!r} must be 2 to 8 of the keys 0-9, * and #"
                )
            _plain("feature_codes", meaning)


def _plain_path(setting: str, value: Path) -> None:
    if not _PLAIN_PATH.fullmatch(str(value)):
        raise SettingsError(
            f"{setting}: {str(value)!r} must be an absolute path without spaces, quotes or any of "
            "\\ $ | , ; : ! { } [ ] < > &"
        )


def _plain(setting: str, value: str) -> None:
    if not _PLAIN_NAME.fullmatch(value):
        raise SettingsError(
            f"{setting}: {value!r} must begin with a letter or digit and have only letters, "
            "digits, dots, hyphens and underscores (A-Z, a-z, 0-9, . - _)"
        )


def _parse(setting: str, value: str, parser: Callable[[str], object]) -> None:
    try:
        parser(value)
    except ValueError as problem:
        raise SettingsError(f"{setting}: {problem}") from problem
