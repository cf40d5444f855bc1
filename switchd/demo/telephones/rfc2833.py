"""Keys as RTP packets (RFC 2833, RFC 4733)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

PACKET_SECONDS = 0.02
EVENTS = "0123456789*#ABCD"
_SAMPLES = 160
"""Of one packet, at 8000 Hz."""
_PACKETS = 5
"""How long a key is pressed; the last packet is sent three times (RFC 4733, 2.5.1.4)."""
_SOURCE = 0x5EA7
_VOLUME = 10


def key_packets(keys: str, payload_type: int) -> Iterator[bytes]:
    """Yield the packets of `keys`, one after the other, to be sent every PACKET_SECONDS."""
    sequence = 0
    for number, key in enumerate(keys, 1):
        for packet in range(1, _PACKETS + 3):
            last = packet >= _PACKETS
            sequence += 1
            header = struct.pack(
                "!BBHII",
                0x80,
                payload_type | (0x80 if packet == 1 else 0),
                sequence,
                number * 2 * _PACKETS * _SAMPLES,
                _SOURCE,
            )
            duration = min(packet, _PACKETS) * _SAMPLES
            event = struct.pack(
                "!BBH", EVENTS.index(key), _VOLUME | (0x80 if last else 0), duration
            )
            yield header + event
