"""What a reload alone cannot change: settings that are read when switchd or FreeSWITCH starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from switchd.config.load import Loaded
from switchd.config.settings import ServerSettings

RENDER = "a new `switchd freeswitch render`, and FreeSWITCH to read it"
RESTART = "a restart of switchd"


def needs(started: Loaded, before: Loaded, after: Loaded) -> tuple[str, ...]:
    """Say for each setting that is not in force yet what it needs; no full stops.

    `started` is what switchd started with, `before` what the last reload brought.
    """
    found = (*_restart(started, after), *_render(before, after))
    return tuple(f"{what} needs {remedy}" for what, remedy in found)


def _peers(server: ServerSettings) -> Any:
    """What this node knows of the others."""
    return {name: (peer.sip.address, peer.sip.peers_port) for name, peer in server.peers.items()}


def _restart(started: Loaded, after: Loaded) -> Iterator[tuple[str, str]]:
    old, new = started.server, after.server
    both = f"{RENDER}, and {RESTART}"
    compared: list[tuple[str, Any, Any, str]] = [
        ("storage.redis", old.redis, new.redis, RESTART),
        (
            "storage.redis_away_seconds",
            old.redis_away_seconds,
            new.redis_away_seconds,
            RESTART,
        ),
        ("storage.sql", old.sql, new.sql, RESTART),
        ("folders.state", old.folders.state, new.folders.state, both),
        ("nodes", _peers(old), _peers(new), both),
        ("folders.recordings", old.folders.recordings, new.folders.recordings, both),
        (
            "freeswitch.event_socket",
            (old.freeswitch.event_socket, old.password_file),
            (new.freeswitch.event_socket, new.password_file),
            both,
        ),
        ("feature_codes", old.feature_codes, new.feature_codes, both),
        ("log", old.log, new.log, RESTART),
        ("api", (old.api, old.listen), (new.api, new.listen), RESTART),
        ("metrics", old.metrics, new.metrics, RESTART),
    ]
    return ((what, remedy) for what, was, is_, remedy in compared if was != is_)


def _render(before: Loaded, after: Loaded) -> Iterator[tuple[str, str]]:
    old, new = before.server, after.server
    compared: list[tuple[str, Any, Any]] = [
        (f"freeswitch.{name}", getattr(old.freeswitch, name), getattr(new.freeswitch, name))
        for name in ("sip", "rtp", "max_sessions", "sessions_per_second")
    ]
    compared += [
        ("trunks", old.trunk_addresses, new.trunk_addresses),
        ("folders.prompts", old.folders.prompts, new.folders.prompts),
        ("city.language", before.plan.language, after.plan.language),
    ]
    yield from ((what, RENDER) for what, was, is_ in compared if was != is_)
    seats = [number for number in after.plan.seats if number not in before.plan.seats]
    if seats:
        span = f"seat {seats[0]}" if len(seats) == 1 else f"seats {seats[0]} to {seats[-1]}"
        yield f"the phone of {span}", RENDER
    music = sorted(after.plan.hold_music - before.plan.hold_music)
    if music:
        yield f"the hold music {', '.join(music)}", RENDER
