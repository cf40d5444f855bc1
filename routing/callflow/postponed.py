"""Wishes that end legs wait while two legs are being bridged.

FreeSWITCH ends the other leg of a bridge that is being made when one of them goes
(switch_ivr_bridge.c, uuid_bridge_on_soft_execute: DESTINATION_OUT_OF_ORDER), be it the caller's.
"""

from __future__ import annotations

from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.positions import At

ENDS_LEGS = frozenset(
    {"transfer", "complete", "cancel", "leave", "drop", "park", "survey", "hang-up"}
)
"""Verbs by which somebody's leg is ended."""


def is_bridging(call: Call) -> bool:
    """Tell whether two legs are on their way to each other."""
    return any(spot.at is At.TO_BRIDGE for spot in call.spots.values())


def must_wait(call: Call, wish: on.Control) -> bool:
    """Tell whether a wish is not to be done before the two have arrived, or have not in time."""
    return wish.verb in ENDS_LEGS and is_bridging(call)
