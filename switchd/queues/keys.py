"""Every key name of the live queue, in one place; Lua gets them as KEYS and builds none itself.

All keys of a city share the hash tag `{city}`, so one Redis (or one slot of a cluster) holds them
and a script may touch them together.
"""

from __future__ import annotations

import re
from typing import Final

_CITY = re.compile(r"[A-Za-z0-9_.-]+")


class Keys:
    """Key names of one city. The families (`seat`, `call`, …) end in a colon and take a name."""

    LUA_ORDER: Final = (
        "seats",
        "pools",
        "slopes",
        "agents",
        "deadlines",
        "leases",
        "seat",
        "call",
        "pool",
        "waiting",
        "guests",
        "since",
        "idle",
        "spare",
        "owned",
        "inbox",
        "skills",
        "barred",
        "calls_of",
        "last_call",
        "ends",
        "talks",
        "nodes",
        "places",
        "hindered",
        "vacant",
        "standbys",
        "events",
        "life",
        "restoring",
        "gathering",
    )
    """The order in which scripts get them; `lua/_keys.lua` names them in the same order."""

    def __init__(self, city: str) -> None:
        """Raise ValueError if `city` could break out of its hash tag."""
        tag = _tag(city)
        self.seats = f"{tag}seats"
        """SET of the seats that the plan knows."""
        self.pools = f"{tag}pools"
        """SET of the pools (see `routing.skills`) that ever had settings, a seat or a caller."""
        self.slopes = f"{tag}slopes"
        """SET of the slopes of age, in hundredths, that callers ever had."""
        self.agents = f"{tag}agents"
        """HASH agent → seat, of those who are signed in."""
        self.deadlines = f"{tag}deadlines"
        """ZSET seat → ms at which its offer or wrap-up ends."""
        self.leases = f"{tag}leases"
        """HASH token → seat that is offered, or talks with, the token's caller."""
        self.seat = f"{tag}seat:"
        """+ seat: HASH of what the seat is doing."""
        self.call = f"{tag}call:"
        """+ call: HASH of a caller who waits or is being offered."""
        self.pool = f"{tag}pool:"
        """+ pool: HASH of its settings and of how many of its seats are in each state."""
        self.waiting = f"{tag}waiting:"
        """+ slope:group: ZSET call → order (see `switchd.queues.order`), of the group's own."""
        self.guests = f"{tag}guests:"
        """+ slope:pool: ZSET call → order, of callers whom its seats serve by widening."""
        self.since = f"{tag}since:"
        """+ group: ZSET call → ms since which it waits, of the group's own callers."""
        self.idle = f"{tag}idle:"
        """+ pool: ZSET seat → its turn (see `lua/_turns.lua`), of ready and reachable seats."""
        self.spare = f"{tag}spare:"
        """+ pool: the same, of seats rung for a caller for whom another seat rings as well."""
        self.hindered = f"{tag}hindered:"
        """+ pool: ZSET seat → what keeps it from being offered a caller (see `lua/_seats.lua`), of
        seats at which somebody is signed in."""
        self.owned = f"{tag}owned:"
        """+ owner: SET of its callers who wait or are being offered."""
        self.inbox = f"{tag}inbox:"
        """+ owner, and on a line of its own the place of its daemon once it has claimed the node:
        LIST of offers made and lost, JSON, oldest first."""
        self.skills = f"{tag}skills:"
        """+ agent: HASH skill → level (0: none) that differs from the plan until further notice."""

        self.barred = f"{tag}barred:"
        """+ caller's number: HASH of why and until when (ms, 0: for ever) it may not call."""
        self.calls_of = f"{tag}calls_of:"
        """+ caller's number: ZSET call → ms at which it arrived, of the last hour."""
        self.last_call = f"{tag}last_call:"
        """+ caller's number: its last call, as long as the next makes a repeat caller."""

        self.ends = f"{tag}ends:"
        """+ group: ZSET of the waits that ended last (see `lua/note_end.lua`) → ms of their end."""
        self.talks = f"{tag}talks:"
        """+ group: ZSET of the last talks → ms at which the wait before them ended."""
        self.nodes = f"{tag}nodes"
        """ZSET owner → ms at which its daemon counts as dead unless it is heard of before."""
        self.places = f"{tag}places"
        """HASH owner → machine and folder of its daemon."""
        self.vacant = f"{tag}vacant:"
        """+ owner: LIST with one entry for the standby that is to work for the node now."""
        self.standbys = f"{tag}standbys:"
        """+ owner: ZSET place of a daemon that stands by → ms until which it counts as there."""
        self.events = f"{tag}events"
        """STREAM of what happens, for whoever follows it; see `lua/_events.lua`."""
        self.life = f"{tag}life"
        """STRING that names this Redis as long as it keeps what it knows; it is there when what
        an earlier one knew has been restored."""
        self.restoring = f"{tag}restoring"
        """STRING: the owner that restores it just now; it expires by itself."""
        self.gathering = f"{tag}gathering"
        """HASH owner that is putting callers back → ms until which nobody is matched meanwhile."""

    def for_lua(self) -> tuple[str, ...]:
        """KEYS of every script."""
        return tuple(getattr(self, name) for name in self.LUA_ORDER)


class IndicatorKeys:
    """Key names of one city's indicators; all are families and take a day or a minute."""

    def __init__(self, city: str) -> None:
        """Raise ValueError if `city` could break out of its hash tag."""
        tag = _tag(city)
        self.counted = f"{tag}counted:"
        """+ day: SET of the calls that have been counted, by their ids."""
        self.day = f"{tag}indicators:day:"
        """+ day: HASH of figures, see lua/_figures.lua."""
        self.minute = f"{tag}indicators:minute:"
        """+ minutes since the epoch: HASH of figures."""
        self.early = f"{tag}indicators:early:"
        """+ day: HASH call → minute and figures, of those that were counted before their records
        were kept."""
        self.places = Keys(city).places

    def for_lua(self) -> tuple[str, ...]:
        """KEYS of the scripts for indicators."""
        return (self.counted, self.day, self.minute, self.early)


class EntranceKeys:
    """Key names of one city's entrance: who waits, and which number has which place."""

    LUA_ORDER: Final = (
        "held",
        "inbox",
        "barred",
        "calls_of",
        "last_call",
        "entered",
        "place",
    )
    """The order in which scripts get them; `lua/_entrance_keys.lua` names them in the same."""

    def __init__(self, city: str) -> None:
        """Raise ValueError if `city` could break out of its hash tag."""
        tag, queue = _tag(city), Keys(city)
        self.held = f"{tag}held"
        """HASH call → owner, line, group and number, of every call that waits or will."""
        self.entered = f"{tag}entered:"
        """+ line:LINE or group:GROUP: ZSET call → ms at which it came, of the same calls."""
        self.place = f"{tag}place:"
        """+ line@number: HASH of the place that the number has there, or had until cut off."""
        self.inbox, self.barred = queue.inbox, queue.barred
        self.calls_of, self.last_call = queue.calls_of, queue.last_call
        self.places = queue.places

    def for_lua(self) -> tuple[str, ...]:
        """KEYS of the scripts of the entrance."""
        return tuple(getattr(self, name) for name in self.LUA_ORDER)


class InterfaceKeys:
    """Key names of one city's HTTP interface."""

    def __init__(self, city: str) -> None:
        """Raise ValueError if `city` could break out of its hash tag."""
        tag = _tag(city)
        self.replies = f"{tag}reply:"
        """+ token:Idempotency-Key: the answer that was given, JSON."""


def _tag(city: str) -> str:
    if not _CITY.fullmatch(city):
        raise ValueError(
            f"city {city!r} cannot be part of a Redis key: use letters, digits, '-', '_', '.'"
        )
    return f"switchd:{{{city}}}:"
