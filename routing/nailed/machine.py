"""What is done when something happens to a line: one function per event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from routing.nailed import actions as do
from routing.nailed import events as on
from routing.nailed.line import AGAIN_SECONDS, HELD, REDIAL, TRIES, UNANSWERED, Line, LineState

Result = tuple[Line, tuple[do.Action, ...]]
S = LineState


def step(line: Line, event: on.Event) -> Result:
    """Return the line as it is now, and what is to be done. What means nothing changes nothing."""
    return _HANDLERS[type(event)](line, event)


def _wanted(line: Line, event: on.Wanted) -> Result:
    line = replace(line, wanted=True)
    if line.state is S.CLOSED:
        return _dial(replace(line, tries=0), event.leg)
    return line, ((do.Reachable(True),) if line.state is S.OPEN else ())


def _dial(line: Line, leg: str) -> Result:
    line = replace(line, state=S.DIALLING, leg=leg, tries=line.tries + 1)
    return line, (do.ClearTimer(REDIAL), do.Dial(leg))


def _unwanted(line: Line, event: on.Unwanted) -> Result:
    line = replace(line, wanted=False)
    if line.state in (S.DIALLING, S.OPEN):
        return _close(line)
    return line, ((do.ClearTimer(REDIAL),) if line.state is S.CLOSED else ())


def _close(line: Line) -> Result:
    line = replace(line, state=S.CLOSING, token="", kept=False)
    return line, (do.Reachable(False), do.HangUp(line.leg))


def _answered(line: Line, event: on.Answered) -> Result:
    if line.state is S.DIALLING:
        line = replace(line, state=S.OPEN, greeted=True)
        return line, (do.Greet(line.leg, _greeting(line)), do.Reachable(True))
    if line.state is S.OPEN:
        return line, (() if line.greeted else (do.Silence(line.leg),))
    if line.state is S.TALKING and line.kept:
        return replace(line, state=S.TAKEN), (do.Taken(line.token),)
    if line.state is S.TALKING:
        return _free(line, do.Over(line.token, "NORMAL_CLEARING", lost=False), do.Silence(line.leg))
    if line.state is S.TAKEN:
        return line, ((do.Taken(line.token),) if line.kept else ())
    return line, ()


def _free(line: Line, *todo: do.Action) -> Result:
    """The call has let go of it: open for the next, or ended if nobody sits there any more."""
    line = replace(line, state=S.OPEN, token="", kept=False, greeted=False)
    if line.wanted:
        return line, todo
    line, close = _close(line)
    return line, (*todo, *close)


def _gone(line: Line, event: on.Gone) -> Result:
    if line.state is S.CLOSED:
        return line, ()
    was, line = line, replace(line, state=S.CLOSED, leg="", token="", kept=False, greeted=False)
    if was.state is S.CLOSING:
        return _again(line, 0) if line.wanted else (line, ())
    if was.state is S.DIALLING and line.wanted and was.tries < TRIES:
        return _again(line, was.tries)
    lost = (do.ClearTimer(UNANSWERED), do.Reachable(False), do.Lost(event.cause))
    if was.state is S.OFFERED:
        return line, (*lost, do.NotTaken(was.token, event.cause))
    if was.state in HELD:
        return line, (*lost, do.Over(was.token, event.cause, lost=True))
    return line, lost


def _again(line: Line, tries: int) -> Result:
    """Dial once more in a moment."""
    return replace(line, tries=tries), (do.SetTimer(REDIAL, AGAIN_SECONDS),)


def _rung(line: Line, event: on.Rung) -> Result:
    if line.state is not S.OPEN:
        return line, (do.NotTaken(event.token, "DESTINATION_OUT_OF_ORDER"),)
    line = replace(line, state=S.OFFERED, token=event.token, greeted=False)
    again = bool(line.accept_key)
    beep = do.Beep(line.leg, f"{line.leg}/{event.token}", again, event.token)
    return line, (do.SetTimer(UNANSWERED, event.seconds), beep)


def _played(line: Line, event: on.Played) -> Result:
    if line.state is S.OPEN and event.execution == _greeting(line):
        return replace(line, greeted=False), (do.Silence(line.leg),)
    beeped = event.execution == f"{line.leg}/{line.token}"
    if line.state is S.OFFERED and beeped and not line.accept_key:
        return _take(line, ())
    return line, ()


def _greeting(line: Line) -> str:
    return f"{line.leg}/open"


def _take(line: Line, before: tuple[do.Action, ...]) -> Result:
    line = replace(line, state=S.TAKEN)
    return line, (do.ClearTimer(UNANSWERED), *before, do.Taken(line.token))


def _pressed(line: Line, event: on.Pressed) -> Result:
    if line.state is S.OFFERED and event.key == line.accept_key:
        return _take(line, (do.Hush(line.leg),))
    return line, ()


def _bridged(line: Line, event: on.Bridged) -> Result:
    if line.state not in HELD:
        return line, ()
    return replace(line, state=S.TALKING), (do.Heard(line.token),)


def _kept(line: Line, event: on.Kept) -> Result:
    return (replace(line, kept=True) if line.state in HELD else line), ()


def _let_go(line: Line, event: on.LetGo) -> Result:
    # Whatever it is in, it is parked then and told so; silence follows.
    if line.state is S.OFFERED:
        refused = do.NotTaken(line.token, event.cause)
        return _free(line, do.ClearTimer(UNANSWERED), do.Part(line.leg), refused)
    if line.state in HELD:
        over = do.Over(line.token, event.cause, lost=False)
        return _free(line, do.Part(line.leg), over)
    return line, ()


def _due(line: Line, event: on.Due) -> Result:
    if event.timer == REDIAL and line.state is S.CLOSED and line.wanted:
        return _dial(line, event.leg)
    if event.timer == UNANSWERED:
        return _let_go(line, on.LetGo("NO_ANSWER")) if line.state is S.OFFERED else (line, ())
    return line, ()


def _found(line: Line, event: on.Found) -> Result:
    if line.state not in (S.CLOSED, S.DIALLING):
        return line, (do.HangUp(event.leg),)
    line = replace(line, leg=event.leg, tries=0, wanted=event.wanted)
    if event.token:
        return replace(line, state=S.TALKING, token=event.token), (do.Reachable(True),)
    line = replace(line, state=S.OPEN)
    if not line.wanted:
        return _close(line)
    return line, (do.Part(line.leg), do.Reachable(True))


def _confirmed(line: Line, event: on.Confirmed) -> Result:
    if event.is_parked and line.state in (S.DIALLING, S.TALKING):
        line, todo = _answered(line, on.Answered())
        return line, (do.Reachable(line.state is not S.CLOSING), *todo)
    up = line.state not in (S.CLOSED, S.DIALLING, S.CLOSING)
    return line, ((do.Reachable(True),) if up else ())


def _missing(line: Line, event: on.Missing) -> Result:
    if line.state is not S.CLOSED or line.wanted:
        return line, ()
    return replace(line, wanted=True), (do.Reachable(False), do.Lost("UNCONFIRMED"))


_HANDLERS: dict[type[on.Event], Callable[..., Result]] = {
    on.Wanted: _wanted,
    on.Unwanted: _unwanted,
    on.Answered: _answered,
    on.Gone: _gone,
    on.Played: _played,
    on.Pressed: _pressed,
    on.Bridged: _bridged,
    on.Rung: _rung,
    on.Kept: _kept,
    on.LetGo: _let_go,
    on.Due: _due,
    on.Found: _found,
    on.Confirmed: _confirmed,
    on.Missing: _missing,
}
