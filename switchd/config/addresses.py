"""Addresses at which the HTTP interface listens."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where a TCP server listens."""

    host: str
    """An IP address."""
    port: int

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return ipaddress.ip_address(self.host).is_loopback


def read_address(written: str) -> Address | None:
    """Read `10.20.0.5:8345` or `[::1]:8345`; None for what cannot be read, and for nothing."""
    host, _, port = written.rpartition(":")
    try:
        ip = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    return Address(str(ip), int(port)) if 0 < int(port) < 65536 else None
