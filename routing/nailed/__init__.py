"""A seat's line that is kept open for a whole shift, as a pure machine.

The line is dialled when somebody signs in at the seat, and hears silence. An offer rings no phone:
a tone tells of it, and it is taken by itself or with a key. From then on the call has the line
under the offer's token, as it has every other seat's leg. When the call lets go of it the line
hears silence again. Only a seat that signs out ends its line; whatever else ends it is a loss.

    closed → dialling → open → offered → taken ⇄ talking → open
"""

from routing.nailed.line import (
    AGAIN_SECONDS,
    HELD,
    LINE_PREFIX,
    REDIAL,
    RING_SECONDS,
    TRIES,
    UNANSWERED,
    Line,
    LineState,
)
from routing.nailed.machine import step

__all__ = [
    "AGAIN_SECONDS",
    "HELD",
    "LINE_PREFIX",
    "REDIAL",
    "RING_SECONDS",
    "TRIES",
    "UNANSWERED",
    "Line",
    "LineState",
    "step",
]
