"""Free ports on loopback."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack


class FreePorts:
    """Gives out ports that neither TCP nor UDP uses and that it has not given out before."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def take(self) -> int:
        """Return a port, of which the next three are free, too: SIPp takes two more for media."""
        while True:
            with ExitStack() as bound:
                stream = bound.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
                stream.bind(("127.0.0.1", 0))
                port = int(stream.getsockname()[1])
                if not self._given.isdisjoint(range(port - 3, port + 4)):
                    continue
                try:
                    for each in range(port, port + 4):
                        datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                        bound.enter_context(datagram).bind(("127.0.0.1", each))
                except (OSError, OverflowError):
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
