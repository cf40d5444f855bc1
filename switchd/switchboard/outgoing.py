"""The switch's side of a call, in FreeSWITCH's words. Implements `calls.ports.Switch`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import gevent
import structlog

from routing.callflow import events as on
from switchd.calls.ports import SwitchAway, SwitchError
from switchd.esl.arguments import channel_variables
from switchd.esl.errors import EslError, NotConnected
from switchd.esl.jobs import Job
from switchd.esl.link import Link
from switchd.prompts.library import PromptLibrary, PromptMissingError
from switchd.switchboard.commands import translated
from switchd.switchboard.together import Together
from switchd.switchboard.turns import Turns

log = structlog.get_logger(__name__)

_DIALLED = re.compile(r"[0-9*#]{1,24}")
_EXTENSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NOT_DISPLAYED = re.compile(r"""[\x00-\x1f\x7f'"\\{}\[\]<>$|^:]""")
HANGUP_HOOK = "lua ended_alone.lua"
"""What FreeSWITCH does at the end of a call that nobody else may write down."""
MUSIC = "local_stream://"
"""What music is to a playback."""
_FORWARD = {"switchd_kind": "forward", "playback_terminators": "none"}
SEAT = {
    "bridge_filter_dtmf": "true",
    "playback_terminators": "none",
    "send_silence_when_idle": "-1",
}
"""Keys that are pressed at a seat are told to us and to nobody else (switch_ivr_bridge.c,
bridge_filter_dtmf), and end nothing that is being played. A seat that is parked is sent silence, so
that a supervisor can whisper into it (switch_ivr_async.c, eavesdrop_callback)."""
ORIGINATE_GRACE_SECONDS = 10.0
"""How much longer than the ring time the result of an originate is waited for."""
RING_TONE = "tone_stream://%(1000,4000,450);loops=-1"
"""What China's exchanges play while a phone rings: 450 Hz, one second in five."""
FOLDER_MODE = 0o2770
SILENCE_LEVEL = 200
"""Mean amplitude of samples below which a caller who leaves a message says nothing (switch_ivr.c,
silence_threshold of `record`)."""
SURVEY_DIGIT_SECONDS = 3.0
"""How long play_and_get_digits waits between digits; one key is all that is asked for."""


class FreeSwitch(Together):
    """Commands for one FreeSWITCH, over its link."""

    def __init__(
        self,
        link: Callable[[], Link],
        prompts: Callable[[str], PromptLibrary],
        *,
        domain: str,
        proxies: Mapping[str, str],
        own: str = "",
        peers: Mapping[str, str] | None = None,
        recordings: Path,
        deliver: Callable[[str, on.Event], object],
        turns: Turns,
        silent_seconds: int = 0,
    ) -> None:
        """A seat's leg that sends no audio for `silent_seconds` ends (0: never). `own` is the name
        of this FreeSWITCH as offers tell it, `peers` where the others of the city take calls for
        their seats: name → host:port.
        """
        super().__init__(link)
        self.prompts = prompts
        self._domain = domain
        self.proxies = proxies
        self._own = own
        self._peers = peers or {}
        self._recordings = recordings
        self._silence = {"media_timeout": str(silent_seconds * 1000)} if silent_seconds else {}
        self._deliver = deliver
        self._turns = turns

    def answer(self, leg: str) -> None:
        """Pick up."""
        self._execute(leg, "answer", "", f"{leg}/answer")

    def pick_up(self, leg: str) -> None:
        """Pick up at once and without an event, for a leg whose next command may come at once: a
        break takes back an execution that has not begun, the answer among them."""
        self._api("uuid_answer", leg)

    def play(
        self,
        leg: str,
        prompts: tuple[str, ...],
        execution: str,
        interrupt: bool,
        language: str = "",
    ) -> None:
        """Play prompts as one file_string; those that are missing are left out and logged.

        `language` "" is the city's.
        """
        sounds = self._sounds(prompts, language)
        if interrupt:
            self._api("uuid_break", f"{leg} all")
        self._execute(leg, "playback", sounds, execution)

    def music(self, leg: str, music: str, execution: str, interrupt: bool) -> None:
        """Play a local stream until it is broken."""
        if interrupt:
            self._api("uuid_break", f"{leg} all")
        self._execute(leg, "playback", f"{MUSIC}{music}", execution)

    def hint(self, leg: str, prompt: str) -> None:
        """Mix a prompt into what a leg hears; whoever talks with it hears nothing of it.

        A leg that hears nothing at the moment does not hear this either. While the prompt is
        being heard it is not mixed in once more.
        """
        try:
            self._api("uuid_displace", f"{leg} start {self._sounds((prompt,), '')} 0 mux")
        except SwitchError as error:
            if "Cannot displace session" not in str(error):
                raise

    def collect(
        self,
        leg: str,
        prompts: tuple[str, ...],
        invalid: tuple[str, ...],
        keys: str,
        seconds: float,
        tries: int,
        execution: str,
        language: str = "",
        interrupt: bool = False,
    ) -> None:
        """Ask for one key; it arrives as variable switchd_key of the execution's end."""
        asked = self._sounds(prompts, language)
        wrong = self._sounds(invalid, language)
        milliseconds = int(seconds * 1000)
        digit_gap = int(SURVEY_DIGIT_SECONDS * 1000)
        arguments = (
            f"1 1 {tries} {milliseconds} none {asked} {wrong} switchd_key [{keys}] {digit_gap}"
        )
        self._ask(leg, arguments, execution, interrupt)

    def collect_number(
        self,
        leg: str,
        prompts: tuple[str, ...],
        invalid: tuple[str, ...],
        length: tuple[int, int],
        seconds: float,
        tries: int,
        execution: str,
        language: str = "",
        interrupt: bool = False,
    ) -> None:
        """Ask for a number of `length` (least, most) digits that ends with #; it arrives as that
        of `collect`."""
        asked = self._sounds(prompts, language)
        wrong = self._sounds(invalid, language)
        milliseconds = int(seconds * 1000)
        least, most = length
        arguments = (
            f"{least} {most} {tries} {milliseconds} # {asked} {wrong} switchd_key [0-9]+ "
            f"{milliseconds}"
        )
        self._ask(leg, arguments, execution, interrupt)

    def _ask(self, leg: str, arguments: str, execution: str, interrupt: bool) -> None:
        if interrupt:
            self._api("uuid_break", f"{leg} all")
        self._execute(leg, "play_and_get_digits", arguments, execution)

    def record_message(
        self,
        leg: str,
        path: str,
        longest_seconds: float,
        silence_seconds: float,
        execution: str,
    ) -> None:
        """Record the caller into `path` below the recordings folder, until #, silence or the
        longest length; the length arrives as variable record_ms of the execution's end."""
        try:
            _make_folders(self._recordings, (self._recordings / path).parent)
        except OSError as error:
            raise SwitchError(f"no folder for {path}: {error.strerror}") from error
        self.tag(leg, {"playback_terminators": "#"})
        longest, silence = round(longest_seconds), round(silence_seconds)
        arguments = f"{self._recordings / path} {longest} {SILENCE_LEVEL} {silence}"
        self._execute(leg, "record", arguments, execution)

    def ring(
        self,
        seat: str,
        leg: str,
        seconds: float,
        caller: str,
        title: str,
        call: str,
        home: str = "",
    ) -> None:
        """Originate the seat's leg, parked; its result arrives as SeatAnswered or SeatFailed.
        Waits for the end of the call that the phone had before.

        A phone that is registered at another FreeSWITCH of the city is rung through that one.
        """
        target = self._phone(seat, home)
        if not self._turns.comes(seat, leg):
            raise SwitchAway("FreeSWITCH could not be heard while the phone was busy")
        elsewhere = {} if target.startswith("user/") else {"sip_h_X-switchd-offer": leg}
        variables = {
            "switchd_kind": "seat",
            "switchd_seat": seat,
            **SEAT,
            **self._silence,
            **elsewhere,
            **_originated(leg, seconds, caller, title, call),
        }
        try:
            self._originate(target, leg, seconds, variables)
        except SwitchAway:
            raise  # the phone may ring
        except SwitchError:
            self._turns.over(leg)
            raise

    def _phone(self, seat: str, home: str) -> str:
        if not _EXTENSION.fullmatch(seat):
            raise SwitchError(f"{seat[:40]!r} is no extension to dial")
        if home in ("", self._own):
            return f"user/{seat}@{self._domain}"
        if home not in self._peers:
            raise SwitchError(f"seat {seat} is at {home}, which is none of the city's nodes")
        return f"sofia/peers/{seat}@{self._peers[home]};transport=udp"

    def dial(
        self,
        number: str,
        trunk: str,
        leg: str,
        seconds: float,
        caller: str,
        title: str,
        call: str,
        seat: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Originate a leg to a number over a trunk, parked; results as those of `ring`.

        `seat` is the one that is reached by this number, if it is one. `headers` are SIP headers
        for the other side, such as X-Switchd-Call.
        """
        target = self._over(trunk, number)
        kind = {"switchd_kind": "seat", "switchd_seat": seat, **SEAT} if seat else _FORWARD
        variables = {
            **kind,
            **{f"sip_h_{name}": _displayed(value) for name, value in (headers or {}).items()},
            **_originated(leg, seconds, caller, title, call),
        }
        self._originate(target, leg, seconds, variables)

    def call_back(
        self,
        number: str,
        trunk: str,
        leg: str,
        seconds: float,
        shown: str,
        facts: Mapping[str, str],
        home: str = "",
    ) -> None:
        """Originate the leg of a person to be called back, parked, with everything that the
        dialplan gives to a caller's; results as those of `ring`. Without a trunk it is a seat's
        phone, at `home` as in `ring`."""
        target = self._over(trunk, number) if trunk else self._phone(number, home)
        elsewhere = {"sip_h_X-switchd-offer": leg} if target.startswith("sofia/peers/") else {}
        variables = {
            **elsewhere,
            **_originated(leg, seconds, shown, "", leg),
            "switchd_kind": "callback",
            "api_hangup_hook": HANGUP_HOOK,
            "hangup_after_bridge": "false",
            "park_after_bridge": "true",
            "RECORD_STEREO": "true",
            **facts,
        }
        self._originate(target, leg, seconds, variables)

    def ring_tone(self, leg: str, execution: str) -> None:
        """Let a parked leg hear that the other side's phone rings, until the bridge."""
        self._execute(leg, "playback", RING_TONE, execution)

    def _over(self, trunk: str, number: str) -> str:
        proxy = self.proxies.get(trunk)
        if not proxy:
            raise SwitchError(f"trunk {trunk} has no proxy, so nothing can be dialled over it")
        if not _DIALLED.fullmatch(number):
            raise SwitchError(f"{number[:40]!r} is no number to dial")
        return f"sofia/trunk/{number}@{proxy}"

    def _originate(
        self, target: str, leg: str, seconds: float, variables: Mapping[str, str]
    ) -> None:
        with translated():
            job = self._link().bgapi("originate", f"{channel_variables(variables)}{target} &park()")
        gevent.spawn(self._await_seat, job, leg, seconds + ORIGINATE_GRACE_SECONDS)

    def _await_seat(self, job: Job, leg: str, seconds: float) -> None:
        try:
            answer = job.wait(seconds).strip()
        except NotConnected as error:
            # The phone may ring or be picked up: what is found at the next connection counts.
            log.warning("originate without a result", leg=leg, why=str(error))
            return
        except EslError as error:
            level = log.debug if self._link().stopping else log.warning
            level("originate without a result", leg=leg, why=str(error))
            self._deliver(leg, on.SeatFailed(leg, "RECOVERY_ON_TIMER_EXPIRE"))
            return
        if answer.startswith("+OK"):
            self._deliver(leg, on.SeatAnswered(leg))
        else:
            self._turns.over(leg)
            self._deliver(leg, on.SeatFailed(leg, answer.removeprefix("-ERR").strip()))

    def record(self, leg: str, path: str) -> None:
        """Record into `path` below the recordings folder; RECORD_STEREO is set by the dialplan."""
        self._api("uuid_record", f"{leg} start {self._recordings / path}")

    def stop_recording(self, leg: str, path: str) -> None:
        """End that recording."""
        self._api("uuid_record", f"{leg} stop {self._recordings / path}")

    def hang_up(self, leg: str, cause: str) -> None:
        """End a leg, ringing or not."""
        self._api("uuid_kill", f"{leg} {cause}")

    def _sounds(self, prompts: tuple[str, ...], language: str) -> str:
        library = self.prompts(language)
        paths = []
        for name in prompts:
            try:
                paths.append(str(library.path(name)))
            except PromptMissingError as error:
                log.error("prompt missing", prompt=name, why=str(error))
        if not paths:
            raise SwitchError(f"none of the prompts {', '.join(prompts)} is there")
        return paths[0] if len(paths) == 1 else "file_string://" + "!".join(paths)


def _make_folders(root: Path, folder: Path) -> None:
    """Make a folder below `root` into which FreeSWITCH's user may write through the group:
    `record` makes none, unlike uuid_record."""
    if folder == root or folder.is_dir():
        return
    _make_folders(root, folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(FOLDER_MODE)


def _originated(leg: str, seconds: float, caller: str, title: str, call: str) -> dict[str, str]:
    return {
        "origination_uuid": leg,
        "originate_timeout": str(max(1, round(seconds))),
        "ignore_early_media": "true",
        "origination_caller_id_number": caller or "anonymous",
        "origination_caller_id_name": _displayed(title),
        "switchd_call": call,
        "hangup_after_bridge": "true",
    }


def _displayed(text: str) -> str:
    """What a phone's display can show of `text` and an originate can carry."""
    return " ".join(_NOT_DISPLAYED.sub(" ", text).split())
