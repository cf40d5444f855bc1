"""What the configuration says of this place, for switchd and for its FreeSWITCH: prompts, folders,
addresses, the event socket's password.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path

from routing.plan import Plan
from switchd.city import SHIPPED_MUSIC
from switchd.config import Loaded, ServerSettings
from switchd.freeswitch.settings import RenderSettings
from switchd.places import share
from switchd.prompts.library import PromptLibrary
from switchd.prompts.manifest import load_manifest


class NoPassword(Exception):
    """The event socket's password is not known."""


def domain(city: str) -> str:
    """SIP domain of a city's seats."""
    return f"{city}.switchd"


def prompt_library(loaded: Loaded) -> PromptLibrary:
    """The city's own recordings before the shipped ones."""
    own = loaded.server.folders.prompts
    folders = [*([own] if own else []), share("ivr_prompts")]
    return PromptLibrary(folders, loaded.plan.language, "zh")


def libraries(loaded: Loaded) -> Callable[[str], PromptLibrary]:
    """The prompts by language; "" is the city's own."""
    own = loaded.server.folders.prompts
    folders = [*([own] if own else []), share("ivr_prompts")]
    fallback = loaded.plan.language
    menus = loaded.plan.menus.values()
    spoken = {item.language for menu in menus for item in menu.keys.values()} | {fallback, ""}
    libraries = {
        language: PromptLibrary(folders, language or fallback, fallback) for language in spoken
    }
    return lambda language: libraries.get(language, libraries[""])


def proxies(plan: Plan) -> Mapping[str, str]:
    """Where calls over each trunk go."""
    return {name: trunk.proxy for name, trunk in plan.trunks.items()}


def event_socket_password(settings: ServerSettings) -> str:
    """Read the password. Raises `NoPassword`."""
    path = settings.password_file
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NoPassword(
            f"{path}: {error.strerror}; `switchd freeswitch render` makes the password, "
            "and switchd must be allowed to read it"
        ) from error


def render_settings(loaded: Loaded, modules: Path | None = None) -> RenderSettings:
    """What FreeSWITCH's configuration is rendered from."""
    server = loaded.server
    library = prompt_library(loaded)
    own = server.folders.prompts
    music = {SHIPPED_MUSIC: share("ivr_prompts") / "music"}
    for name in loaded.plan.hold_music:
        if name not in music and own is not None:
            music[name] = own / "music" / name
    freeswitch = server.freeswitch
    codes = server.feature_codes.model_dump()
    manifest = load_manifest(share("ivr_prompts"))
    missing = set(library.missing(manifest.prompts))
    return RenderSettings(
        domain=domain(server.city),
        templates=share("dialplan"),
        prompts_dir=share("ivr_prompts"),
        all_busy=library.path("all_busy"),
        good_bye=library.path("goodbye"),
        music=music,
        recordings_dir=server.folders.recordings,
        event_socket_password_file=server.password_file,
        seat_passwords_file=server.seat_passwords_file,
        prompts=tuple(library.path(name) for name in manifest.prompts if name not in missing),
        modules_dir=modules,
        sip_address=_local_address(freeswitch.sip.address),
        trunk_port=freeswitch.sip.trunk_port,
        seats_port=freeswitch.sip.seats_port,
        peers_port=freeswitch.sip.peers_port,
        peers={
            name: (_numeric(peer.sip.address), peer.sip.peers_port)
            for name, peer in server.peers.items()
        },
        trunk_addresses=server.trunk_addresses,
        event_socket_address=_numeric(freeswitch.event_socket.host),
        event_socket_port=freeswitch.event_socket.port,
        rtp_ports=(freeswitch.rtp.first_port, freeswitch.rtp.last_port),
        max_sessions=freeswitch.max_sessions,
        sessions_per_second=freeswitch.sessions_per_second,
        feature_codes={digits: verb for verb, digits in codes.items()},
    )


def peers(server: ServerSettings) -> Mapping[str, str]:
    """Where the other nodes take calls for their seats."""
    return {
        name: f"{_numeric(peer.sip.address)}:{peer.sip.peers_port}"
        for name, peer in server.peers.items()
    }


def _local_address(address: str) -> str:
    """`auto` is the address that this machine would use to reach others; nothing is sent."""
    if address != "auto":
        return _numeric(address)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _numeric(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        return socket.gethostbyname(host)


def environment_modules(environment: Mapping[str, str], freeswitch: Path) -> Path | None:
    """FreeSWITCH's module folder, where it is not the built-in one of a packaged FreeSWITCH."""
    named = environment.get("FREESWITCH_MODULES")
    if named:
        return Path(named)
    beside = freeswitch.resolve().parent.parent / "lib" / "freeswitch" / "mod"
    return beside if beside.is_dir() else None
