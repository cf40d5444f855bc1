"""All lines that are kept open: whose they are, and which call has which of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

import structlog

from routing.callflow import events as call
from routing.nailed import HELD, LINE_PREFIX, LineState
from routing.nailed import events as on
from routing.plan import Plan
from switchd.nailed.ports import Clock, Exchange, Keeper, LineError
from switchd.nailed.worker import Deliver, LineWorker

log = structlog.get_logger(__name__)


class LineDesk:
    """Opens and ends lines, and stands between them and the calls that have them.

    A call knows the line by the token of its offer, as it knows every other seat's leg: `real`
    gives the leg for a token, `heard` hands the call what happens on it.
    """

    def __init__(
        self,
        plan: Callable[[], Plan],
        exchange: Exchange,
        keeper: Keeper,
        clock: Clock,
        deliver: Deliver,
    ) -> None:
        self._plan = plan
        self._exchange = exchange
        self._keeper = keeper
        self._clock = clock
        self._pass_on = deliver
        self._workers: dict[str, LineWorker] = {}
        """By seat."""
        self._tokens: dict[str, LineWorker] = {}
        """By the offer for which a line is used, or is about to be."""

    def __contains__(self, leg: str) -> bool:
        return leg.startswith(LINE_PREFIX)

    def serves(self, seat: str) -> bool:
        """Whether the seat's line is kept open."""
        found = self._plan().seats.get(seat)
        return found is not None and found.nailed_up

    # what seats do

    def signed_in(self, seat: str) -> None:
        """Somebody signed in, or is ready again: the line is dialled if it is not open."""
        if self.serves(seat):
            worker = self._worker(seat)
            worker.take(on.Wanted(worker.new_leg()))

    def signed_out(self, seat: str) -> None:
        """Nobody is signed in any more, or will be after the call: the line ends then."""
        if seat in self._workers:
            self._workers[seat].take(on.Unwanted())

    def _worker(self, seat: str) -> LineWorker:
        worker = self._workers.get(seat)
        found = self._plan().seats[seat]
        if worker is None:
            worker = LineWorker(found, self._exchange, self._keeper, self._clock, self._deliver)
            self._workers[seat] = worker
        elif worker.seat != found and worker.line.state is LineState.CLOSED:
            worker.seat, worker.line = found, replace(worker.line, accept_key=found.accept_key)
        return worker

    def plan_changed(self) -> None:
        """End the lines of seats that have none any more; one that is in use, after its call."""
        for seat, worker in self._workers.items():
            if not self.serves(seat):
                worker.take(on.Unwanted())

    # what calls do

    def ring(self, seat: str, token: str, seconds: float) -> None:
        """Offer the seat a call; its answer is told by the token."""
        self._tokens[token] = self._worker(seat)
        self._tokens[token].take(on.Rung(token, seconds))

    def keep(self, token: str) -> bool:
        """Let the line stay the call's when the other side leaves; False if it is no line's."""
        return self._tell(token, on.Kept())

    def let_go(self, token: str, cause: str) -> bool:
        """The call has no use for the line any more; False if it is no line's."""
        return self._tell(token, on.LetGo(cause))

    def _tell(self, token: str, event: on.Event) -> bool:
        worker = self._tokens.get(token)
        if worker is not None:
            worker.take(event)
        return worker is not None

    def real(self, leg: str) -> str:
        """Give the line's leg for an offer's token; whatever else is a leg already."""
        worker = self._tokens.get(leg)
        return leg if worker is None else worker.line.leg

    def _deliver(self, token: str, event: call.Event) -> None:
        if isinstance(event, call.SeatFailed | call.SeatGone):
            self._tokens.pop(token, None)
        self._pass_on(token, event)

    # what the switch tells

    def heard(self, leg: str, event: call.Event) -> None:
        """Something happened on a line."""
        worker = next((one for one in self._workers.values() if one.line.leg == leg), None)
        if worker is None:
            return
        if worker.line.state in HELD:
            for told in _for_call(event, leg, worker.line.token):
                self._deliver(worker.line.token, told)
        known = _meaning(event)
        if known is not None:
            worker.take(known)

    # after a break

    def unreachable(self) -> None:
        """The switch cannot be heard: nothing can come over a line."""
        for seat, worker in self._workers.items():
            if worker.line.leg:
                self._keeper.reachable(seat, False)

    def told_again(self) -> None:
        """The queue may have forgotten which lines are open."""
        for worker in self._workers.values():
            if worker.line.leg:
                worker.take(on.Confirmed(is_parked=False))

    def compare(
        self,
        parked: Mapping[str, bool],
        found: Callable[[str], tuple[str, str]],
        signed_in: Collection[str],
        in_use: Collection[str] = (),
    ) -> dict[str, str]:
        """Compare with the lines that the switch has: leg → whether it is parked.

        `found` gives seat and token of a line that is not known here; `in_use` are tokens that a
        call still has, whose line may be parked, because its caller is held. Returns, for every
        talk on a line, the token and the line's leg: the switch has no leg of the token's name.
        """
        talks = dict(self._known(parked))
        mine = {worker.line.leg for worker in self._workers.values()}
        for leg in [leg for leg in parked if leg not in mine]:
            seat, token = found(leg)
            if not self.serves(seat):
                self._end(leg)
                continue
            token = "" if parked[leg] and token not in in_use else token
            self._worker(seat).take(on.Found(leg, token, wanted=seat in signed_in))
            if token:
                talks[token] = leg
                self._tokens[token] = self._worker(seat)
            if token in in_use:
                self.keep(token)
        for seat in signed_in:
            if self.serves(seat):
                self._worker(seat).take(on.Missing())
        return talks

    def _end(self, leg: str) -> None:
        try:
            self._exchange.hang_up(leg)
        except LineError as error:
            log.info("line not ended", leg=leg, why=str(error))

    def _known(self, parked: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
        for worker in self._workers.values():
            line = worker.line
            if line.leg in parked:
                worker.take(on.Confirmed(parked[line.leg]))
                if line.token:
                    yield line.token, line.leg
            elif line.leg:
                worker.take(on.Gone("UNCONFIRMED"))

    def stop(self) -> None:
        """Work no more; on the switch the lines stay as they are."""
        for worker in self._workers.values():
            worker.stop()


def _meaning(event: call.Event) -> on.Event | None:
    """Say in a line's words what happened."""
    match event:
        case call.SeatAnswered():
            return on.Answered()
        case call.SeatFailed(_, cause) | call.SeatGone(_, cause):
            return on.Gone(cause)
        case call.Bridged():
            return on.Bridged()
        case call.Played(execution):
            return on.Played(execution)
        case call.SeatPressed(_, key):
            return on.Pressed(key)
    return None


def _for_call(event: call.Event, leg: str, token: str) -> Iterator[call.Event]:
    """Say in a call's words what it did not hear from the line itself."""
    match event:
        case call.Played() | call.Collected() if event.execution.startswith(f"{leg}:"):
            yield replace(event, execution=event.execution.removeprefix(f"{leg}:"))
        case call.SeatPressed(_, key):
            yield call.SeatPressed(token, key)
        case call.Joined():
            yield call.Joined(token)
