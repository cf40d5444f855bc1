"""One follow-up call (回访): a person to be asked how a matter went.

Its life is that of a callback (`routing.outgoing`), with rules of its own: it waits in the city's
list of tasks until there is room for it in the list of callers, it has a first and a last moment,
and what the person said is kept with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from routing.outgoing import DAY, Callback, Talked
from routing.record import CallKind
from routing.seats import Offer

if TYPE_CHECKING:
    from routing.calling import CallingRules
    from routing.plan import Plan

LOWEST_SLOPE = 0.1
"""Points a second, the fewest that the list of callers knows."""
_TITLES = {"zh": "回访", "en": "Follow-up"}


@dataclass(frozen=True, slots=True)
class FollowUp(Callback):
    """One person to be asked. Never changed, only replaced; times in epoch seconds."""

    PREFIX: ClassVar[str] = "follow-up:"
    LEG_PREFIX: ClassVar[str] = "follow-up-"
    KIND: ClassVar[CallKind] = CallKind.FOLLOW_UP

    reference: str = ""
    """The matter's number in the city's own system, such as that of a work order (工单)."""
    subject: str = ""
    """What the matter was, for the seat to read."""
    not_after: float | None = None
    """After this moment nobody is called any more; None: `longest_days` decide."""
    seat: str = ""
    """The seat of the last try."""
    agent: str = ""
    tried_at: float | None = None
    """When the phone of that seat began to ring."""
    result: str = ""
    """The code that the seat put in; see `FollowUpRules.results`."""
    result_at: float | None = None
    result_by: str = ""
    note: str = ""
    """What the seat wrote besides."""
    survey: str = ""
    """What the person pressed when asked for satisfaction: the key's meaning."""

    def rules(self, plan: Plan) -> CallingRules:
        """How follow-ups are carried out."""
        return plan.follow_ups

    def gives_up_at(self, plan: Plan) -> float:
        """The moment after which it is too late."""
        if self.not_after is not None:
            return self.not_after
        return max(self.asked_at, self.queued_at) + plan.follow_ups.longest_days * DAY

    def standing(self, slope: float, now: float) -> tuple[float, float]:
        """It never grows older than callers are, however long it has been on the city's list."""
        return LOWEST_SLOPE, now

    def tried_by(self, offer: Offer) -> FollowUp:
        """The seat that asks has been found."""
        return replace(self, seat=offer.seat, agent=offer.agent, tried_at=offer.offered_at)

    def talked(self, event: Talked) -> FollowUp:
        """What the person pressed is kept."""
        return replace(self, survey=event.survey)

    def display(self, plan: Plan, shown: str, now: float) -> str:
        """What the phone of the seat shows before it is picked up."""
        title = _TITLES["zh" if plan.language == "zh" else "en"]
        return " ".join(part for part in (title, self.reference, self.subject, shown) if part)
