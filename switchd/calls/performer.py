"""Carries out what the call flow asks for: one method per action, found by the action's class."""

from __future__ import annotations

from collections.abc import Callable

import gevent
import structlog

from routing.callflow import Call
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.record import EndedBy
from switchd.calls.answers import Answers
from switchd.calls.ports import (
    Clock,
    LegGone,
    NotKept,
    Places,
    Queue,
    QueueUnavailable,
    Register,
    Switch,
    SwitchAway,
    SwitchError,
)

log = structlog.get_logger(__name__)

Post = Callable[[on.Event], None]

RETRY_SECONDS = 1.0
"""How soon a seat is given back again if Redis could not be reached."""


class Performer:
    """Does things for one call at a time; holds nothing of any call."""

    def __init__(
        self,
        switch: Switch,
        queue: Queue,
        clock: Clock,
        register: Register,
        places: Places,
        answers: Answers | None = None,
    ) -> None:
        self._answers = answers or Answers()
        self._switch = switch
        self._register = register
        self._places = places
        self._queue = queue
        self._clock = clock
        self._verbs: dict[type[do.Action], Callable[..., on.Event | None]] = {
            do.Answer: self._answer,
            do.Play: self._play,
            do.PlayMusic: self._music,
            do.Collect: self._collect,
            do.CollectNumber: self._collect_number,
            do.RecordMessage: self._record_message,
            do.KeepPlace: self._keep_place,
            do.Tag: self._tag,
            do.Enqueue: self._enqueue,
            do.LeaveQueue: self._leave,
            do.HoldPlace: self._hold_place,
            do.LeavePlace: self._leave_place,
            do.TakeOver: self._take_over,
            do.AskPosition: self._position,
            do.Widen: self._widen,
            do.AskStaffed: self._staffed,
            do.AskNotice: self._notice,
            do.Rank: self._rank,
            do.Dial: self._dial,
            do.Ring: self._ring,
            do.OccupySeat: self._occupy,
            do.AnswerSeat: self._answer_seat,
            do.CallBack: self._call_back,
            do.Tell: self._tell,
            do.RingTone: self._ring_tone,
            do.StopLeg: self._stop_leg,
            do.AcceptOffer: self._accept,
            do.RefuseOffer: self._refuse,
            do.ReleaseSeat: self._release,
            do.Bridge: self._bridge,
            do.Hint: self._hint,
            do.Keep: self._keep,
            do.Part: self._part,
            do.Park: self._park,
            do.Confer: self._confer,
            do.Mute: self._mute,
            do.Claim: self._claim,
            do.Reply: self._reply,
            do.Notify: self._notify,
            do.StartRecording: self._record,
            do.StopRecording: self._stop_recording,
            do.Hangup: self._hang_up,
        }

    def perform(self, call: Call, action: do.Action) -> on.Event | None:
        """Do `action` for `call`.

        Returns what came of it at once, if anything did; an event that makes the rest of the
        actions pointless (see `stops`) among them.
        """
        return self._verbs[type(action)](call, action)

    @staticmethod
    def stops(event: on.Event) -> bool:
        """Tell whether the actions behind the one that led to `event` must not be done."""
        return isinstance(event, on.OfferLost | on.QueueFailed | on.SwitchRefused | on.BridgeFailed)

    def _or_else(
        self, call: Call, command: Callable[[], None], failed: str, then: on.Event
    ) -> on.Event | None:
        """What the switch refuses counts as `then`, so that the call goes on."""
        try:
            command()
        except LegGone:
            return None
        except SwitchError as error:
            log.warning(failed, call_id=call.id, why=str(error))
            return then
        return None

    def _best_effort(self, call: Call, what: str, command: Callable[[], None]) -> None:
        try:
            command()
        except LegGone:
            pass
        except SwitchError as error:
            log.warning("switch refused", call_id=call.id, action=what, why=str(error))

    def _answer(self, call: Call, action: do.Answer) -> on.Event | None:
        """While the switch is away nothing is lost: it is told again when it is back."""
        try:
            self._switch.answer(call.id)
        except LegGone:
            return None
        except SwitchAway as error:
            log.info("not answered yet", call_id=call.id, why=str(error))
        except SwitchError as error:
            return on.SwitchRefused("answer", str(error))
        return None

    def _play(self, call: Call, action: do.Play) -> on.Event | None:
        return self._or_else(
            call,
            lambda: self._switch.play(
                call.id, action.prompts, action.execution, action.interrupt, call.language
            ),
            "prompt not played",
            on.Played(action.execution, failed=True),
        )

    def _music(self, call: Call, action: do.PlayMusic) -> None:
        self._best_effort(
            call,
            "music",
            lambda: self._switch.music(
                action.leg or call.id, action.music, action.execution, action.interrupt
            ),
        )

    def _collect(self, call: Call, action: do.Collect) -> on.Event | None:
        return self._or_else(
            call,
            lambda: self._switch.collect(
                call.id,
                action.prompts,
                action.invalid,
                action.keys,
                action.seconds,
                action.tries,
                action.execution,
                call.language,
                action.interrupt,
            ),
            "question not asked",
            on.Collected(action.execution, ""),
        )

    def _collect_number(self, call: Call, action: do.CollectNumber) -> on.Event | None:
        return self._or_else(
            call,
            lambda: self._switch.collect_number(
                call.id,
                action.prompts,
                action.invalid,
                (action.at_least, action.at_most),
                action.seconds,
                action.tries,
                action.execution,
                call.language,
                action.interrupt,
            ),
            "number not asked for",
            on.Collected(action.execution, ""),
        )

    def _record_message(self, call: Call, action: do.RecordMessage) -> on.Event | None:
        return self._or_else(
            call,
            lambda: self._switch.record_message(
                call.id,
                action.path,
                action.longest_seconds,
                action.silence_seconds,
                action.execution,
            ),
            "message not recorded",
            on.Recorded(action.execution, 0.0),
        )

    def _keep_place(self, call: Call, action: do.KeepPlace) -> on.Event:
        try:
            kept = self._places.keep(call.id, action)
        except NotKept as error:
            log.warning("place not kept", call_id=call.id, why=str(error))
            return on.PlaceNotKept(str(error))
        return on.PlaceKept(kept.callback, kept.already)

    def _tag(self, call: Call, action: do.Tag) -> None:
        self._best_effort(call, "tag", lambda: self._switch.tag(call.id, action.facts))

    def _enqueue(self, call: Call, action: do.Enqueue) -> on.Event | None:
        try:
            self._queue.enqueue(
                call.id,
                action.group,
                priority=action.priority,
                slope=action.slope,
                enqueued_at=action.enqueued_at,
                ring_seconds=action.lease_seconds,
                prefer=action.prefer,
                now=self._clock.now(),
            )
        except QueueUnavailable as error:
            return on.QueueFailed(str(error))
        return None

    def _leave(self, call: Call, action: do.LeaveQueue) -> None:
        self._surely(lambda: self._queue.leave(call.id, self._clock.now()))

    def _hold_place(self, call: Call, action: do.HoldPlace) -> None:
        now = self._clock.now()
        try:
            self._register.hold(call.id, call.line_meant, call.caller, action.place, now)
        except QueueUnavailable as error:
            log.warning("place not written down", call_id=call.id, why=str(error))

    def _leave_place(self, call: Call, action: do.LeavePlace) -> None:
        self._surely(
            lambda: self._register.leave(
                call.id, call.line_meant, call.caller, action.kept, action.seconds
            )
        )

    def _take_over(self, call: Call, action: do.TakeOver) -> None:
        try:
            self._register.take_over(action.earlier, call.id)
        except QueueUnavailable as error:
            log.warning("earlier call not ended", call_id=call.id, why=str(error))

    def _position(self, call: Call, action: do.AskPosition) -> on.Event | None:
        try:
            place = self._queue.position(call.id, self._clock.now())
        except QueueUnavailable:
            place = None
        return on.Positioned(0) if place is None else on.Positioned(*place)

    def _widen(self, call: Call, action: do.Widen) -> None:
        try:
            self._queue.widen(call.id, action.group, self._clock.now())
        except QueueUnavailable as error:
            log.warning("not widened", call_id=call.id, group=action.group, why=str(error))

    def _staffed(self, call: Call, action: do.AskStaffed) -> on.Event | None:
        try:
            return None if self._queue.staffed(action.group) else on.Unstaffed(action.group)
        except QueueUnavailable:
            return None

    def _notice(self, call: Call, action: do.AskNotice) -> on.Event | None:
        try:
            notice = self._queue.notice(action.group)
        except QueueUnavailable:
            return None
        return None if notice is None else on.Noticed(notice)

    def _rank(self, call: Call, action: do.Rank) -> None:
        try:
            self._queue.rerank(call.id, action.priority, self._clock.now())
        except QueueUnavailable as error:
            log.warning("not ranked", call_id=call.id, why=str(error))

    def _ring(self, call: Call, action: do.Ring) -> on.Event | None:
        return self._reach(
            call,
            action.leg,
            lambda: self._switch.ring(
                action.seat,
                action.leg,
                action.seconds,
                action.caller,
                action.title,
                call.id,
                action.home,
            ),
        )

    def _dial(self, call: Call, action: do.Dial) -> on.Event | None:
        return self._reach(
            call,
            action.leg,
            lambda: self._switch.dial(
                action.number,
                action.trunk,
                action.leg,
                action.seconds,
                action.caller,
                action.title,
                call.id,
                action.seat,
                action.headers,
            ),
        )

    def _reach(self, call: Call, leg: str, ring: Callable[[], None]) -> on.Event | None:
        """Ring somebody. If the switch is away the lease decides, or a timer: no phone is
        to blame."""
        try:
            ring()
        except SwitchAway as error:
            log.warning("not rung", call_id=call.id, leg=leg, why=str(error))
            return None
        except SwitchError as error:
            log.warning("not rung", call_id=call.id, leg=leg, why=str(error))
            return on.SeatFailed(leg, "DESTINATION_OUT_OF_ORDER")
        return None

    def _call_back(self, call: Call, action: do.CallBack) -> on.Event | None:
        return self._reach(
            call,
            call.id,
            lambda: self._switch.call_back(
                action.number,
                action.trunk,
                call.id,
                action.seconds,
                action.shown,
                action.facts,
                action.home,
            ),
        )

    def _occupy(self, call: Call, action: do.OccupySeat) -> on.Event:
        try:
            return self._queue.occupy(action.seat, call.id, action.token, self._clock.now())
        except QueueUnavailable as error:
            log.warning("seat not occupied", call_id=call.id, why=str(error))
            return on.NotOccupied(str(error))

    def _answer_seat(self, call: Call, action: do.AnswerSeat) -> None:
        self._best_effort(call, "answer seat", lambda: self._switch.pick_up(action.leg))

    def _tell(self, call: Call, action: do.Tell) -> on.Event | None:
        return self._or_else(
            call,
            lambda: self._switch.play(
                action.leg, action.prompts, action.execution, action.interrupt, call.language
            ),
            "seat not told",
            on.Played(action.execution, failed=True),
        )

    def _ring_tone(self, call: Call, action: do.RingTone) -> None:
        self._best_effort(
            call, "ring tone", lambda: self._switch.ring_tone(action.leg, action.execution)
        )

    def _stop_leg(self, call: Call, action: do.StopLeg) -> None:
        self._best_effort(call, "stop leg", lambda: self._switch.hang_up(action.leg, action.cause))

    def _accept(self, call: Call, action: do.AcceptOffer) -> on.Event | None:
        try:
            withdrawn = self._queue.accept(action.token, self._clock.now())
        except QueueUnavailable as error:
            log.warning("offer accepted without the queue", call_id=call.id, why=str(error))
            return None
        return on.OfferLost(action.token) if withdrawn is None else None

    def _refuse(self, call: Call, action: do.RefuseOffer) -> None:
        self._surely(lambda: self._queue.refuse(action.token, action.reason, self._clock.now()))

    def _release(self, call: Call, action: do.ReleaseSeat) -> None:
        self._surely(
            lambda: self._queue.release(
                action.seat, action.token, action.wrap_up_seconds, self._clock.now()
            )
        )

    def _surely(self, verb: Callable[[], object]) -> None:
        """Do a verb that frees a seat or a place, now or as soon as Redis is back."""
        try:
            verb()
        except QueueUnavailable as error:
            log.warning("queue not told, trying again", why=str(error))
            self._clock.later(RETRY_SECONDS, lambda: self._later(verb))

    def _later(self, verb: Callable[[], object]) -> None:
        gevent.spawn(self._surely, verb)

    def _bridge(self, call: Call, action: do.Bridge) -> on.Event | None:
        try:
            self._switch.bridge(action.other or call.id, action.leg)
        except SwitchAway:
            return None
        except LegGone as error:
            # Whose leg is told as its end; without the caller there are two whose it may be.
            return None if action.other else on.BridgeFailed(action.leg, str(error))
        except SwitchError as error:
            return on.BridgeFailed(action.leg, str(error))
        return None

    def _hint(self, call: Call, action: do.Hint) -> None:
        self._best_effort(call, "hint", lambda: self._switch.hint(action.leg, action.prompt))

    def _keep(self, call: Call, action: do.Keep) -> None:
        self._best_effort(call, "keep", lambda: self._switch.keep(action.leg))

    def _part(self, call: Call, action: do.Part) -> None:
        self._best_effort(call, "part", lambda: self._switch.part(action.leg, action.other))

    def _park(self, call: Call, action: do.Park) -> None:
        self._best_effort(call, "park", lambda: self._switch.park(action.leg))

    def _confer(self, call: Call, action: do.Confer) -> None:
        self._best_effort(call, "confer", lambda: self._switch.confer(action.leg, action.room))

    def _mute(self, call: Call, action: do.Mute) -> None:
        self._best_effort(call, "mute", lambda: self._switch.mute(action.leg, action.on))

    def _claim(self, call: Call, action: do.Claim) -> on.Event:
        try:
            claim = self._queue.claim(
                action.wanted,
                call.id,
                action.lease_seconds,
                self._clock.now(),
                action.token,
                action.resting,
            )
        except QueueUnavailable as error:
            log.warning("seat not asked for", call_id=call.id, why=str(error))
            return on.NotClaimed(action.wanted, "the waiting list cannot be reached")
        if isinstance(claim, str):
            return on.NotClaimed(action.wanted, claim)
        return on.Claimed(action.wanted, claim)

    def _reply(self, call: Call, action: do.Reply) -> None:
        self._answers.tell(action)

    def _notify(self, call: Call, action: do.Notify) -> None:
        self._answers.notify(call, action)

    def _record(self, call: Call, action: do.StartRecording) -> on.Event | None:
        try:
            self._switch.record(call.id, action.path)
        except (LegGone, SwitchAway) as error:
            # FreeSWITCH may record all the same; a leg that is gone is told by its own event.
            log.warning("switch refused", call_id=call.id, action="record", why=str(error))
        except SwitchError as error:
            log.error(
                "talk not recorded",
                call_id=call.id,
                why=str(error),
                advice="see the disk and the permissions of the recordings folder",
            )
            return on.NotRecorded(str(error))
        return None

    def _stop_recording(self, call: Call, action: do.StopRecording) -> None:
        self._best_effort(
            call, "stop recording", lambda: self._switch.stop_recording(call.id, action.path)
        )

    def _hang_up(self, call: Call, action: do.Hangup) -> on.Event | None:
        try:
            self._switch.hang_up(call.id, action.cause)
        except LegGone:
            return on.CallerGone("UNCONFIRMED", EndedBy.SYSTEM) if action.again else None
        except SwitchError as error:
            log.warning("switch refused", call_id=call.id, action="hang up", why=str(error))
        return None
