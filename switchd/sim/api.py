"""`api` and `bgapi` commands, with FreeSWITCH's own answers (mod_commands.c, recorded traffic 06).

A command returns its answer, or an `Answer` that is given later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson

from switchd.sim import bridging, listing
from switchd.sim.channel import Channel, pairs
from switchd.sim.originate import originate
from switchd.sim.text import split

if TYPE_CHECKING:
    from switchd.sim.clock import Timer
    from switchd.sim.switch import Switch

NO_CHANNEL = "-ERR No such channel!\n"
NO_SESSION = "-ERR Cannot locate session!\n"
FRAME = 0.02


class Answer:
    """The result of a command that takes time."""

    def __init__(self) -> None:
        self._text: str | None = None
        self._waiting: list[Callable[[str], None]] = []

    def give(self, text: str) -> None:
        """Answer; the first one counts."""
        if self._text is None:
            self._text = text
            for callback in self._waiting:
                callback(text)

    def then(self, callback: Callable[[str], None]) -> None:
        """Call back with the answer, at once if there is one."""
        if self._text is None:
            self._waiting.append(callback)
        else:
            callback(self._text)


Result = str | Answer


class Api:
    """The commands of one switch."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._scheduled: dict[int, tuple[str, Timer]] = {}
        self._tasks = 0
        self._commands: dict[str, Callable[[str], Result]] = {
            "bgapi": lambda args: "-ERR no reply\n",
            "conference": self._conference,
            "create_uuid": lambda args: switch.new_uuid(),
            "echo": lambda args: args,
            "fsctl": self._fsctl,
            "global_getvar": lambda args: switch.globals.get(args, ""),
            "global_setvar": self._global_setvar,
            "hash": self._hash,
            "hupall": self._hupall,
            "msleep": self._msleep,
            "originate": self._originate,
            "reloadxml": lambda args: "+OK [Success]\n",
            "sched_api": self._sched_api,
            "sched_del": self._sched_del,
            "show": lambda args: listing.show(switch, args),
            "sofia": lambda args: listing.sofia(switch, args),
            "sofia_contact": lambda args: listing.contact(switch, args),
            "status": lambda args: listing.status(switch),
            "strftime": lambda args: listing.formatted_time(switch, args),
            "uptime": lambda args: f"{int(switch.clock.now() - switch.started)}\n",
            "uuid_break": self._break,
            "uuid_bridge": self._bridge,
            "uuid_dump": self._dump,
            "uuid_exists": lambda args: "true" if args in switch.channels else "false",
            "uuid_getvar": self._getvar,
            "uuid_hold": self._hold,
            "uuid_kill": self._kill,
            "uuid_park": self._park,
            "uuid_record": self._record,
            "uuid_recv_dtmf": self._recv_dtmf,
            "uuid_send_dtmf": self._send_dtmf,
            "uuid_setvar": self._setvar,
            "uuid_setvar_multi": self._setvar_multi,
            "uuid_transfer": self._transfer,
            "version": lambda args: listing.VERSION_LINE,
        }

    def run(self, name: str, args: str) -> Result:
        """Perform a command."""
        command = self._commands.get(name)
        if command is None:
            return f"-ERR {name} Command not found!\n"
        return command(args.strip())

    def background(self, job: str, name: str, args: str) -> None:
        """Perform a command as a job; BACKGROUND_JOB brings the result."""

        def report(text: str) -> None:
            if self._switch.faults.loses_job():
                return
            values = {
                "Job-UUID": job,
                "Job-Command": name,
                **({"Job-Command-Arg": args} if args else {}),
                "Content-Length": str(len(text.encode())),
                "_body": text,
            }
            self._switch.emit("BACKGROUND_JOB", rest=pairs(values))

        result = self.run(name, args)
        if isinstance(result, Answer):
            result.then(report)
        else:
            report(result)

    def _channel(self, uuid: str) -> Channel | None:
        return self._switch.channels.get(uuid)

    # -- legs ---------------------------------------------------------------------------------

    def _originate(self, args: str) -> Result:
        answer = Answer()
        originate(self._switch, args, answer.give)
        return answer

    def _bridge(self, args: str) -> str:
        words = split(args)
        if len(words) < 2:
            return "-USAGE: <uuid> <other_uuid>\n"
        first = self._channel(words[0])
        for word in words[1:3]:
            second = self._channel(word)
            if first and second and bridging.bridge(self._switch, first, second):
                return f"+OK {word}\n"
        return "-ERR Invalid uuid\n"

    def _kill(self, args: str) -> str:
        uuid, _, cause = args.partition(" ")
        leg = self._channel(uuid)
        if not uuid:
            return "-USAGE: <uuid> [cause]\n"
        if leg is None:
            return NO_CHANNEL
        self._switch.clock.later(FRAME, self._switch.hang_up, leg, cause or "NORMAL_CLEARING")
        return "+OK\n"

    def _hupall(self, args: str) -> str:
        cause = args.split(" ")[0] or "MANAGER_REQUEST"
        for leg in list(self._switch.channels.values()):
            self._switch.clock.later(FRAME, self._switch.hang_up, leg, cause)
        return f"+OK hangup all channels with cause {cause}\n"

    def _park(self, args: str) -> str:
        leg = self._channel(args)
        if leg is None:
            return NO_CHANNEL
        bridging.transfer(self._switch, leg, "park:", "inline")
        return "+OK\n"

    def _transfer(self, args: str) -> str:
        words = split(args)
        if not 2 <= len(words) <= 5:
            return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
        leg = self._channel(words[0])
        if leg is None:
            return NO_CHANNEL
        option = words.pop(1) if words[1].startswith("-") else ""
        if len(words) < 2:
            return "-ERR\n"
        partner = leg.other
        if option == "-bleg" and partner is not None:
            leg = partner
        elif option == "-both" and partner is not None:
            bridging.transfer(self._switch, partner, *words[1:3])
        bridging.transfer(self._switch, leg, *words[1:3])
        return "+OK\n"

    def _hold(self, args: str) -> str:
        words = split(args)
        off = words[:1] == ["off"]
        leg = self._channel(words[-1] if words else "")
        if leg is None:
            return "-ERR Operation failed\n"

        def change() -> None:
            if leg.up:
                leg.call_state = "UNHELD" if off else "HELD"
                self._switch.emit("CHANNEL_UNHOLD" if off else "CHANNEL_HOLD", leg)
                if off:
                    leg.call_state = "ACTIVE"

        self._switch.clock.later(FRAME, change)
        return "+OK Success\n"

    def _break(self, args: str) -> str:
        uuid, _, flag = args.partition(" ")
        leg = self._channel(uuid)
        if leg is None:
            return NO_CHANNEL
        if "all" in flag:
            leg.pending.clear()
        self._switch.clock.later(FRAME, _break_innermost, leg)
        return "+OK\n"

    def _record(self, args: str) -> str:
        words = split(args)
        usage = (
            "-USAGE: <uuid> [start|stop|mask|unmask|pause|resume] <path> [<limit>] "
            "[<recording_vars>]\n"
        )
        if len(words) < 3 or words[1] not in ("start", "stop", "mask", "unmask", "pause", "resume"):
            return usage
        leg = self._channel(words[0])
        if leg is None:
            return NO_SESSION
        if words[1] == "start":
            done = self._switch.record(leg, words[2])
            return "+OK Success\n" if done else "-ERR Cannot record session!\n"
        if words[1] == "stop":
            paths = list(leg.recordings) if words[2] == "all" else [words[2]]
            stopped = [self._switch.stop_recording(leg, path) for path in paths]
            return "+OK Success\n" if any(stopped) else "-ERR Cannot stop record session!\n"
        if words[2] not in leg.recordings:
            return f"-ERR Cannot {words[1]} recording session!\n"
        return "+OK Success\n"

    def _send_dtmf(self, args: str) -> str:
        return self._dtmf(args, "sent")

    def _recv_dtmf(self, args: str) -> str:
        return self._dtmf(args, "received")

    def _dtmf(self, args: str, verb: str) -> str:
        uuid, _, digits = args.partition(" ")
        leg = self._channel(uuid)
        if not digits:
            return "-USAGE: <uuid> <dtmf_data>\n"
        if leg is None:
            return NO_SESSION
        if verb == "received":
            for digit in digits.split("@")[0]:
                self._switch.clock.later(FRAME, self._switch.press, leg, digit, "APP")
        return f"+OK {uuid} {verb} DTMF {digits}.\n"

    # -- variables ----------------------------------------------------------------------------

    def _setvar(self, args: str) -> str:
        words = args.split(" ", 2)
        if len(words) < 2:
            return "-USAGE: <uuid> <var> [value]\n"
        leg = self._channel(words[0])
        if leg is None:
            return NO_CHANNEL
        leg.set(words[1], words[2] if len(words) > 2 else None)
        return "+OK\n"

    def _setvar_multi(self, args: str) -> str:
        usage = "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"
        uuid, _, assigned = args.partition(" ")
        if not assigned:
            return usage
        leg = self._channel(uuid)
        if leg is None:
            return NO_CHANNEL + usage
        for part in split(assigned, ";"):
            name, _, value = part.partition("=")
            if name:
                leg.set(name, value)
        return "+OK\n"

    def _getvar(self, args: str) -> str:
        words = split(args)
        if len(words) < 2:
            return "-USAGE: <uuid> <var>\n"
        leg = self._channel(words[0])
        if leg is None:
            return NO_CHANNEL
        return leg.get(words[1]) or "_undef_"

    def _dump(self, args: str) -> str:
        uuid, _, form = args.partition(" ")
        leg = self._channel(uuid)
        if not uuid:
            return "-USAGE: <uuid> [format]\n"
        if leg is None:
            return NO_CHANNEL
        body = self._switch.render("CHANNEL_DATA", leg)
        if form.strip() == "json":
            return body.decode()
        headers = orjson.loads(body)
        return "".join(f"{name}: {value}\n" for name, value in headers.items())

    def _global_setvar(self, args: str) -> str:
        name, _, value = args.partition("=")
        self._switch.globals[name.strip()] = value
        return "+OK\n"

    def _hash(self, args: str) -> str:
        verb, _, rest = args.partition("/")
        realm_and_key, _, value = rest.rpartition("/") if verb == "insert" else (rest, "", "")
        if verb == "insert":
            self._switch.store[realm_and_key] = value
            return "+OK\n"
        if verb == "select":
            return self._switch.store.get(realm_and_key, "")
        if verb == "delete":
            gone = self._switch.store.pop(realm_and_key, None)
            return "-ERR Not found\n" if gone is None else "+OK\n"
        return "-ERR invalid operation\n"

    # -- the system ---------------------------------------------------------------------------

    def _fsctl(self, args: str) -> str:
        return {
            "sps": "+OK sessions per second: 2000\n",
            "max_sessions": "+OK max sessions: 20000\n",
        }.get(args.split(" ")[0], "+OK\n")

    def _conference(self, args: str) -> str:
        words = split(args)
        members = self._switch.conferences.get(words[0] if words else "")
        if members is None:
            return f"-ERR Conference {words[0] if words else ''} not found\n"
        if words[1:2] == ["json_list"]:
            room = {
                "conference_name": words[0],
                "member_count": len(members),
                "running": True,
                "members": [
                    {"type": "caller", "id": leg.serial, "uuid": leg.uuid} for leg in members
                ],
            }
            return orjson.dumps([room]).decode() + "\n"
        return "".join(f"{leg.serial};{leg.name};{leg.uuid}\n" for leg in members)

    def _msleep(self, args: str) -> Result:
        answer = Answer()
        seconds = int(args) / 1000 if args.isdecimal() else 0.0
        self._switch.clock.later(seconds, answer.give, "+OK")
        return answer

    def _sched_api(self, args: str) -> str:
        words = args.split(" ", 2)
        if len(words) < 3 or not words[0].lstrip("+@").isdecimal():
            return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"
        when, group, command = words
        every = float(when[1:]) if when[0] in "+@" else float(when) - self._switch.clock.now()
        self._tasks += 1
        self._schedule(self._tasks, group, every, command, again=when[0] == "@")
        return f"+OK Added: {self._tasks}\n"

    def _schedule(self, task: int, group: str, every: float, command: str, again: bool) -> None:
        def perform() -> None:
            del self._scheduled[task]
            name, _, rest = command.rstrip("&").partition(" ")
            if again:
                self._schedule(task, group, every, command, again)
            self.run(name, rest)

        self._scheduled[task] = (group, self._switch.clock.later(every, perform))

    def _sched_del(self, args: str) -> str:
        mine = [
            task
            for task, (group, _) in self._scheduled.items()
            if (task == int(args) if args.isdecimal() else group == args)
        ]
        for task in mine:
            self._scheduled.pop(task)[1].cancel()
        return f"+OK Deleted: {len(mine)}\n"


def _break_innermost(leg: Channel) -> None:
    if leg.up and leg.apps:
        leg.apps[-1].broken()
