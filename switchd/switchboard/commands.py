"""How FreeSWITCH is told something about a leg, and what its refusals mean to calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from switchd.calls.ports import LegGone, SwitchAway, SwitchError
from switchd.esl.arguments import set_variables
from switchd.esl.errors import (
    CommandFailed,
    CommandTimeout,
    EslError,
    NotConnected,
    UnsafeArgument,
)
from switchd.esl.link import Link

GONE = ("no such channel", "cannot locate session", "invalid session", "invalid uuid", "-error")
"""What FreeSWITCH says of a leg that has ended (mod_commands.c, mod_event_socket.c). Only
uuid_answer says the last."""


class Commands:
    """The ways to tell FreeSWITCH something; all raise what `calls.ports.Switch` promises."""

    def __init__(self, link: Callable[[], Link]) -> None:
        self._link = link
        self.real: Callable[[str], str] = lambda leg: leg
        """Gives the leg for a name that calls use for it: most often it is the name."""

    def tag(self, leg: str, facts: Mapping[str, str]) -> None:
        """Set channel variables."""
        with translated():
            command = set_variables(self.real(leg), facts)
            reply = self._link().send(command)
            if not reply.ok:
                raise CommandFailed(command.name, reply.text)

    def _execute(self, leg: str, application: str, argument: str, execution: str) -> None:
        real = self.real(leg)
        if real != leg:
            execution = f"{real}:{execution}"
        with translated():
            self._link().execute(real, application, self.real(argument), execution=execution)

    def _api(self, name: str, arguments: str) -> str:
        with translated():
            return self._link().api(name, " ".join(map(self.real, arguments.split(" "))))


class translated:  # noqa: N801 - reads as a word in a with statement
    """Event-socket errors become the errors that calls know."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CommandFailed) and any(s in str(error).lower() for s in GONE):
            raise LegGone(str(error)) from error
        if isinstance(error, NotConnected | CommandTimeout):
            raise SwitchAway(str(error)) from error
        if isinstance(error, EslError | UnsafeArgument):
            raise SwitchError(str(error)) from error
