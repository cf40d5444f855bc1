"""`api` and `bgapi` commands, with FreeSWITCH's own answers (mod_commands.c, recorded traffic 06).

A command returns its answer, or an `Answer` that is given later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson

from switchd.sim import listing
from switchd.sim.answer import Answer, Result
from switchd.sim.channel import pairs
from switchd.sim.legcommands import LegCommands
from switchd.sim.text import split

if TYPE_CHECKING:
    from switchd.sim.clock import Timer
    from switchd.sim.switch import Switch


class Api:
    """The commands of one switch."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._scheduled: dict[int, tuple[str, Callable[[], None], Timer]] = {}
        self._tasks = 0
        legs = LegCommands(switch)
        self._commands: dict[str, Callable[[str], Result]] = {
            "bgapi": lambda args: "-ERR no reply\n",
            "conference": self._conference,
            "create_uuid": lambda args: switch.new_uuid(),
            "echo": lambda args: args,
            "fsctl": self._fsctl,
            "global_getvar": lambda args: switch.globals.get(args, ""),
            "global_setvar": self._global_setvar,
            "hash": self._hash,
            "hupall": legs.hupall,
            "lua": self._lua,
            "msleep": self._msleep,
            "originate": legs.originate,
            "reloadxml": lambda args: "+OK [Success]\n",
            "sched_api": self._sched_api,
            "sched_del": self._sched_del,
            "show": lambda args: listing.show(switch, args),
            "sofia": lambda args: listing.sofia(switch, args),
            "sofia_contact": lambda args: listing.contact(switch, args),
            "status": lambda args: listing.status(switch),
            "strftime": lambda args: listing.formatted_time(switch, args),
            "uptime": lambda args: f"{int(switch.clock.now() - switch.started)}\n",
            "uuid_answer": legs.answer,
            "uuid_audio": legs.audio,
            "uuid_break": legs.break_off,
            "uuid_bridge": legs.bridge,
            "uuid_displace": legs.displace,
            "uuid_dump": legs.dump,
            "uuid_exists": lambda args: "true" if args in switch.channels else "false",
            "uuid_getvar": legs.getvar,
            "uuid_hold": legs.hold,
            "uuid_kill": legs.kill,
            "uuid_park": legs.park,
            "uuid_record": legs.record,
            "uuid_recv_dtmf": legs.recv_dtmf,
            "uuid_send_dtmf": legs.send_dtmf,
            "uuid_setvar": legs.setvar,
            "uuid_setvar_multi": legs.setvar_multi,
            "uuid_transfer": legs.transfer,
            "version": lambda args: listing.VERSION_LINE,
        }

    def run(self, name: str, args: str) -> Result:
        """Perform a command."""
        command = self._commands.get(name)
        if command is None:
            return f"-ERR {name} Command not found!\n"
        return command(args.strip())

    def forget(self) -> None:
        """Nothing is scheduled any more."""
        for *_, timer in self._scheduled.values():
            timer.cancel()
        self._scheduled.clear()

    def scheduled(self, group: str) -> list[int]:
        """Numbers of what is scheduled in groups whose names begin so."""
        return [task for task, (name, *_) in self._scheduled.items() if name.startswith(group)]

    def hasten(self, group: str) -> int:
        """What is scheduled in groups whose names begin so comes now; return how much it was."""
        due = self.scheduled(group)
        for task in due:
            _, perform, timer = self._scheduled[task]
            timer.cancel()
            perform()
        return len(due)

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

    def _lua(self, args: str) -> str:
        name, *words = args.split()
        script = self._switch.scripts.get(name)
        if script is None:
            return f"-ERR {name}: no such script\n"
        return script(words) or "-ERR no reply\n"

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

        # Who schedules lives in real time, however fast people's lives pass.
        seconds = every * self._switch.clock.speed
        self._scheduled[task] = (group, perform, self._switch.clock.later(seconds, perform))

    def _sched_del(self, args: str) -> str:
        mine = [
            task
            for task, (group, *_) in self._scheduled.items()
            if (task == int(args) if args.isdecimal() else group == args)
        ]
        for task in mine:
            self._scheduled.pop(task)[-1].cancel()
        return f"+OK Deleted: {len(mine)}\n"
