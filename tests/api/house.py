"""A hotline for the interface's tests: two groups, a seat in each, a call at each seat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from routing.follow_ups import FollowUp
from routing.indicators import Counts
from routing.outgoing import Callback, Reason
from routing.record import CallRecord, EndedBy, Outcome
from routing.rights import WHOLE_CITY, Identity, Role, Scope
from routing.screenpop import EarlierCall, OpenCallback
from switchd.api.ports import Following
from switchd.feed.follow import Feed
from tests.feed.streams import FakeStream

NOW = 1_795_355_873.0
SCOPES: Mapping[tuple[str, str], Scope] = {
    ("seat", "1001"): Scope("1001", frozenset({"intake"})),
    ("seat", "1002"): Scope("1002", frozenset({"market"})),
    ("call", "call-1"): Scope("1001", frozenset({"intake"})),
    ("call", "call-2"): Scope("1002", frozenset({"market"})),
    ("group", "intake"): Scope(groups=frozenset({"intake"})),
    ("group", "market"): Scope(groups=frozenset({"market"})),
    ("agent", "8001"): Scope(groups=frozenset({"intake"}), agent="8001"),
    ("agent", "8002"): Scope(groups=frozenset({"market"}), agent="8002"),
    ("callback", "1"): Scope(groups=frozenset({"intake"})),
    ("callback", "2"): Scope(groups=frozenset({"market"})),
    ("follow_up", "1"): Scope("1001", frozenset({"intake"})),
    ("follow_up", "2"): Scope("1002", frozenset({"market"})),
    ("voicemail", "call-1"): Scope(groups=frozenset({"intake"})),
    ("voicemail", "call-2"): Scope(groups=frozenset({"market"})),
}
GROUPS = {"1": "intake", "2": "market"}
TOKENS: Mapping[str, Identity] = {
    "seat-1001": Identity("softphone 1001", Role.SEAT, "1001", token_id=1),
    "seat-1002": Identity("softphone 1002", Role.SEAT, "1002", token_id=2),
    "agent-8001": Identity("8001", Role.SEAT, "1001", token_id=3, agent="8001"),
    "lead-intake": Identity("lead", Role.TEAM_LEAD, groups=frozenset({"intake"}), token_id=4),
    "lead-1009": Identity("8009", Role.TEAM_LEAD, "1009", frozenset({"intake"}), token_id=8),
    "shift": Identity("8000", Role.SHIFT_SUPERVISOR, token_id=5),
    "admin": Identity("admin", Role.ADMIN, token_id=6),
    "wallboard": Identity("wallboard", Role.READER, token_id=7),
}


class FakeCredentials:
    """Tokens that are what they are called. Implements `api.ports.Credentials`."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()

    def check(self, token: str, now: float) -> Identity | None:
        return None if token in self.revoked else TOKENS.get(token)


class FakeHouse:
    """Remembers what it was asked to do, and fails on demand. Implements `api.ports.House`."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.trouble: Exception | None = None
        self.troubles: dict[str, str] = {}
        self.stream = FakeStream()
        self.feed = Feed(self.stream, lambda event: [SCOPES["seat", event.seat]])  # type: ignore[arg-type]
        self.feed.read(0)
        self.signed_in_by = "", False, False
        """PIN, whether to take over, and whether the agent's own token was used."""

    def tells(self, *seats: str, **more: Any) -> None:
        """Something happens at seats, and the feed has it."""
        self.stream.tell(*seats, **more)
        self.feed.read(0)

    def _answer(self, answer: Any) -> Any:
        if self.trouble is not None:
            raise self.trouble
        return answer

    def _does(self, *what: Any) -> None:
        self._answer(None)
        self.done.append(what)

    def health(self) -> Mapping[str, str]:
        return self.troubles

    def follow(self, since: str) -> Following:
        return partial(self.feed.follow, since)

    def scopes(self, kind: str, name: str) -> Sequence[Scope]:
        return [SCOPES.get((kind, name), WHOLE_CITY)]

    def status(self) -> Mapping[str, Any]:
        return self._answer(  # type: ignore[no-any-return]
            {
                "city": "平顶山",
                "title": "12345政务服务便民热线",
                "version": "0.1.0",
                "plan": "d7026d6bf533",
                "node": "pds1:8021",
                "owned_at": "",
                "standbys": [],
                "nodes": [{"owner": "pds1:8021", "place": "pds1:/var", "heard_at": NOW}],
                "now": NOW,
                "started_at": NOW - 60,
                "draining": False,
                "freeswitch": {"connected": True, "trouble": ""},
                "calls": 2,
                "waiting": 2,
                "longest_wait": 4.5,
                "seats": {"talking": 2},
                "figures": Counts().plain(),
                "records_waiting": 0,
                "admission": {
                    "overloaded_since": None,
                    "legs": 4,
                    "legs_for_callers": 3600,
                    "refused": {},
                },
                "unexpected": {},
                "compared": {
                    "at": 1800000000.0,
                    "seconds": 0.2,
                    "legs": 7,
                    "found": {"adopted": 3},
                },
            }
        )

    def calls(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([_call(n) for n in "12"])  # type: ignore[no-any-return]

    def call(self, call: str) -> Mapping[str, Any] | None:
        known = call in ("call-1", "call-2")
        found = {"state": "talking", "record": asdict(_record(call))} if known else None
        return self._answer(found)  # type: ignore[no-any-return]

    def pop(self, call: str) -> Mapping[str, Any] | None:
        if call not in ("call-1", "call-2"):
            return None
        line = {"line": "12345", "title": "热线", "department": "", "kind": "hotline"}
        earlier = EarlierCall(
            "call-0", "incoming", NOW, "12345", "12345", "answered", "", "", 9.5, ""
        )
        waits = OpenCallback(7, "12345", "asked", NOW, 1)
        return {
            "call": call,
            "at": NOW,
            "state": "talking",
            "kind": "incoming",
            "seat": f"100{call[-1]}",
            "agent": f"800{call[-1]}",
            "offer": "t1",
            "caller": "13900000001",
            "dialled": "12345",
            "line_dialled": line,
            "line_meant": None,
            "group": "intake",
            "language": "zh",
            "priority": 0,
            "arrived_at": NOW - 30,
            "queued_at": NOW - 29,
            "wait_seconds": 9.0,
            "callback": "",
            "history": {
                "days": 30,
                "calls": 1,
                "answered": 1,
                "repeat_caller": True,
                "last": [asdict(earlier)],
                "callbacks": [asdict(waits)],
            },
            "trace": [{"at": NOW, "what": "entry.line", "facts": {"line": "12345"}}],
        }

    def queues(self) -> Sequence[Mapping[str, Any]]:
        one = {
            "group": "intake",
            "title": "受理",
            "waiting": 2,
            "paused": False,
            "longest_wait": 4.5,
            "first": ["call-3"],
            "seats": {"talking": 1},
            "today": Counts().plain(),
        }
        return self._answer([one])  # type: ignore[no-any-return]

    def indicators(self) -> Mapping[str, Any]:
        period = {
            "since": NOW - 3600,
            "until": NOW,
            "total": Counts().plain(),
            "lines": [{"line": "12345", "title": "热线", **Counts().plain()}],
            "groups": [{"group": "intake", "title": "受理", **Counts().plain()}],
        }
        return self._answer({"today": period, "hour": period})  # type: ignore[no-any-return]

    def seats(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([_seat(f"100{n}") for n in "12"])  # type: ignore[no-any-return]

    def seat_verb(
        self,
        seat: str,
        verb: str,
        agent: str,
        reason: str,
        pin: str = "",
        take_over: bool = False,
        vouched: bool = False,
    ) -> Mapping[str, Any]:
        self._does(seat, verb, agent, reason)
        self.signed_in_by = pin, take_over, vouched
        return _seat(seat)

    def dial(self, seat: str, number: str, line: str, who: str) -> Mapping[str, Any]:
        self._does("dial", seat, number, line, who)
        return {"call": f"outgoing-{seat}-1", "seat": seat, "number": number, "shown": "12345"}

    def reload(self, who: str, why: str) -> Mapping[str, Any]:
        self._does("reload", who, why)
        same: dict[str, Any] = {"changed": False, "plan": "d7026d6b", "before": "d7026d6b"}
        return {**same, "number": None, "differences": [], "needs": [], "warnings": [], **_FINE}

    def blocked(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([_bar("13937512345")])  # type: ignore[no-any-return]

    def block(self, number: str, seconds: float | None, reason: str, who: str) -> Mapping[str, Any]:
        self._does("block", number, seconds, reason, who)
        return _bar(number)

    def unblock(self, number: str, who: str) -> Mapping[str, Any]:
        self._does("unblock", number, who)
        return {"number": number, "removed_by": who}

    def callbacks(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([_callback(1), _callback(2)])  # type: ignore[no-any-return]

    def add_callback(self, number: str, line: str, who: str) -> Mapping[str, Any]:
        self._does("add_callback", number, line, who)
        return _callback(1)

    def change_callback(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        self._does(verb, id, who)
        return _callback(id)

    def follow_ups(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([_follow_up(1), _follow_up(2)])  # type: ignore[no-any-return]

    def add_follow_ups(
        self, wishes: Sequence[Mapping[str, Any]], who: str
    ) -> Sequence[Mapping[str, Any]]:
        self._does("add_follow_ups", *wishes, who)
        return [{"id": 1, "number": wish["number"], "problem": ""} for wish in wishes]

    def change_follow_up(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        self._does(verb, id, who)
        return _follow_up(id)

    def follow_up_result(self, id: int, code: str, note: str, who: str) -> Mapping[str, Any]:
        self._does("result", id, code, note, who)
        return _follow_up(id)

    def seat_result(self, seat: str, code: str, note: str, who: str) -> Mapping[str, Any]:
        self._does("result", seat, code, note, who)
        return _follow_up(1)

    def seat_follow_up(self, seat: str) -> Mapping[str, Any]:
        return self._answer(_follow_up(2 if seat == "1002" else 1))  # type: ignore[no-any-return]

    def voicemails(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([_voicemail("1"), _voicemail("2")])  # type: ignore[no-any-return]

    def voicemail_handled(self, call: str, who: str) -> Mapping[str, Any]:
        self._does("handled", call, who)
        return _voicemail("1")

    def control(self, seat: str, verb: str, target: str, who: str, why: str) -> Mapping[str, Any]:
        self._does(verb, seat, target, who, why)
        return {"call": f"call-{seat[-1]}", "verb": verb}

    def control_call(
        self, call: str, verb: str, target: str, who: str, why: str
    ) -> Mapping[str, Any]:
        self._does(verb, call, target, who, why)
        return {"call": call, "verb": verb}

    def rank(self, call: str, priority: int, who: str, why: str) -> Mapping[str, Any]:
        return self._operator("rank", call, priority, who, why)

    def move(self, call: str, group: str, who: str, why: str) -> Mapping[str, Any]:
        return self._operator("move", call, group, who, why)

    def remove(self, call: str, prompt: str, who: str, why: str) -> Mapping[str, Any]:
        return self._operator("remove", call, prompt, who, why)

    def pause(self, group: str, prompt: str, who: str, why: str) -> Mapping[str, Any]:
        return self._operator("pause", group, prompt, who, why)

    def resume(self, group: str, who: str, why: str) -> Mapping[str, Any]:
        return self._operator("resume", group, None, who, why)

    def change_skills(
        self, agent: str, changes: Mapping[str, int | None], who: str, why: str
    ) -> Mapping[str, Any]:
        done = self._operator("skill", agent, dict(changes), who, why)
        return {**done, "brings": {"intake": 3}, "seat": "1001", "serves": ["intake"]}

    def watching(self) -> Sequence[Mapping[str, Any]]:
        return self._answer([_watch("1"), _watch("2")])  # type: ignore[no-any-return]

    def supervise(self, verb: str, who: str, why: str, **wanted: str) -> Mapping[str, Any]:
        done = self._operator(verb, wanted["target"], wanted["at"], who, why)
        return {**done, "now": "ready"}

    def _operator(self, verb: str, target: str, what: Any, who: str, why: str) -> Mapping[str, Any]:
        self._does(verb, target, what, who, why)
        facts = {"what": what}
        told = {"city": "pds", "at": NOW, "who": who, "verb": verb, "target": target}
        return {**told, "facts": facts, "why": why, **_FINE}


_FINE = {"trouble": ""}


def _seat(seat: str) -> Mapping[str, Any]:
    group = GROUPS.get(seat[-1:], "intake")
    return {
        "seat": seat,
        "agent": f"800{seat[-1:]}",
        "state": "talking",
        "since": NOW,
        "reason": "",
        "reachable": True,
        "home": "pds1:8021",
        "groups": [group],
        "pools": {group: 5},
        "call": f"call-{seat[-1:]}",
        "until": None,
        "after_call": None,
        "owner": "",
    }


def _watch(number: str) -> Mapping[str, Any]:
    return {
        "seat": "1009",
        "who": "8009",
        "call": f"call-{number}",
        "over": f"100{number}",
        "mode": "listen",
        "stage": "listening",
        "began_at": NOW,
    }


def _call(number: str) -> Mapping[str, Any]:
    return {
        "call": f"call-{number}",
        "state": "talking",
        "line": "12345",
        "caller": f"1390000000{number}",
        "group": GROUPS[number],
        "seat": f"100{number}",
        "arrived_at": NOW - 30,
        "queued_at": NOW - 29,
        "answered_at": NOW - 20,
    }


def _record(call: str) -> CallRecord:
    return CallRecord(
        call=call,
        city="pds",
        plan_version="d7026d6b",
        trunk="trunk",
        caller="13900000001",
        dialled="12345",
        line_dialled="12345",
        line_meant="12345",
        group="intake",
        arrived_at=NOW - 30,
        greeted_at=NOW - 30,
        queued_at=NOW - 29,
        offered_at=NOW - 25,
        answered_at=NOW - 20,
        talk_ended_at=None,
        ended_at=NOW,
        seat="1001",
        agent="8001",
        outcome=Outcome.ANSWERED,
        cause="",
        ended_by=EndedBy.SYSTEM,
        survey_key="",
        survey_meaning="",
        recording="",
        legs=(),
        trace=(),
    )


def _callback(id: int) -> Mapping[str, Any]:
    group = GROUPS.get(str(id), "intake")
    one = Callback(id, "13900000001", "12345", group, "zh", Reason.ADDED, NOW, NOW)
    return asdict(one)


def _follow_up(id: int) -> Mapping[str, Any]:
    group = GROUPS.get(str(id), "intake")
    one = FollowUp(id, "13900000001", "12345", group, "zh", Reason.ADDED, NOW, NOW)
    return asdict(replace(one, seat=f"100{id}"))


def _voicemail(number: str) -> Mapping[str, Any]:
    return {
        "call": f"call-{number}",
        "number": "13900000001",
        "line": "12345",
        "group": GROUPS[number],
        "left_at": NOW,
        "seconds": 12.5,
        "recording": "2026/11/22/call.wav",
        "notified_at": None,
        "notify_tries": 0,
        "handled_at": None,
        "handled_by": "",
    }


def _bar(number: str) -> Mapping[str, Any]:
    why = {"kind": "blocked", "until": None, "reason": "骚扰", "who": "8000", "at": NOW}
    return {"number": number, **why}
