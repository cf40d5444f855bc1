"""Whether the machine's addresses and ports make sense together."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from switchd.config.draft import Draft
from switchd.config.nodes import freeswitch_of
from switchd.config.server import FreeSwitch
from switchd.config.source import Path

_SENTINEL = r"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
_SENTINELS = re.compile(
    rf"redis\+sentinel://([^@/\s]*@)?{_SENTINEL}(,{_SENTINEL})*/[A-Za-z0-9._-]{{1,64}}(/[0-9]{{1,3}})?"
)
"""Hosts, the service's name, and the number of a database if it is not 0."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_server(draft: Draft) -> None:
    """Check the addresses of trunks and Redis, the ports, and the room for media."""
    _check_addresses(draft)
    if not draft.nodes:
        _check_freeswitch(draft, draft.freeswitch, ("freeswitch",))
    for name, node in draft.nodes.items():
        _check_freeswitch(draft, freeswitch_of(draft.freeswitch, node), ("nodes", name))


def _check_freeswitch(draft: Draft, freeswitch: FreeSwitch, where: Path) -> None:
    """Check one FreeSWITCH, which is written at `where`."""
    host = freeswitch.event_socket.host
    if host not in _LOOPBACK:
        what = f"the event socket on {host} carries password and calls over the network in clear"
        path = (*where, "event_socket", "host")
        draft.warning(path, what, "Use 127.0.0.1, or a tunnel that ends there")
    _check_ports(draft, freeswitch, where)
    _check_media(draft, freeswitch, where)


def _check_addresses(draft: Draft) -> None:
    """Addresses can be read."""
    _check_redis(draft)
    for name, trunk in draft.trunks.items():
        for index, address in enumerate(trunk.addresses):
            try:
                ipaddress.ip_network(address, strict=False)
            except ValueError:
                path = ("trunks", name, "addresses", index)
                what = f"'{address[:60]}' is no IP address or network"
                draft.error(path, what, "Write 10.20.0.5 or 10.20.0.0/24")


def _check_redis(draft: Draft) -> None:
    """Redis' URL can be read."""
    url = draft.storage.redis
    if url.startswith("redis+sentinel:"):
        if not _SENTINELS.fullmatch(url):
            what = "this is no URL of Sentinels and of what they watch"
            instead = "Write one such as redis+sentinel://10.20.0.1:26379,10.20.0.2:26379/switchd"
            draft.error(("storage", "redis"), what, instead)
        return
    try:
        _ = urlsplit(url).port
    except ValueError:
        what = "this is no URL of a Redis server"
        draft.error(("storage", "redis"), what, "Write one such as redis://127.0.0.1:6379/0")


def _check_ports(draft: Draft, freeswitch: FreeSwitch, where: Path) -> None:
    """No two servers of the machine listen on one port."""
    first_use: dict[int, str] = {}
    for port, path in _ports(draft, freeswitch, where):
        if port in first_use:
            what = f"port {port} is used by {first_use[port]} already"
            draft.error(path, what, "Use another port")
        first_use.setdefault(port, ".".join(map(str, path)))


def _ports(draft: Draft, freeswitch: FreeSwitch, where: Path) -> Iterator[tuple[int, Path]]:
    """Give the TCP ports of FreeSWITCH, and of Redis if it is on the same machine."""
    yield freeswitch.event_socket.port, (*where, "event_socket", "port")
    yield freeswitch.sip.trunk_port, (*where, "sip", "trunk_port")
    yield freeswitch.sip.seats_port, (*where, "sip", "seats_port")
    if draft.nodes:
        yield freeswitch.sip.peers_port, (*where, "sip", "peers_port")
    with suppress(ValueError):  # an address that cannot be read has been reported
        url = urlsplit(draft.storage.redis)
        if (
            url.scheme != "redis+sentinel"
            and url.hostname in _LOOPBACK
            and freeswitch.event_socket.host in _LOOPBACK
        ):
            yield url.port or 6379, ("storage", "redis")


def _check_media(draft: Draft, freeswitch: FreeSwitch, where: Path) -> None:
    """The media ports are a range, apart from SIP, and enough for every session."""
    rtp, sip = freeswitch.rtp, freeswitch.sip
    if rtp.first_port >= rtp.last_port:
        what = f"the range {rtp.first_port} to {rtp.last_port} is empty"
        draft.error((*where, "rtp", "last_port"), what, "Write a last port above the first")
        return
    used = {"trunk_port": sip.trunk_port, "seats_port": sip.seats_port}
    if draft.nodes:
        used["peers_port"] = sip.peers_port
    for key, port in used.items():
        if rtp.first_port <= port <= rtp.last_port:
            what = f"port {port} lies in the range of media ports"
            instead = f"Use one outside {rtp.first_port} to {rtp.last_port}"
            draft.error((*where, "sip", key), what, instead)
    media = (rtp.last_port - rtp.first_port + 1) // 2
    if media < freeswitch.max_sessions:
        draft.warning(
            ("freeswitch", "max_sessions"),
            f"the media ports are enough for {media} sessions only",
            f"Widen {'.'.join(map(str, where))}.rtp, or lower max_sessions",
        )
