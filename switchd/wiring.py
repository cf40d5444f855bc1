"""Adapters between parts that do not know each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gevent.event import AsyncResult

from routing.callflow.events import NotOccupied, Occupied
from routing.seats import Offer
from switchd.api.ports import Refused, Unavailable
from switchd.calls import ports as calls
from switchd.credentials import Doorkeeper
from switchd.estimates import Estimates
from switchd.queues.facts import NotToBeHad, QueueUnavailable, Refusal, SeatRefused, SeatView
from switchd.queues.waitlist import Waitlist
from switchd.seats.signing_in import ELSEWHERE, REFUSED, WRONG_PIN, SeatRefusal


class for_calls:  # noqa: N801 - reads as a word in a with statement
    """Tell calls in their own words that Redis does not answer."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, QueueUnavailable):
            raise calls.QueueUnavailable(str(error)) from error


@contextmanager
def for_api() -> Iterator[None]:
    """Tell whoever asked over HTTP that Redis does not answer."""
    try:
        yield
    except QueueUnavailable as error:
        raise Unavailable(str(error)) from error


class CallQueue:
    """The waitlist as calls see it. Implements `calls.ports.Queue`."""

    def __init__(self, waitlist: Waitlist, estimates: Estimates) -> None:
        self._waitlist = waitlist
        self._estimates = estimates
        self._notices: dict[str, AsyncResult[str | None]] = {}
        """Group → the question that is on its way."""

    def enqueue(
        self,
        call: str,
        group: str,
        *,
        priority: int,
        slope: float,
        enqueued_at: float,
        ring_seconds: float,
        prefer: str,
        now: float,
    ) -> int:
        with for_calls():
            return self._waitlist.enqueue(
                call,
                group,
                priority=priority,
                slope=slope,
                enqueued_at=enqueued_at,
                ring_seconds=ring_seconds,
                prefer=prefer,
                now=now,
            )

    def leave(self, call: str, now: float) -> bool:
        with for_calls():
            return self._waitlist.leave(call, now)

    def widen(self, call: str, group: str, now: float) -> bool:
        with for_calls():
            return self._waitlist.widen(call, group, now)

    def staffed(self, group: str) -> bool:
        with for_calls():
            return self._waitlist.staffed(group)

    def notice(self, group: str) -> str | None:
        """Whoever asks while the same question is on its way shares the answer: it cannot be older
        than the place in the list."""
        with for_calls():
            asked = self._notices.get(group)
            if asked is not None:
                return asked.get()
            asked = self._notices[group] = AsyncResult()
            try:
                asked.set(self._waitlist.notice(group))
            except BaseException as error:
                asked.set_exception(QueueUnavailable(f"notice: {error}"))
                raise
            finally:
                del self._notices[group]
            return asked.get()

    def rerank(self, call: str, priority: int, now: float) -> bool:
        with for_calls():
            return self._waitlist.rerank(call, priority, now)

    def position(self, call: str, now: float) -> calls.Place | None:
        with for_calls():
            place = self._waitlist.position(call, now)
            if place is None:
                return None
            return calls.Place(place.position, self._estimates.wait(call, place, now))

    def accept(self, token: str, now: float) -> tuple[str, ...] | None:
        with for_calls():
            accepted = self._waitlist.accept(token, now)
        return None if accepted is None else accepted.withdrawn

    def claim(
        self,
        wanted: str,
        call: str,
        lease_seconds: float,
        now: float,
        token: str = "",
        resting: bool = False,
    ) -> Offer | str:
        with for_calls():
            claimed = self._waitlist.claim(
                wanted, call, lease_seconds, now, token=token, resting=resting
            )
        return claimed.why if isinstance(claimed, NotToBeHad) else claimed

    def refuse(self, token: str, reason: str | None, now: float) -> bool:
        with for_calls():
            return self._waitlist.refuse(token, reason, now)

    def occupy(self, seat: str, call: str, token: str, now: float) -> Occupied | NotOccupied:
        with for_calls():
            try:
                view = self._waitlist.occupy(seat, call, token, now)
            except SeatRefused as error:
                return NotOccupied(error.reason)
        return Occupied(view.agent, view.home)

    def release(self, seat: str, token: str, wrap_up_seconds: float, now: float) -> bool:
        with for_calls():
            return self._waitlist.release(seat, token, wrap_up_seconds, now)


class SeatDesk:
    """The seat verbs, for feature codes and for the HTTP interface."""

    def __init__(
        self,
        waitlist: Waitlist,
        now: Callable[[], float],
        seated: Callable[[str, str], None],
        door: Doorkeeper,
    ) -> None:
        """`seated(seat, agent)` lets the seat serve whom it can with the agent's skills."""
        self._waitlist = waitlist
        self._now = now
        self._seated = seated
        self._door = door

    @property
    def wants_pins(self) -> bool:
        """Whether staff number and PIN are asked for at signing in."""
        return self._door.wants_pins

    def sign_in(
        self, seat: str, agent: str, pin: str = "", take_over: bool = False, vouched: bool = False
    ) -> SeatView:
        """Let an agent sit down; `vouched` if who it is has been proven otherwise.

        Raises `SeatRefusal`, like all of them.
        """
        with _for_seats():
            if not vouched:
                self._door.admit(agent, pin)
            view = self._waitlist.sign_in(seat, agent, self._now(), take_over)
            self._seated(seat, agent)
            return self._waitlist.seat(seat) or view

    def sign_in_dialled(self, seat: str, digits: str, pin: str, take_over: bool) -> SeatView:
        """Let whoever is meant by dialled digits sit down."""
        agent = self._door.dialled(digits)
        if agent is None:
            raise SeatRefusal(f"nobody is meant by the staff number {digits}", WRONG_PIN)
        return self.sign_in(seat, agent, pin, take_over)

    def sign_out(self, seat: str) -> SeatView:
        with _for_seats():
            return self._waitlist.sign_out(seat, self._now())

    def ready(self, seat: str) -> SeatView:
        with _for_seats():
            return self._waitlist.ready(seat, self._now())

    def not_ready(self, seat: str, reason: str) -> SeatView:
        with _for_seats():
            return self._waitlist.not_ready(seat, reason, self._now())

    def do(
        self,
        seat: str,
        verb: str,
        agent: str,
        reason: str,
        pin: str = "",
        take_over: bool = False,
        vouched: bool = False,
    ) -> SeatView:
        """Do a verb by its name on the command line. Raises `api.ports.Refused` or
        `Unavailable`."""
        try:
            match verb:
                case "sign-in":
                    return self.sign_in(seat, agent or seat, pin, take_over, vouched)
                case "sign-out":
                    return self.sign_out(seat)
                case "ready":
                    return self.ready(seat)
                case "not-ready":
                    return self.not_ready(seat, reason or "break")
        except SeatRefusal as error:
            raise Refused(str(error)) from error
        except QueueUnavailable as error:
            raise Unavailable(str(error)) from error
        raise Refused(f"there is no verb {verb}")


@contextmanager
def _for_seats() -> Iterator[None]:
    try:
        yield
    except SeatRefused as error:
        prompt = ELSEWHERE if error.reason is Refusal.ELSEWHERE else REFUSED
        raise SeatRefusal(str(error), prompt) from error
