"""`uuid_*`, originate and hupall: the commands about legs (mod_commands.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from switchd.sim import bridging
from switchd.sim.answer import Answer, Result
from switchd.sim.channel import Channel
from switchd.sim.originate import originate
from switchd.sim.text import split

if TYPE_CHECKING:
    from switchd.sim.switch import Switch

NO_CHANNEL = "-ERR No such channel!\n"
NO_SESSION = "-ERR Cannot locate session!\n"
FRAME = 0.02
DISPLACE_USAGE = "-USAGE: <uuid> [start|stop] <path> [<limit>] [mux]\n"
AUDIO_USAGE = "-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n"


class LegCommands:
    """The commands of one switch about its legs; each takes its arguments as one text."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def _channel(self, uuid: str) -> Channel | None:
        return self._switch.channels.get(uuid)

    def originate(self, args: str) -> Result:
        answer = Answer()
        originate(self._switch, args, answer.give)
        return answer

    def answer(self, args: str) -> str:
        leg = self._channel(args)
        if leg is None:
            return "-ERROR\n"
        self._switch.answer(leg)
        return "+OK\n"

    def bridge(self, args: str) -> str:
        words = split(args)
        if len(words) < 2:
            return "-USAGE: <uuid> <other_uuid>\n"
        first = self._channel(words[0])
        for word in words[1:3]:
            second = self._channel(word)
            if first and second and bridging.bridge(self._switch, first, second):
                return f"+OK {word}\n"
        return "-ERR Invalid uuid\n"

    def kill(self, args: str) -> str:
        uuid, _, cause = args.partition(" ")
        leg = self._channel(uuid)
        if not uuid:
            return "-USAGE: <uuid> [cause]\n"
        if leg is None:
            return NO_CHANNEL
        self._doom(leg, cause or "NORMAL_CLEARING")
        return "+OK\n"

    def hupall(self, args: str) -> str:
        cause = args.split(" ")[0] or "MANAGER_REQUEST"
        for leg in list(self._switch.channels.values()):
            self._doom(leg, cause)
        return f"+OK hangup all channels with cause {cause}\n"

    def _doom(self, leg: Channel, cause: str) -> None:
        leg.doomed = True
        self._switch.clock.later(FRAME, self._switch.hang_up, leg, cause)

    def park(self, args: str) -> str:
        leg = self._channel(args)
        if leg is None:
            return NO_CHANNEL
        bridging.transfer(self._switch, leg, "park:", "inline")
        return "+OK\n"

    def transfer(self, args: str) -> str:
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

    def hold(self, args: str) -> str:
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

    def break_off(self, args: str) -> str:
        uuid, _, flag = args.partition(" ")
        leg = self._channel(uuid)
        if leg is None:
            return NO_CHANNEL
        if "all" in flag:
            leg.pending.clear()
        self._switch.clock.later(FRAME, _break, leg)
        return "+OK\n"

    def audio(self, args: str) -> str:
        words = split(args)
        if len(words) < 2:
            return AUDIO_USAGE
        leg = self._channel(words[0])
        if leg is None:
            return NO_CHANNEL
        if words[1] == "stop":
            leg.muted = False
        elif words[1] == "start" and words[2:4] == ["read", "mute"] and len(words) > 4:
            leg.muted = words[4] != "0"
        elif words[1] != "start" or len(words) < 5 or words[2] not in ("read", "write"):
            return AUDIO_USAGE
        return "+OK\n"

    def displace(self, args: str) -> str:
        words = split(args)
        if len(words) < 3 or words[1] not in ("start", "stop"):
            return DISPLACE_USAGE
        leg = self._channel(words[0])
        if leg is None:
            return NO_SESSION
        if words[1] == "start":
            leg.party.hears(leg, words[2])
        return "+OK Success\n"

    def record(self, args: str) -> str:
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

    def send_dtmf(self, args: str) -> str:
        return self._dtmf(args, "sent")

    def recv_dtmf(self, args: str) -> str:
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

    def setvar(self, args: str) -> str:
        words = args.split(" ", 2)
        if len(words) < 2:
            return "-USAGE: <uuid> <var> [value]\n"
        leg = self._channel(words[0])
        if leg is None:
            return NO_CHANNEL
        leg.set(words[1], words[2] if len(words) > 2 else None)
        return "+OK\n"

    def setvar_multi(self, args: str) -> str:
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

    def getvar(self, args: str) -> str:
        words = split(args)
        if len(words) < 2:
            return "-USAGE: <uuid> <var>\n"
        leg = self._channel(words[0])
        if leg is None:
            return NO_CHANNEL
        headers: dict[str, str] = orjson.loads(self._switch.render("CHANNEL_DATA", leg))
        return headers.get(f"variable_{words[1]}", "_undef_")

    def dump(self, args: str) -> str:
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


def _break(leg: Channel) -> None:
    """End all that plays, the innermost first, `all` or not (switch_ivr.c, CF_STOP_BROADCAST)."""
    for app in reversed(leg.apps.copy()):
        if not leg.up or leg.apps[-1:] != [app]:
            return
        app.broken()
