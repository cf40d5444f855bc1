"""SIPp processes: telephones whose scenarios are rendered from the templates in scenarios/.

SIPp cannot be told anything while it runs, so its scenarios wait for two requests inside their own
dialogue that no telephone otherwise gets: MESSAGE is "hang up", NOTIFY is "press your key" or
"answer".
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from switchd.demo import child
from switchd.demo.telephones.rfc2833 import PACKET_SECONDS, key_packets

SIPP = shutil.which("sipp")
_SOCKETS = Path("/proc/net/udp")
"""Who listens on which UDP port, in hexadecimal."""
REFUSALS = (401, 403, 404, 407, 408, 410, 480, 484, 486, 487, 488, 500, 502, 503, 603, 604)

_TEMPLATES = Environment(  # noqa: S701 - the values are ours, and bodies are SIP, not XML
    loader=FileSystemLoader(Path(__file__).with_name("scenarios")), undefined=StrictUndefined
)


class NotListening(RuntimeError):
    """A telephone has ended, or never opened its port."""


def until(condition: Callable[[], object], seconds: float) -> bool:
    """Wait until the condition is true, for `seconds` at most; tell whether it is."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@dataclass(frozen=True, slots=True)
class Heard:
    """One line that a telephone wrote down about itself."""

    at: float
    """Seconds since the epoch."""
    call: int
    """Which of this telephone's calls, from 1."""
    what: str


class Ended:
    """The end of a process, in the shape of an event."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def is_set(self) -> bool:
        """Tell whether it has come."""
        return self._process.poll() is not None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for it, for `timeout` seconds or a minute; tell whether it has come."""
        return until(self.is_set, 60.0 if timeout is None else timeout)


class Sipp:
    """One SIPp process and what it has written down."""

    def __init__(
        self,
        folder: Path,
        scenario: str,
        values: Mapping[str, object],
        *,
        port: int,
        media_port: int,
        target: tuple[str, int] | None = None,
        source: str = "127.0.0.1",
        life: int = 600,
        options: Sequence[str] = (),
    ) -> None:
        """Start SIPp on `source`:`port` with the rendered scenario.

        It ends within `life` seconds, 0 for none. Raises RuntimeError if there is no SIPp.
        """
        if SIPP is None:
            raise RuntimeError("sipp is not on the PATH")
        folder.mkdir(parents=True)
        script = folder / "scenario.xml"
        script.write_text(_TEMPLATES.get_template(f"{scenario}.xml.j2").render(values))
        self.ports = (port, media_port)
        self._folder = folder
        self._address = (source, port)
        self._log = folder / "heard.log"
        self._errors = folder / "errors.log"
        self._heard: list[Heard] = []
        self._read = 0
        command = [SIPP, *([f"{target[0]}:{target[1]}"] if target else []), "-sf", str(script)]
        command += ["-i", source, "-p", str(port), "-mp", str(media_port)]
        command += ["-nostdin", "-skip_rlimit"]
        command += ["-trace_logs", "-log_file", str(self._log)]
        command += ["-trace_err", "-error_file", str(self._errors)]
        command += [*(["-timeout", str(life)] if life else []), *options]
        self._process = child.start(command, folder / "screen.log", folder=folder)

    def waits_until_it_listens(self, seconds: float = 20.0) -> None:
        """Return when calls reach it. Raises NotListening if they never do."""
        mine = f":{self.ports[0]:04X} "
        until(lambda: mine in _SOCKETS.read_text() or self.ended.is_set(), seconds)
        if mine not in _SOCKETS.read_text():
            raise NotListening(f"SIPp does not listen on port {self.ports[0]}; see {self._folder}")

    @property
    def heard(self) -> Sequence[Heard]:
        """What happened so far, oldest first."""
        if self._log.exists():
            with self._log.open("rb") as log:
                log.seek(self._read)
                # A line without its end is still being written.
                whole, end, _ = log.read().rpartition(b"\n")
            if end:
                self._read += len(whole) + 1
                lines = whole.decode(errors="replace").split("\n")
                self._heard += [_parse(line) for line in lines]
        return self._heard

    @property
    def errors(self) -> str:
        """What SIPp did not understand."""
        return self._errors.read_text(errors="replace") if self._errors.exists() else ""

    def count(self, word: str) -> int:
        """Tell how often something that begins with `word` has happened."""
        return sum(each.what.startswith(word) for each in self.heard)

    def wait_for(self, word: str, seconds: float = 10.0, times: int = 1) -> bool:
        """Wait until it has happened, `times` times."""
        return until(lambda: self.count(word) >= times, seconds)

    @property
    def ended(self) -> Ended:
        """What can be waited for: all of this telephone's calls are over."""
        return Ended(self._process)

    def wait(self, seconds: float = 10.0) -> bool:
        """Wait until all calls are over; tell whether they are."""
        return self.ended.wait(seconds)

    def kill(self) -> None:
        """End the process at once, as a phone whose plug is pulled."""
        if not self.ended.is_set():
            self._process.kill()
        self._process.wait(timeout=10)

    def clear_away(self) -> None:
        """End it, and delete what it has written."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _tell(self, method: str, dialogue: str, number: int = 1, subject: str = "") -> None:
        source, port = self._address
        lines = [
            f"{method} sip:telephone@{source}:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {source}:{port};branch=z9hG4bK-{method}",
            "From: <sip:somebody@localhost>;tag=1",
            "To: <sip:telephone@localhost>",
            f"Call-ID: {dialogue}",
            f"CSeq: {number} {method}",
            *([f"Subject: {subject}"] if subject else []),
            "Content-Length: 0",
        ]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), self._address)


def _parse(line: str) -> Heard:
    """Take apart: date, time, seconds since the epoch, number of the call, what happened."""
    _, _, stamp, number, what = line.split(maxsplit=4)
    return Heard(float(stamp), int(number), what)


class Phone(Sipp):
    """A seat's phone. It tells: called FROM, seat TO, media PORT TYPE, dialogue ID, ringing,
    answered, key K (by SIP INFO), refused, cancelled, ended, hung up, free."""

    keys_by_rtp = False
    """Whether its keys are sent among the audio."""

    def answer(self) -> None:
        """Let it pick up the call that came last, if it rings."""
        self._tell("NOTIFY", self._dialogue)

    def hang_up(self, dialogue: str = "") -> None:
        """Let it end a call by its SIP Call-ID, or the one that came last, if somebody talks."""
        self._tell("MESSAGE", dialogue or self._dialogue)

    def press(self, keys: str) -> None:
        """Let it press keys in the call that came last, one after the other."""
        if self.keys_by_rtp:
            self._press_by_rtp(keys)
            return
        for number, key in enumerate(keys, self.count("key") + 1):
            self._tell("NOTIFY", self._dialogue, number, key)
            if not self.wait_for("key", times=number):
                raise RuntimeError(f"the phone did not press {key}")

    def _press_by_rtp(self, keys: str) -> None:
        """SIPp can send only events of payload type 96; here the other side chooses the type."""
        media = next(h.what.split() for h in reversed(self.heard) if h.what.startswith("media"))
        _, _, port, payload, _ = media
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in key_packets(keys, int(payload)):
                sender.sendto(packet, (self._address[0], int(port)))
                time.sleep(PACKET_SECONDS)

    @property
    def _dialogue(self) -> str:
        return next(h.what.split()[1] for h in reversed(self.heard) if h.what.startswith("dial"))


class Call(Sipp):
    """One caller, or many who do the same. It tells: final CODE, key K, ended, hung up."""

    @property
    def final(self) -> int | None:
        """The final SIP response to the (last) INVITE, or None as long as there is none."""
        codes = [each.what.split()[1] for each in self.heard if each.what.startswith("final")]
        return int(codes[-1]) if codes else None

    @property
    def answered(self) -> bool:
        """Whether somebody or something has taken the call."""
        return self.count("final 200") > 0

    def press_key(self) -> None:
        """Let the (first) caller press the key that was chosen at the beginning."""
        self._tell("NOTIFY", self._dialogue)

    def hang_up(self) -> None:
        """Let the (first) caller hang up now, or give up if nobody has answered yet."""
        self._tell("MESSAGE", self._dialogue)

    @property
    def _dialogue(self) -> str:
        return f"1-{self._process.pid}@{self._address[0]}"
