"""originate: ring a phone and, once it answers, execute something on its leg.

The results are those recorded: `+OK <uuid>`, or `-ERR` with USER_BUSY, NO_ANSWER,
USER_NOT_REGISTERED, SUBSCRIBER_ABSENT, CALL_REJECTED, NORMAL_TEMPORARY_FAILURE, LOSE_RACE.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchd.sim import apps
from switchd.sim.channel import Channel
from switchd.sim.party import Party
from switchd.sim.text import assignments

if TYPE_CHECKING:
    from switchd.sim.switch import Switch

USAGE = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] "
    "[<cid_name>] [<cid_num>] [<timeout_sec>]\n"
)
DEFAULT_TIMEOUT = 60.0
FRAME = 0.02

_APPLICATION = re.compile(r"&([a-z_]+)(?:\((.*)\))?$", re.DOTALL)
_USER = re.compile(r"user/([^@]+)(?:@(.+))?$")
_SOFIA = re.compile(r"sofia/([^/]+)/(?:sip:)?([^@]+)(?:@(.+))?$")

Done = Callable[[str], None]


class Nobody(Party):
    """An address where no phone listens."""

    def rung(self, switch: Switch, leg: Channel) -> None:
        switch.hang_up(leg, "NORMAL_TEMPORARY_FAILURE", by_far_end=True)


NOBODY = Nobody()


class MalformedError(Exception):
    """Arguments that originate does not take."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be rung, how, and what comes then."""

    variables: dict[str, str]
    url: str
    action: tuple[str, str] | None
    """Application and argument; None: whoever asked sees to it."""

    @classmethod
    def parse(cls, text: str) -> Request:
        """Read originate's arguments; raises MalformedError."""
        variables, rest = _braces(text.strip())
        url, _, target = rest.partition(" ")
        found = _APPLICATION.match(target.strip())
        if not url or not target.strip():
            raise MalformedError(text)
        if found is None:
            return cls(variables, url, ("transfer", target.strip()))
        return cls(variables, url, (found.group(1), found.group(2) or ""))


def _braces(text: str) -> tuple[dict[str, str], str]:
    variables: dict[str, str] = {}
    while text[:1] in ("{", "["):
        end = text.find("}" if text[0] == "{" else "]")
        if end < 0:
            raise MalformedError(text)
        variables.update(assignments(text[1:end]))
        text = text[end + 1 :].lstrip()
    return variables, text


def originate(switch: Switch, text: str, done: Done) -> None:
    """Ring as `text` says; `done` gets the result, with its line end."""
    try:
        request = Request.parse(text)
    except MalformedError:
        done(USAGE)
        return
    if switch.faults.refuse_originates:
        done(f"-ERR {switch.faults.refuse_originates}\n")
    else:
        ring(switch, request, done)


def ring(switch: Switch, request: Request, done: Done) -> None:
    """Ring whoever the request names; `done` gets the result."""
    user, sofia = _USER.match(request.url), _SOFIA.match(request.url)
    if user is not None:
        number, domain = user.group(1), user.group(2) or switch.domain
        if switch.directory.find(number) is None or domain != switch.domain:
            done("-ERR SUBSCRIBER_ABSENT\n")
        elif not switch.directory.is_registered(number):
            switch.clock.later(FRAME, done, "-ERR USER_NOT_REGISTERED\n")
        else:
            _ring(switch, request, "seats", number, domain, switch.directory.find(number), done)
    elif sofia is not None:
        profile, number, domain = sofia.group(1), sofia.group(2), sofia.group(3) or ""
        party: Party | None
        if profile == "peers":
            party = switch.relay(domain.partition(";")[0], number)
        else:
            at_seat = switch.directory.find(number) if profile == "seats" else None
            party = at_seat or switch.outside.get(number)
        _ring(switch, request, profile, number, domain, party, done)
    elif request.url.startswith("error/"):
        done(f"-ERR {request.url[len('error/') :].upper()}\n")
    else:
        done("-ERR CHAN_NOT_IMPLEMENTED\n")


def _ring(
    switch: Switch,
    request: Request,
    profile: str,
    number: str,
    domain: str,
    party: Party | None,
    done: Done,
) -> None:
    asked = request.variables.get("origination_uuid", "")
    uuid = asked if asked and asked not in switch.channels else switch.new_uuid()
    caller = request.variables.get("origination_caller_id_number", "0000000000")
    leg = Channel(
        uuid,
        "outbound",
        f"sofia/{profile}/{number}@{domain or switch.domain}",
        caller,
        request.variables.get("origination_caller_id_name", "Outbound Call"),
        number,
        "default",
        switch.micros(),
        party or NOBODY,
        switch.sessions,
    )
    for name, value in request.variables.items():
        leg.set(name, value)
    leg.set("dialed_user", number)
    leg.set("dialed_domain", domain)
    leg.state = "CS_NONE"
    switch.register(leg)
    switch.emit("CHANNEL_OUTGOING", leg)
    leg.state = "CS_INIT"
    switch.emit("CHANNEL_CREATE", leg)
    switch.emit("CHANNEL_ORIGINATE", leg)
    leg.state = "CS_CONSUME_MEDIA"
    timeout = switch.clock.later(_seconds(request), switch.hang_up, leg, "NO_ANSWER")

    def failed() -> None:
        timeout.cancel()
        done(f"-ERR {leg.cause}\n")

    def answered() -> None:
        timeout.cancel()
        leg.when_down = None
        switch.emit("CALL_UPDATE", leg)
        done(f"+OK {leg.uuid}\n")
        leg.state = "CS_EXECUTE"
        if request.action is not None:
            leg.plan.append(request.action)
            apps.go_on(switch, leg)

    leg.when_down = failed
    leg.when_answered = answered
    switch.clock.later(FRAME, _reach, switch, leg)


def _reach(switch: Switch, leg: Channel) -> None:
    """The INVITE gets to the phone, or nobody is there."""
    if leg.up:
        leg.party.rung(switch, leg)


def rings(switch: Switch, leg: Channel) -> None:
    """The phone says that it rings."""
    if leg.up and not leg.progress:
        leg.note_time("progress", switch.micros())
        switch.emit("CHANNEL_PROGRESS", leg)
        leg.call_state = "RINGING"


def picks_up(switch: Switch, leg: Channel) -> None:
    """The phone answers; the originate that rang it hears of it a frame later."""
    if not leg.up or leg.answered:
        return
    switch.answer(leg)
    switch.clock.later(FRAME, _tell_originate, leg)


def _tell_originate(leg: Channel) -> None:
    if leg.up and leg.when_answered is not None:
        leg.when_answered()
        leg.when_answered = None


def _seconds(request: Request) -> float:
    for name in ("originate_timeout", "call_timeout"):
        value = request.variables.get(name, "")
        if value.isdecimal():
            return float(value)
    return DEFAULT_TIMEOUT
