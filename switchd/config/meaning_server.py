"""Whether the machine's addresses and ports make sense together."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from switchd.config.draft import Draft
from switchd.config.source import Path

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_server(draft: Draft) -> None:
    """Check the addresses of trunks and Redis, the ports, and the room for media."""
    _check_addresses(draft)
    _check_ports(draft)
    _check_media(draft)


def _check_addresses(draft: Draft) -> None:
    """Addresses can be read, and the event socket stays on the machine."""
    try:
        _ = urlsplit(draft.storage.redis).port
    except ValueError:
        what = "this is no URL of a Redis server"
        draft.error(("storage", "redis"), what, "Write one such as redis://127.0.0.1:6379/0")
    host = draft.freeswitch.event_socket.host
    if host not in _LOOPBACK:
        what = f"the event socket on {host} carries password and calls over the network in clear"
        path: Path = ("freeswitch", "event_socket", "host")
        draft.warning(path, what, "Use 127.0.0.1, or a tunnel that ends there")
    for name, trunk in draft.trunks.items():
        for index, address in enumerate(trunk.addresses):
            try:
                ipaddress.ip_network(address, strict=False)
            except ValueError:
                path = ("trunks", name, "addresses", index)
                what = f"'{address[:60]}' is no IP address or network"
                draft.error(path, what, "Write 10.20.0.5 or 10.20.0.0/24")


def _check_ports(draft: Draft) -> None:
    """No two servers of the machine listen on one port."""
    first_use: dict[int, str] = {}
    for port, path in _ports(draft):
        if port in first_use:
            what = f"port {port} is used by {first_use[port]} already"
            draft.error(path, what, "Use another port")
        first_use.setdefault(port, ".".join(map(str, path)))


def _ports(draft: Draft) -> Iterator[tuple[int, Path]]:
    """Give the TCP ports of FreeSWITCH, and of Redis if it is on the same machine."""
    freeswitch = draft.freeswitch
    yield freeswitch.event_socket.port, ("freeswitch", "event_socket", "port")
    yield freeswitch.sip.trunk_port, ("freeswitch", "sip", "trunk_port")
    yield freeswitch.sip.seats_port, ("freeswitch", "sip", "seats_port")
    with suppress(ValueError):  # an address that cannot be read has been reported
        url = urlsplit(draft.storage.redis)
        if url.hostname in _LOOPBACK and freeswitch.event_socket.host in _LOOPBACK:
            yield url.port or 6379, ("storage", "redis")


def _check_media(draft: Draft) -> None:
    """The media ports are a range, apart from SIP, and enough for every session."""
    rtp, sip = draft.freeswitch.rtp, draft.freeswitch.sip
    if rtp.first_port >= rtp.last_port:
        what = f"the range {rtp.first_port} to {rtp.last_port} is empty"
        path = ("freeswitch", "rtp", "last_port")
        draft.error(path, what, "Write a last port above the first")
        return
    for key, port in (("trunk_port", sip.trunk_port), ("seats_port", sip.seats_port)):
        if rtp.first_port <= port <= rtp.last_port:
            what = f"port {port} lies in the range of media ports"
            instead = f"Use one outside {rtp.first_port} to {rtp.last_port}"
            draft.error(("freeswitch", "sip", key), what, instead)
    media = (rtp.last_port - rtp.first_port + 1) // 2
    if media < draft.freeswitch.max_sessions:
        draft.warning(
            ("freeswitch", "max_sessions"),
            f"the media ports are enough for {media} sessions only",
            "Widen freeswitch.rtp, or lower max_sessions",
        )
