"""What is wrong with a running FreeSWITCH, in words that say what to do.

The doctor asks FreeSWITCH itself, so it sees what is loaded and not what the files say, and paths
as the user sees them that FreeSWITCH runs as.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from xml.etree import ElementTree

from routing.plan import Plan
from switchd.freeswitch.registrations import QUESTION, registered
from switchd.freeswitch.render import MODULES, PEERS_PROFILE, PROFILES
from switchd.freeswitch.secrets import LEAST_LENGTH
from switchd.freeswitch.settings import RenderSettings

Api = Callable[[str, str], str]
"""`api(command, arguments)` returns FreeSWITCH's answer, `-ERR …` included, and raises only if
FreeSWITCH cannot be reached."""

OLDEST = (1, 10, 12)
"""The oldest version that the live tests run on."""

_EVERYBODYS_PASSWORD = "ClueCon"  # noqa: S105 - FreeSWITCH's own default
_LEGS_PER_SEAT = 3
"""A talk has two legs, and for every talk we want room for one caller who waits."""


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    """Calls are served, but something is not as the plan wants it."""
    ERROR = "error"
    """Calls fail, or the installation is not safe."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    what_to_do: str = ""
    """Empty if all is well."""


def diagnose(api: Api, plan: Plan, settings: RenderSettings) -> list[Finding]:
    """Look at everything that `plan` and `settings` expect of a running FreeSWITCH.

    What goes wrong in FreeSWITCH becomes a finding; only what `api` raises is passed on.
    """
    return [
        *_version(api),
        *_modules(api),
        *_limits(api, plan, settings),
        *_profiles(api, settings),
        *_seats(api, plan, settings),
        *_event_socket(api),
        *_paths(api, settings),
    ]


def _ok(what: str) -> Finding:
    return Finding(Level.OK, what)


def _warning(what: str, what_to_do: str) -> Finding:
    return Finding(Level.WARNING, what, what_to_do)


def _error(what: str, what_to_do: str) -> Finding:
    return Finding(Level.ERROR, what, what_to_do)


def _version(api: Api) -> Iterator[Finding]:
    answer = api("version", "").strip()
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", answer)
    if found is None:
        yield _warning(
            f"FreeSWITCH does not tell its version: {answer[:80]!r}",
            f"Make sure that it is {'.'.join(map(str, OLDEST))} or newer.",
        )
    elif tuple(map(int, found.groups())) < OLDEST:
        yield _error(
            f"FreeSWITCH {found[0]} is too old",
            f"Install {'.'.join(map(str, OLDEST))} or newer.",
        )
    else:
        yield _ok(f"FreeSWITCH {found[0]}")


def _modules(api: Api) -> Iterator[Finding]:
    missing = [name for name in MODULES if api("module_exists", name).strip() != "true"]
    for name in missing:
        yield _error(
            f"{name} is not loaded",
            f"Install FreeSWITCH's package with {name}, then run `fs_cli -x 'load {name}'`.",
        )
    if not missing:
        yield _ok(f"all {len(MODULES)} modules are loaded")


def _limits(api: Api, plan: Plan, settings: RenderSettings) -> Iterator[Finding]:
    needed = len(plan.seats) * _LEGS_PER_SEAT
    wanted = {
        "max_sessions": ("max-sessions", max(settings.max_sessions, needed)),
        "sps": ("sessions-per-second", settings.sessions_per_second),
    }
    for command, (name, least) in wanted.items():
        answer = api("fsctl", command)
        found = re.search(r"(\d+)\s*$", answer)
        if found is None:
            yield _warning(
                f"FreeSWITCH does not tell its {name}: {answer.strip()[:80]!r}",
                f"Look into switch.conf.xml: {name} should be {least}.",
            )
        elif int(found[1]) < least:
            yield _error(
                f"{name} is {found[1]}, but the plan with {len(plan.seats)} seats needs {least}",
                f"Raise it in the configuration, render, and run `fs_cli -x 'fsctl {command} "
                f"{least}'`; calls above the limit are refused.",
            )
        else:
            yield _ok(f"{name} is {found[1]}")


def _profiles(api: Api, settings: RenderSettings) -> Iterator[Finding]:
    root = _xml(api("sofia", "xmlstatus"))
    states: dict[str, str] = {}
    if root is not None:
        for profile in root.iter("profile"):
            states[profile.findtext("name", "")] = profile.findtext("state", "")
    for name in (*PROFILES, PEERS_PROFILE) if settings.peers else PROFILES:
        state = states.get(name, "not there")
        if state.startswith("RUNNING"):
            yield _ok(f"SIP profile {name} is running")
        else:
            yield _error(
                f"SIP profile {name} is {state}",
                "See freeswitch.log for the reason (an address that this machine does not have, a "
                f"port that is taken), then run `fs_cli -x 'sofia profile {name} start'`.",
            )


def _seats(api: Api, plan: Plan, settings: RenderSettings) -> Iterator[Finding]:
    try:
        present = registered(api(*QUESTION), settings.domain)
    except ValueError:
        yield _warning(
            "FreeSWITCH does not tell which phones are registered",
            "Try `fs_cli -x 'sofia status profile seats reg'`.",
        )
        return
    own = {seat.number for seat in plan.seats.values() if not seat.phone}
    absent = sorted(own - present)
    here = " here; others may be at another node" if settings.peers else ""
    yield _ok(f"{len(own) - len(absent)} of {len(own)} seats are registered{here}")
    if absent and not settings.peers:
        yield _warning(
            f"seats without a registered phone: {', '.join(absent)}",
            f"Point each phone to {settings.external_address or settings.sip_address}:"
            f"{settings.seats_port}, domain {settings.domain}, with its own password.",
        )


def _event_socket(api: Api) -> Iterator[Finding]:
    root = _xml(api("xml_locate", "configuration configuration name event_socket.conf"))
    if root is None:
        yield _warning(
            "FreeSWITCH does not show the configuration of its event socket",
            "Look into event_socket.conf.xml: it must listen on 127.0.0.1 with a password of "
            "its own.",
        )
        return
    found = {each.get("name", ""): each.get("value", "") for each in root.iter("param")}
    address, password = found.get("listen-ip", "::"), found.get("password", _EVERYBODYS_PASSWORD)
    if _is_loopback(address):
        yield _ok(f"the event socket listens on {address}")
    else:
        yield _error(
            f"the event socket listens on {address}, where others may reach it",
            "Whoever reaches it controls every call: set listen-ip to 127.0.0.1 in "
            "event_socket.conf.xml and restart FreeSWITCH.",
        )
    if len(password) < LEAST_LENGTH:
        known = " (the one that everybody knows)" if password == _EVERYBODYS_PASSWORD else ""
        yield _error(
            f"the event socket's password is too short{known}",
            "Use the rendered configuration, which has a generated one, and restart FreeSWITCH.",
        )
    else:
        yield _ok("the event socket has a password of its own")


def _paths(api: Api, settings: RenderSettings) -> Iterator[Finding]:
    unreadable = 0
    for path in dict.fromkeys((settings.all_busy, *settings.prompts, *settings.music.values())):
        answer = _reach(api, "read", str(path))
        if answer != "yes":
            unreadable += 1
            yield _error(
                f"FreeSWITCH cannot read {path}: {answer}",
                "Run `switchd prompts check`, and let the user that FreeSWITCH runs as read it.",
            )
    if not unreadable:
        yield _ok("FreeSWITCH can read the prompts and the music")
    answer = _reach(api, "write", str(settings.recordings_dir))
    if answer == "yes":
        yield _ok(f"FreeSWITCH can write recordings to {settings.recordings_dir}")
    else:
        yield _error(
            f"FreeSWITCH cannot write to {settings.recordings_dir}: {answer}",
            "Make the folder and let the user that FreeSWITCH runs as write to it.",
        )


def _reach(api: Api, how: str, path: str) -> str:
    """Return "yes" or the reason why not; reach.lua comes with the rendered configuration."""
    answer = api("lua", f"reach.lua {how} {path}").strip()
    return answer.removeprefix("no: ") or "reach.lua did not answer; is the folder rendered anew?"


def _xml(text: str) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(text)  # noqa: S314 - from our own FreeSWITCH
    except ElementTree.ParseError:
        return None


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
