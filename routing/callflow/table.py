"""The transition table: what may happen in which state, what is done then, where it may lead.

`step` runs on it, docs/callflow.md is drawn from it, and a test walks it. An event that has no
row in the call's state is unexpected: it changes nothing and is counted by whoever called `step`.
"""

from __future__ import annotations

from routing.callflow import events as on
from routing.callflow import forwarding as f
from routing.callflow import handlers as h
from routing.callflow import menus as m
from routing.callflow import widening as w
from routing.callflow.control_rows import ANYWHERE, CONTROL_ROWS
from routing.callflow.handlers import adopting, asking, monitored
from routing.callflow.handlers import callbacks as cb
from routing.callflow.handlers import calling_back as out
from routing.callflow.handlers import dialling_out as dial
from routing.callflow.handlers import supervising as sv
from routing.callflow.handlers import voicemail as vm
from routing.callflow.rows import Row, rows
from routing.callflow.states import ASKED, CONTROLLED, LIVE, QUEUED, WITH_SEAT, State

S = State


_BEHIND_THE_GREETING = (S.WAITING, S.MENU, S.FORWARDING, S.GREETING)
_BEHIND_THE_ANSWER = (S.GREETING, S.CLOSING, S.WAITING, S.MENU, S.FORWARDING)

_ENTRY = rows(
    (S.ARRIVED, on.Arrived, (S.ANSWERING, S.ENDING), h.decide, "taken, or refused unanswered"),
    (S.ARRIVED, on.TurnedAway, (S.ENDING,), h.turn_away, "refused unanswered; call again"),
    (S.ARRIVED, on.Talking, (S.TALKING,), h.talk_on, "nothing: they talk on"),
    (S.ARRIVED, on.Controlled, ANYWHERE, adopting.under_control, "nothing; music, or a voice"),
    (
        S.ARRIVED,
        on.Resumed,
        (S.WAITING, S.ANSWERING, S.ENDING),
        h.resume,
        "nothing: place and music stay; or, if the caller waits for no group yet, a new beginning",
    ),
    (S.ARRIVED, on.Served, (S.SURVEY, S.CLOSING, S.ENDING), h.served, "the survey, or thanks"),
    (S.ARRIVED, on.PassedOn, (S.CLOSING,), h.passed_on, "thanks"),
    (S.ARRIVED, on.TakenCareOf, (S.CLOSING,), h.taken_care_of, "good-bye"),
    (S.ANSWERING, on.Answered, _BEHIND_THE_ANSWER, h.greet, "the greeting"),
    (S.ANSWERING, on.AnswerUnsure, (S.ANSWERING,), h.answer_again, "is answered, once more"),
    (S.GREETING, on.Played, _BEHIND_THE_GREETING, h.greeted, "music, or a seat at once"),
    (S.MENU, on.Collected, (S.WAITING, S.MENU), m.chosen, "a further menu, or the queue"),
    (S.MENU, on.Played, (S.MENU,), h.ignore, "nothing"),
)

_FORWARD = rows(
    (S.FORWARDING, on.SeatAnswered, (S.FORWARDING,), f.picked_up, "the other side picked up"),
    (S.FORWARDING, on.Bridged, (S.FORWARDED,), f.bridged, "they hear each other"),
    (S.FORWARDING, on.SeatFailed, (S.WAITING, S.CLOSING), f.gone, "the queue, or good-bye"),
    (S.FORWARDING, on.SeatGone, (S.WAITING, S.CLOSING), f.gone, "the same"),
    (S.FORWARDING, on.BridgeFailed, (S.WAITING, S.CLOSING), f.not_bridged, "the same"),
    (S.FORWARDING, on.TimerDue, (S.WAITING, S.CLOSING, S.FORWARDING), f.too_late, "the same"),
    (S.FORWARDING, on.Played, (S.FORWARDING,), h.ignore, "nothing"),
    (S.FORWARDING, on.CallerBack, (S.FORWARDING,), h.ignore, "nothing: the reason follows"),
    (S.FORWARDED, on.SeatGone, (S.FORWARDED,), f.other_side_left, "the talk is over"),
    (S.FORWARDED, on.CallerBack, (S.CLOSING,), f.back, "thanks"),
    (S.FORWARDED, on.SeatAnswered, (S.FORWARDED,), h.ignore, "nothing: told twice"),
    (S.FORWARDED, on.SeatFailed, (S.FORWARDED,), h.ignore, "nothing: SeatGone follows"),
    (S.FORWARDED, on.Played, (S.FORWARDED,), h.ignore, "nothing: music that was cut off"),
    (S.FORWARDED, on.TimerDue, (S.FORWARDED,), h.ignore, "nothing"),
)

_ASKED_BACK = (S.WAITING, S.CALLBACK_QUESTION, S.CALLBACK_NUMBER)
_WAIT_OVER = (*_ASKED_BACK, S.VOICEMAIL_GREETING, S.CLOSING, S.ENDING)
"""Where a caller who waits may be led: nowhere, or out."""
_NOT_TAKEN = (S.WAITING, S.CALLBACK_QUESTION, S.CALLBACK_NUMBER)
_NOT_BRIDGED = (*_NOT_TAKEN, S.ENDING)
"""Where a caller is led behind the last phone that rang: the question if the key was pressed."""

_QUEUE = rows(
    (S.WAITING, on.Offered, (S.RINGING,), h.ring, "the seat's phone rings; music goes on"),
    (S.WAITING, on.TimerDue, _WAIT_OVER, h.due, "all seats are busy; further seats; a way out"),
    (S.WAITING, on.Unstaffed, (S.WAITING,), w.unstaffed, "further seats may answer"),
    (S.WAITING, on.Positioned, _WAIT_OVER, h.positioned, "position and estimated wait"),
    (S.WAITING, on.Pressed, _ASKED_BACK, h.pressed, "the offer of a callback"),
    (S.WAITING, on.Played, (S.WAITING,), h.music_again, "music again"),
    (S.WAITING, on.OfferLost, (S.WAITING,), h.offer_lost, "nothing"),
    (S.WAITING, on.SeatGone, (S.WAITING,), h.leg_ended, "nothing"),
    (S.WAITING, on.SeatFailed, (S.WAITING,), h.leg_ended, "nothing"),
    (S.WAITING, on.CallerBack, (S.WAITING,), h.bridge_undone, "music again"),
    (S.WAITING, on.Bridged, (S.WAITING,), h.ignore, "nothing: that seat is being stopped"),
    (S.WAITING, on.QueueForgot, (S.WAITING,), h.queue_forgot, "nothing: the place is kept"),
    (S.WAITING, on.SeatAnswered, (S.WAITING,), h.late_seat, "a phone that answered too late stops"),
)

_ASKED = tuple(
    row
    for state in (S.CALLBACK_QUESTION, S.CALLBACK_NUMBER)
    for row in rows(
        (state, on.Offered, (S.RINGING,), asking.seat_free, "the seat's phone rings; music"),
        (state, on.TimerDue, (state,), asking.due, "nothing"),
        (state, on.Unstaffed, (state,), w.unstaffed, "further seats may answer"),
        (state, on.Positioned, (state,), h.ignore, "nothing: the question goes on"),
        (state, on.Played, (state,), h.ignore, "nothing: music that was cut off"),
        (state, on.OfferLost, (state,), h.ignore, "nothing"),
        (state, on.SeatGone, (state,), h.leg_ended, "nothing"),
        (state, on.SeatFailed, (state,), h.leg_ended, "nothing"),
        (state, on.SeatAnswered, (state,), h.late_seat, "a phone that answered too late stops"),
        (state, on.QueueForgot, (state,), asking.forgotten, "nothing: the place is kept"),
    )
)

_CALLBACK = _ASKED + rows(
    (
        S.CALLBACK_QUESTION,
        on.Collected,
        (S.CALLBACK_QUESTION, S.CALLBACK_NUMBER, S.WAITING),
        cb.chosen,
        "the confirmation, a question for another number, or music",
    ),
    (S.CALLBACK_QUESTION, on.PlaceKept, (S.CLOSING,), cb.kept, "that there will be a callback"),
    (S.CALLBACK_QUESTION, on.PlaceNotKept, (S.WAITING,), cb.not_kept, "that it is not possible"),
    (
        S.CALLBACK_NUMBER,
        on.Collected,
        (S.CALLBACK_QUESTION, S.CALLBACK_NUMBER, S.WAITING),
        cb.typed,
        "the number, or the question again, or music",
    ),
)

_VOICEMAIL = tuple(
    row
    for state in (S.VOICEMAIL_GREETING, S.VOICEMAIL)
    for row in rows(
        (state, on.Offered, (state,), h.late_offer, "nothing rings"),
        (state, on.OfferLost, (state,), h.ignore, "nothing"),
        (state, on.TimerDue, (state,), h.ignore, "nothing"),
        (state, on.Positioned, (state,), h.ignore, "nothing"),
        (state, on.SeatGone, (state,), h.leg_ended, "nothing"),
        (state, on.SeatFailed, (state,), h.leg_ended, "nothing"),
        (state, on.SeatAnswered, (state,), h.late_seat, "a phone that answered too late stops"),
    )
) + rows(
    (
        S.VOICEMAIL_GREETING,
        on.Played,
        (S.VOICEMAIL, S.VOICEMAIL_GREETING),
        vm.greeted,
        "may speak after the beep",
    ),
    (S.VOICEMAIL, on.Recorded, (S.CLOSING, S.VOICEMAIL), vm.recorded, "thanks"),
    (S.VOICEMAIL, on.Played, (S.VOICEMAIL,), h.ignore, "nothing"),
    (S.VOICEMAIL, on.CallerGone, (S.ENDED, S.CLEARING), vm.hung_up, "the message is kept"),
)

_OUTGOING = rows(
    (S.ARRIVED, on.CallBackDue, (S.PREVIEW,), out.begin, "the seat's phone shows a callback"),
    (
        S.PREVIEW,
        on.Offered,
        (S.PREVIEW,),
        out.ring_seat,
        "one phone more rings",
    ),
    (
        S.PREVIEW,
        on.SeatAnswered,
        (S.CALLING, S.PREVIEW),
        out.seat_ready,
        "the person's phone rings",
    ),
    (
        S.PREVIEW,
        on.SeatFailed,
        (S.ENDED, S.CLEARING, S.PREVIEW),
        out.seat_missed,
        "the phone has stopped",
    ),
    (
        S.PREVIEW,
        on.SeatGone,
        (S.ENDED, S.CLEARING, S.PREVIEW),
        out.seat_missed,
        "the phone has stopped",
    ),
    (S.PREVIEW, on.OfferLost, (S.CLEARING, S.PREVIEW), out.offer_lost, "the phone stops"),
    (S.PREVIEW, on.CallerGone, (S.PREVIEW,), h.ignore, "nothing: nobody has been called yet"),
    (S.PREVIEW, on.TimerDue, (S.PREVIEW,), h.ignore, "nothing"),
    (S.CALLING, on.SeatAnswered, (S.CONNECTING, S.CALLING), out.answered, "the person picked up"),
    (
        S.CALLING,
        on.SeatFailed,
        (S.CLEARING, S.ENDED, S.CALLING, S.EXPLAINING),
        out.not_reached,
        "busy or silent: the seat is let go",
    ),
    (S.CALLING, on.CallerGone, (S.ENDED, S.CLEARING, S.CALLING), out.not_reached, "the same"),
    (S.CALLING, on.TimerDue, (S.ENDING, S.CALLING, S.EXPLAINING), out.too_late, "the same"),
    (S.CALLING, on.SeatGone, (S.ENDING, S.CALLING), out.seat_left, "the person's phone stops"),
    (
        S.CALLING,
        on.OfferLost,
        (S.CLEARING, S.ENDED, S.CALLING),
        out.offer_lost,
        "the phone stops; nobody is called",
    ),
    (S.CALLING, on.CallerBack, (S.CONNECTING,), out.answered, "the same"),
    (S.CALLING, on.Offered, (S.CALLING,), h.ignore, "nothing rings"),
    (S.CALLING, on.Played, (S.CALLING,), out.told, "the seat hears the other phone ring"),
    (S.CLEARING, on.CallerGone, (S.CLEARING,), h.ignore, "nothing: told already"),
)

_BARRED = (S.EXPLAINING, S.ENDED, S.CLEARING)
_DIALLED = rows(
    (
        S.ARRIVED,
        on.DialledOut,
        (S.DIALLING_OUT, S.CALLING, *_BARRED),
        dial.begin,
        "an emergency number rings at once; why another may not be called",
    ),
    (
        S.DIALLING_OUT,
        on.Occupied,
        (S.CALLING, S.DIALLING_OUT),
        dial.occupied,
        "the number rings, or the seat's own phone first",
    ),
    (
        S.DIALLING_OUT,
        on.NotOccupied,
        (*_BARRED, S.CALLING, S.DIALLING_OUT),
        dial.not_occupied,
        "that it cannot call now",
    ),
    (S.DIALLING_OUT, on.SeatAnswered, (S.CALLING, S.DIALLING_OUT), dial.picked_up, "it rings"),
    (S.DIALLING_OUT, on.SeatFailed, (S.ENDED, S.DIALLING_OUT), dial.phone_gone, "nothing rings"),
    (S.DIALLING_OUT, on.SeatGone, (S.ENDED, S.DIALLING_OUT), dial.phone_gone, "the same"),
    (
        S.DIALLING_OUT,
        on.TimerDue,
        (S.CLEARING, S.ENDED, S.DIALLING_OUT),
        dial.phone_silent,
        "the phone stops",
    ),
    (S.DIALLING_OUT, on.CallerGone, (S.DIALLING_OUT,), h.ignore, "nothing: nobody is called yet"),
    (S.CALLING, on.Occupied, (S.CALLING,), dial.occupied_late, "nothing"),
    (S.CALLING, on.NotOccupied, (S.CALLING,), dial.not_occupied_late, "nothing"),
    (
        S.CALLING,
        on.Claimed,
        (S.CALLING,),
        dial.claimed,
        "the phone of the seat that is called rings",
    ),
    (
        S.CALLING,
        on.NotClaimed,
        (S.CALLING, S.EXPLAINING),
        dial.not_claimed,
        "the phone rings all the same, or why it does not",
    ),
    *(
        (state, event, (state,), handler, "nothing: an emergency call goes on meanwhile")
        for state in (S.CONNECTING, S.TALKING, S.AFTER_TALK, S.EXPLAINING, S.ENDING, S.CLEARING)
        for event, handler in (
            (on.Occupied, dial.occupied_late),
            (on.NotOccupied, dial.not_occupied_late),
        )
    ),
    (S.EXPLAINING, on.Played, (S.CLEARING, S.EXPLAINING), dial.explained, "hung up"),
    (S.EXPLAINING, on.TimerDue, (S.CLEARING, S.EXPLAINING), dial.explained, "hung up"),
    (S.EXPLAINING, on.SeatGone, (S.ENDED, S.EXPLAINING), dial.heard_enough, "nothing"),
    (S.EXPLAINING, on.SeatFailed, (S.ENDED, S.EXPLAINING), dial.heard_enough, "nothing"),
    (S.EXPLAINING, on.SeatAnswered, (S.EXPLAINING,), h.late_seat, "nothing"),
    (S.EXPLAINING, on.CallerGone, (S.EXPLAINING,), h.ignore, "nothing: told already"),
)

_OFFER = rows(
    (
        S.RINGING,
        on.SeatAnswered,
        (S.CONNECTING, S.WHISPER, S.STAFF_NUMBER, S.RINGING),
        h.connect,
        "it is picked up; others stop",
    ),
    (
        S.RINGING,
        on.SeatFailed,
        (*_NOT_TAKEN, S.RINGING),
        h.seat_failed,
        "music, or the question of who pressed the key; the place is kept",
    ),
    (S.RINGING, on.Offered, (S.RINGING,), h.ring, "one phone more rings, or another instead"),
    (S.RINGING, on.QueueForgot, (S.WAITING,), h.queue_forgot, "the phone stops"),
    (S.RINGING, on.CallerBack, (S.RINGING,), h.bridge_undone, "music again"),
    (S.RINGING, on.Bridged, (S.RINGING,), h.ignore, "nothing: that seat is being stopped"),
    (S.RINGING, on.SeatGone, (S.RINGING,), h.leg_ended, "nothing: SeatFailed follows"),
    (S.RINGING, on.OfferLost, (*_NOT_TAKEN, S.RINGING), h.offer_lost, "the phone stops ringing"),
    (
        S.RINGING,
        on.Pressed,
        (S.RINGING,),
        h.pressed_while_ringing,
        "the offer of a callback, if nobody takes the call",
    ),
    (S.RINGING, on.Played, (S.RINGING,), h.music_again, "music again"),
    (S.RINGING, on.TimerDue, (S.RINGING,), h.postpone, "an announcement is put off"),
    (S.RINGING, on.Unstaffed, (S.RINGING,), w.unstaffed, "further seats may answer"),
    (S.CONNECTING, on.Bridged, (S.TALKING, S.CONNECTING), h.talk, "they hear each other"),
    (S.CONNECTING, on.SeatGone, (*_NOT_BRIDGED, S.CONNECTING), h.seat_hung_up_early, "music"),
    (S.CONNECTING, on.SeatAnswered, (S.CONNECTING,), h.late_seat, "another phone stops"),
    (S.CONNECTING, on.SeatFailed, (S.CONNECTING,), h.other_leg_failed, "nothing"),
    (S.CONNECTING, on.Offered, (S.CONNECTING,), h.late_offer, "nothing rings"),
    (S.CONNECTING, on.CallerBack, (S.CONNECTING,), h.ignore, "nothing: the reason follows"),
    (S.CONNECTING, on.BridgeFailed, _NOT_BRIDGED, h.bridge_failed, "music, the place is kept"),
    (S.CONNECTING, on.TimerDue, (*_NOT_BRIDGED, S.CONNECTING), h.bridge_failed, "the same"),
    (
        S.CONNECTING,
        on.OfferLost,
        (*_NOT_TAKEN, S.RINGING, S.CONNECTING),
        h.offer_lost,
        "the phone stops; others may ring on",
    ),
    (S.CONNECTING, on.Played, (S.CONNECTING,), h.ignore, "nothing"),
)

_INTRODUCTION = tuple(
    row
    for state in (S.WHISPER, S.STAFF_NUMBER)
    for row in rows(
        (state, on.SeatGone, (*_NOT_TAKEN, state), h.seat_hung_up_early, "music"),
        (state, on.SeatAnswered, (state,), h.late_seat, "another phone stops"),
        (state, on.SeatFailed, (state,), h.other_leg_failed, "nothing"),
        (state, on.Offered, (state,), h.late_offer, "nothing rings"),
        (state, on.CallerBack, (state,), h.ignore, "nothing"),
        (
            state,
            on.OfferLost,
            (*_NOT_TAKEN, S.RINGING, state),
            h.offer_lost,
            "the phone stops; others may ring on",
        ),
    )
) + rows(
    (
        S.WHISPER,
        on.Played,
        (S.CONNECTING, S.STAFF_NUMBER, S.WHISPER),
        h.whispered,
        "who serves; or they hear each other",
    ),
    (
        S.WHISPER,
        on.TimerDue,
        (S.CONNECTING, S.STAFF_NUMBER, S.WHISPER),
        h.whisper_due,
        "the same, without the rest of the whisper",
    ),
    (
        S.STAFF_NUMBER,
        on.Played,
        (S.CONNECTING, S.STAFF_NUMBER),
        h.announced,
        "they hear each other",
    ),
    (
        S.STAFF_NUMBER,
        on.TimerDue,
        (S.CONNECTING, S.STAFF_NUMBER),
        h.announcement_due,
        "the same, without the rest of the announcement",
    ),
)

_TALK = rows(
    (
        S.AFTER_TALK,
        on.CallerBack,
        (S.SURVEY, S.CLOSING, S.ENDING, S.WAITING),
        h.caller_back,
        "the survey, or thanks; music, if the seat's line broke",
    ),
    (S.AFTER_TALK, on.Played, (S.AFTER_TALK,), h.ignore, "nothing"),
    (S.AFTER_TALK, on.SeatGone, (S.AFTER_TALK,), h.leg_ended, "nothing"),
    (S.AFTER_TALK, on.SeatAnswered, (S.AFTER_TALK,), h.late_seat, "the phone stops"),
    (S.AFTER_TALK, on.SeatFailed, (S.AFTER_TALK,), h.leg_ended, "nothing"),
    (S.AFTER_TALK, on.Offered, (S.AFTER_TALK,), h.late_offer, "nothing rings"),
    (S.SURVEY, on.SeatAnswered, (S.SURVEY,), h.late_seat, "the phone stops"),
    (S.SURVEY, on.SeatFailed, (S.SURVEY,), h.leg_ended, "nothing"),
    (S.SURVEY, on.Offered, (S.SURVEY,), h.late_offer, "nothing rings"),
    (S.SURVEY, on.Collected, (S.CLOSING, S.SURVEY), h.surveyed, "thanks"),
    (
        S.SURVEY,
        on.SeatGone,
        (S.SURVEY, S.WAITING),
        h.seat_gone_behind,
        "nothing; music, if the seat's line broke",
    ),
    (S.SURVEY, on.Played, (S.SURVEY,), h.ignore, "nothing"),
)

_EXIT = rows(
    (S.CLOSING, on.Played, (S.ENDING, S.CLOSING), h.closed, "hung up"),
    (S.CLOSING, on.SeatGone, (S.CLOSING, S.WAITING), h.seat_gone_behind, "the same"),
    (S.CLOSING, on.SeatFailed, (S.CLOSING,), h.leg_ended, "nothing"),
    (S.CLOSING, on.SeatAnswered, (S.CLOSING,), h.late_seat, "the phone stops"),
    (S.CLOSING, on.Offered, (S.CLOSING,), h.late_offer, "nothing rings"),
    (S.ENDING, on.Played, (S.ENDING,), h.ignore, "nothing"),
    (S.ENDING, on.SeatGone, (S.ENDING,), h.leg_ended, "nothing"),
    (S.ENDING, on.SeatFailed, (S.ENDING,), h.leg_ended, "nothing"),
    (S.ENDING, on.TimerDue, (S.ENDING,), h.hang_up_again, "hung up"),
    (S.ENDING, on.SeatAnswered, (S.ENDING,), h.late_seat, "the phone stops"),
    (S.ENDING, on.Offered, (S.ENDING,), h.late_offer, "nothing rings"),
    (S.CLEARING, on.SeatGone, (S.ENDED, S.CLEARING), h.cleared, "the phone has stopped"),
    (S.CLEARING, on.SeatFailed, (S.ENDED, S.CLEARING), h.cleared, "the phone has stopped"),
    (S.CLEARING, on.SeatAnswered, (S.CLEARING,), h.late_seat, "the phone stops"),
    (S.CLEARING, on.Offered, (S.CLEARING,), h.late_offer, "nothing rings"),
    (S.CLEARING, on.TimerDue, (S.ENDED, S.CLEARING), h.too_late, "nothing"),
    (S.CLEARING, on.Played, (S.CLEARING,), h.ignore, "nothing"),
)

_ANYWHERE = tuple(
    Row(state, on.CallerGone, (S.ENDED, S.CLEARING), h.caller_left, "every phone stops")
    for state in State
    if state in LIVE - CONTROLLED - {S.VOICEMAIL, S.TALKING}
)
_SWITCH = tuple(
    Row(state, on.SwitchRefused, (S.ENDING,), h.switch_refused, "hung up; written down as failed")
    for state in State
    if state in LIVE - CONTROLLED - {S.ENDING, S.TALKING}
)
_NO_QUEUE = tuple(
    Row(state, on.QueueFailed, (S.WAITING,), h.queue_failed, "music; the old place later")
    for state in (S.WAITING, S.RINGING, *sorted(ASKED))
)

_BEHIND_THE_QUEUE = (
    S.WHISPER,
    S.STAFF_NUMBER,
    S.CONNECTING,
    S.TALKING,
    *sorted(CONTROLLED),
    S.FAREWELL,
    S.VOICEMAIL_GREETING,
    S.VOICEMAIL,
    S.CLOSING,
    S.ENDING,
    S.CLEARING,
)
"""Where a caller may be by the time that a word about the wait arrives."""
_SUPERVISED = tuple(
    row
    for state in State
    if state in QUEUED
    for row in rows(
        (state, on.Ranked, (state,), sv.ranked, "an earlier or a later turn"),
        (
            state,
            on.Moved,
            (state,) if state in ASKED else tuple(dict.fromkeys((S.WAITING, state))),
            sv.moved,
            "another group's turn; a phone that rings stops",
        ),
        (state, on.TakenOut, (S.CLOSING, S.ENDING), sv.taken_out, "an announcement; hung up"),
        (state, on.Noticed, (state,), sv.noticed, "that the group is paused"),
    )
) + tuple(
    Row(state, event, (state,), h.ignore, "nothing: too late for a supervisor")
    for state in _BEHIND_THE_QUEUE
    for event in (on.Ranked, on.Moved, on.TakenOut, on.Noticed, on.Unstaffed)
)

_AGAIN = tuple(
    Row(state, on.Superseded, (S.CLOSING, S.ENDING), h.superseded, "good-bye: called again")
    for state in (S.ANSWERING, S.GREETING, S.MENU, *sorted(QUEUED))
) + tuple(
    Row(state, on.Superseded, (state,), h.ignore, "nothing: waits no more")
    for state in State
    if state not in QUEUED | {S.ARRIVED, S.ANSWERING, S.GREETING, S.MENU, S.ENDED}
)
_KEYS = tuple(
    Row(state, on.Pressed, (state,), h.ignore, "nothing")
    for state in State
    if state in LIVE - {S.ARRIVED, S.WAITING, S.RINGING}
)
_MONITORED = tuple(
    Row(state, event, (state,), handler, "nothing")
    for state in State
    if state not in (S.ARRIVED, S.ENDED)
    for event, handler in (
        (on.Listened, monitored.listened),
        (on.ListenedNoMore, monitored.listened_no_more),
    )
) + tuple(
    Row(state, on.TakenOver, (S.TALKING,), monitored.taken_over, "a supervisor's voice")
    if state in WITH_SEAT
    else Row(state, on.TakenOver, (state,), monitored.not_taken_over, "nothing")
    for state in State
    if state not in (S.ARRIVED, S.ENDED)
)

_UNRECORDED = tuple(
    Row(
        state,
        on.NotRecorded,
        (state,),
        h.ignore if state in (S.VOICEMAIL_GREETING, S.VOICEMAIL) else h.not_recorded,
        "nothing",
    )
    for state in State
    if state not in (S.ARRIVED, S.ENDED)
)

ROWS = (
    _AGAIN
    + _ENTRY
    + _FORWARD
    + _QUEUE
    + _CALLBACK
    + _VOICEMAIL
    + _OUTGOING
    + _DIALLED
    + _OFFER
    + _INTRODUCTION
    + _TALK
    + CONTROL_ROWS
    + _EXIT
    + _ANYWHERE
    + _SWITCH
    + _NO_QUEUE
    + _SUPERVISED
    + _KEYS
    + _MONITORED
    + _UNRECORDED
)
TABLE = {(row.state, row.event): row for row in ROWS}
