"""Free ports on loopback."""

from __future__ import annotations

import random
import socket


class FreePorts:
    """Gives out ports that neither TCP nor UDP uses and that it has not given out before."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def take(self) -> int:
        """Return a port; the three on either side stay free, for SIPp takes two more for media."""
        while True:
            with (
                socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
            ):
                stream.bind(("127.0.0.1", 0))
                port = int(stream.getsockname()[1])
                if not self._given.isdisjoint(range(port - 3, port + 4)):
                    continue
                try:
                    datagram.bind(("127.0.0.1", port))
                except OSError:
                    continue
                self._given.add(port)
                return port

    def give_back(self, *ports: int) -> None:
        """They may be given out again."""
        self._given.difference_update(ports)


def rtp_range(legs: int) -> tuple[int, int]:
    """Choose the first and last UDP port of RTP for so many legs.

    They lie below the ports that the kernel gives out, which SIPp and the event socket use.
    """
    first = random.randrange(10_000, 32_000 - 2 * legs, 2)
    return first, first + 2 * legs
