"""The states of a call."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a call is on its way."""

    ARRIVED = "arrived"
    """Parked on the switch, nothing decided yet."""
    ANSWERING = "answering"
    """Accepted; the switch is picking up."""
    GREETING = "greeting"
    """Hearing the greeting or a change announcement."""
    MENU = "menu"
    """Asked to press a key; only where the city has opted for a menu."""
    FORWARDING = "forwarding"
    """A number on a trunk is being rung for the caller, who hears music."""
    FORWARDED = "forwarded"
    """Caller and the number on the trunk talk."""
    WAITING = "waiting"
    """In the queue, with music."""
    RINGING = "ringing"
    """A seat's phone rings for this caller, who still hears music."""
    WHISPER = "whisper"
    """The seat has picked up and hears who comes; the caller still hears music."""
    STAFF_NUMBER = "staff_number"
    """The caller hears who serves; the seat waits."""
    CONNECTING = "connecting"
    """The seat has picked up; the two are being bridged."""
    CALLBACK_QUESTION = "callback_question"
    """Still in the queue; asked whether to be called back at the number that is read out."""
    CALLBACK_NUMBER = "callback_number"
    """Still in the queue; typing the number for the callback."""
    PREVIEW = "preview"
    """A callback's turn has come: a seat's phone rings and shows whom it is for."""
    DIALLING_OUT = "dialling_out"
    """A seat wants to call somebody: it is being taken out of the lists, or its own phone rings."""
    CALLING = "calling"
    """The seat has picked up; the phone of the person to be called rings."""
    EXPLAINING = "explaining"
    """The person was not reached, or may not be called: the seat hears why."""
    VOICEMAIL_GREETING = "voicemail_greeting"
    """Out of the queue; invited to leave a message."""
    VOICEMAIL = "voicemail"
    """Leaving a message, which is recorded."""
    TALKING = "talking"
    """Caller and seat talk."""
    HELD = "held"
    """The caller hears music, the seat nothing."""
    CONSULT_RINGING = "consult_ringing"
    """The caller hears music, the seat hears somebody else's phone ring."""
    CONSULTING = "consulting"
    """The seat talks with somebody else, or with the caller again, while the other hears music."""
    CONFERENCE = "conference"
    """Three or more talk with each other."""
    PARKED = "parked"
    """The caller hears music; no seat has the call until one picks it up."""
    TRANSFERRING = "transferring"
    """The seat has gone; the caller hears music until somebody else picks up."""
    FAREWELL = "farewell"
    """The caller has gone while others talked or waited; they are told so."""
    AFTER_TALK = "after_talk"
    """The seat is gone; the caller is about to come back from the bridge."""
    SURVEY = "survey"
    """Asked for satisfaction."""
    CLOSING = "closing"
    """Hearing the last announcement."""
    ENDING = "ending"
    """Told to hang up; the switch has not confirmed yet."""
    CLEARING = "clearing"
    """The caller is gone; a seat's phone is still being stopped."""
    ENDED = "ended"
    """Over and written down."""


OUTGOING = frozenset({State.PREVIEW, State.DIALLING_OUT, State.CALLING, State.EXPLAINING})
"""States of a call by the hotline in which its person is not on the line."""
LIVE = frozenset(State) - OUTGOING - {State.FAREWELL, State.CLEARING, State.ENDED}
"""States in which the caller is still on the line."""

ACCEPTED = frozenset({State.WHISPER, State.STAFF_NUMBER, State.CONNECTING, State.TALKING})
"""States in which a seat has picked up for the caller, or talks with the caller."""
ASKED = frozenset({State.CALLBACK_QUESTION, State.CALLBACK_NUMBER})
"""States in which a caller in the queue is asked about a callback."""
QUEUED = frozenset({State.WAITING, State.RINGING}) | ASKED
"""States in which the caller is in the queue, or is being offered to a seat."""

CONTROLLED = frozenset(
    {
        State.HELD,
        State.CONSULT_RINGING,
        State.CONSULTING,
        State.CONFERENCE,
        State.PARKED,
        State.TRANSFERRING,
    }
)
"""States into which a talk is brought by control."""
ENGAGED = ACCEPTED | CONTROLLED - {State.PARKED, State.TRANSFERRING}
"""States in which a seat has the call; in a conference it may have left."""
WITH_SEAT = ENGAGED - (ACCEPTED - {State.TALKING})
"""States of a call in which a seat is heard by somebody."""
