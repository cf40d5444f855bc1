"""What may stand in the section `admission`: who is let in."""

from __future__ import annotations

from pydantic import Field

from routing.admission import Again
from switchd.config.models import Section


class Admission(Section):
    """Who is let in when there is too much of everything. Emergency calls always are."""

    reserve: float = Field(
        default=0.2,
        ge=0,
        le=0.9,
        description="Share of `freeswitch.max_sessions` and of `freeswitch.sessions_per_second` "
        "that no new caller gets: for the seats' legs and emergency transfers. Callers beyond it "
        "get NORMAL_CIRCUIT_CONGESTION (SIP 503).",
    )
    mobiles: Again = Field(
        default=Again.TAKE_OVER,
        description="What a mobile meets that calls a line for which it waits already: "
        "`take_over` (goes on at the old place; the earlier call ends), `busy`, or `allow` "
        "(waits a second time).",
    )
    others: Again = Field(
        default=Again.ALLOW,
        description="The same for other numbers, behind which many people may be.",
    )
    dropped_seconds: float = Field(
        default=120.0,
        ge=0,
        le=3600,
        description="Seconds for which a caller who was cut off keeps place, language and agent. "
        "0: nothing is kept.",
    )
    same_agent_seconds: float = Field(
        default=600.0,
        ge=0,
        le=86400,
        description="Seconds after a talk for which the caller's next call of the line goes to the "
        "same agent, if idle. 0: to whoever has the turn.",
    )
