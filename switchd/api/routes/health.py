"""Whether the daemon lives, and whether it can serve callers: for load balancers and monitors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from switchd.api.ports import House, Unavailable
from switchd.api.route import Answer, Asked, Nothing, get


class Health(Answer):
    """All is well; what is not comes as a problem with status 503."""

    status: str
    """`live` or `ready`."""


def live(house: House, asked: Asked[Nothing]) -> Mapping[str, Any]:
    """Tell that the daemon answers."""
    return {"status": "live"}


def ready(house: House, asked: Asked[Nothing]) -> Mapping[str, Any]:
    """Tell whether the daemon can serve callers, or else what keeps it from that."""
    troubles = house.health()
    if troubles:
        raise Unavailable("; ".join(f"{part}: {what}" for part, what in troubles.items()))
    return {"status": "ready"}


ROUTES: Final = (
    get("/v1/health/live", live, Health, open=True),
    get("/v1/health/ready", ready, Health, open=True),
)
