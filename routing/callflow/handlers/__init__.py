"""What to do when something happens to a call: one function per row of the table.

Each takes the call, what happened, the plan and the time, and returns the call as it is now and
what has to be done. None of them waits, asks or looks anything up.
"""

from routing.callflow.handlers.ending import (
    caller_left,
    cleared,
    closed,
    hang_up,
    hang_up_again,
    switch_refused,
    too_late,
)
from routing.callflow.handlers.entering import (
    answer_again,
    decide,
    greet,
    greeted,
    passed_on,
    resume,
    served,
    taken_care_of,
    talk_on,
    turn_away,
)
from routing.callflow.handlers.introducing import (
    announced,
    announcement_due,
    whisper_due,
    whispered,
)
from routing.callflow.handlers.legs import (
    ignore,
    late_offer,
    late_seat,
    leg_ended,
    other_leg_failed,
)
from routing.callflow.handlers.offering import (
    bridge_failed,
    connect,
    offer_lost,
    pressed_while_ringing,
    ring,
    seat_failed,
    seat_hung_up_early,
)
from routing.callflow.handlers.queueing import (
    bridge_undone,
    due,
    music_again,
    positioned,
    postpone,
    pressed,
    queue_failed,
    queue_forgot,
)
from routing.callflow.handlers.result import Result
from routing.callflow.handlers.superseding import superseded
from routing.callflow.handlers.talking import (
    caller_back,
    not_recorded,
    seat_gone_behind,
    seat_left,
    surveyed,
    talk,
)

__all__ = [
    "Result",
    "announced",
    "announcement_due",
    "answer_again",
    "bridge_failed",
    "bridge_undone",
    "caller_back",
    "caller_left",
    "cleared",
    "closed",
    "connect",
    "decide",
    "due",
    "greet",
    "greeted",
    "hang_up",
    "hang_up_again",
    "ignore",
    "late_offer",
    "late_seat",
    "leg_ended",
    "music_again",
    "not_recorded",
    "offer_lost",
    "other_leg_failed",
    "passed_on",
    "positioned",
    "postpone",
    "pressed",
    "pressed_while_ringing",
    "queue_failed",
    "queue_forgot",
    "resume",
    "ring",
    "seat_failed",
    "seat_gone_behind",
    "seat_hung_up_early",
    "seat_left",
    "served",
    "superseded",
    "surveyed",
    "switch_refused",
    "taken_care_of",
    "talk",
    "talk_on",
    "too_late",
    "turn_away",
    "whisper_due",
    "whispered",
]
