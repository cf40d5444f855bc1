"""The seats' side of the live queue: who sits where, who serves whom, whose phone can be rung."""

from __future__ import annotations

import json
from collections.abc import Mapping

from routing.seats import SeatState
from switchd.queues.facts import Refusal, SeatRefused, SeatView, read_seat
from switchd.queues.order import to_ms
from switchd.queues.verbs import Verbs, pairs


class SeatVerbs(Verbs):
    """Verbs of seats, agents and phones."""

    # Seats of the plan

    def define_seat(self, seat: str, now: float) -> None:
        """Make a seat known: signed out, its phone not reachable, serving nobody. A known one
        stays as it is."""
        self._run("define_seat", seat, to_ms(now))

    def forget_seat(self, seat: str, now: float) -> bool:
        """Remove a seat; a caller being offered to it goes back. False if it was not known."""
        return bool(self._run("forget_seat", seat, to_ms(now), self._new_token()))

    def serve(self, seat: str, pools: Mapping[str, int], now: float) -> bool:
        """Say which pools the seat serves from now on, and with which level (1 to 9).

        An offer or a talk goes on. False if the seat is not known.
        """
        served = json.dumps(dict(pools), separators=(",", ":"))
        return bool(self._run("serve", seat, served, to_ms(now), self._new_token()))

    # What agents do; each raises SeatRefused if the seat's state does not allow it

    def sign_in(self, seat: str, agent: str, now: float, take_over: bool = False) -> SeatView:
        """The agent sits down, not ready yet; refused while another agent is signed in there.

        An agent sits at one seat: signed in elsewhere he or she is refused, or with `take_over`
        signed out there, which is refused during an offer or a talk.
        """
        taking = int(take_over)
        return self._ask(seat, "sign_in", seat, agent, taking, to_ms(now), self._new_token())

    def sign_out(self, seat: str, now: float) -> SeatView:
        """The agent leaves; during an offer or a talk, when the call has ended."""
        return self._ask(seat, "sign_out", seat, to_ms(now))

    def ready(self, seat: str, now: float) -> SeatView:
        """Callers may come; takes back a `not_ready` or `sign_out` given during a call."""
        return self._ask(seat, "ready", seat, to_ms(now), self._new_token())

    def not_ready(self, seat: str, reason: str, now: float) -> SeatView:
        """No callers, please; during an offer or a talk, when the call has ended."""
        return self._ask(seat, "not_ready", seat, reason, to_ms(now))

    def occupy(self, seat: str, call: str, token: str, now: float) -> SeatView:
        """The seat calls somebody itself and is offered no caller until `release` with `token`.

        Refused while nobody is signed in there, or the seat is in a call. `token` is the name of
        the leg of its phone.
        """
        return self._ask(seat, "occupy", seat, call, token, self._owner, to_ms(now))

    def _ask(self, seat: str, verb: str, *arguments: str | int) -> SeatView:
        verdict, answer, *where = self._run(verb, *arguments)
        if verdict == "refused":
            raise SeatRefused(seat, Refusal(answer), *where)
        view = read_seat(seat, pairs(answer))
        for listener in self.seat_changed:
            listener(verb, view)
        return view

    # After Redis was lost

    def sit_again(
        self,
        seat: str,
        agent: str,
        *,
        seated_at: float,
        talks: int,
        state: SeatState,
        since: float,
        reason: str,
        wrap_up_until: float,
        now: float,
    ) -> bool:
        """Let an agent sit where he or she sat: ready, not ready or in wrap-up.

        False if the seat is not known or taken, or either of them has signed in since.
        """
        times = (to_ms(since), reason, to_ms(wrap_up_until), to_ms(now))
        told = (seat, agent, to_ms(seated_at), talks, str(state), *times)
        return bool(self._run("sit_again", *told, self._new_token()))

    def talk_on(
        self, seat: str, agent: str, call: str, token: str, since: float, now: float
    ) -> bool:
        """Say that the seat talks with a caller of this owner; False if it has another one."""
        talk = (seat, agent, call, token, self._owner)
        return bool(self._run("talk_on", *talk, to_ms(since), to_ms(now), self._new_token()))

    # What agents can do

    def change_skill(self, agent: str, skill: str, level: int | None) -> str:
        """Let an agent have a skill at another level than the plan says; 0: not at all.

        None goes back to the plan. It stays over restarts of the daemon. Return the seat at which
        the agent is signed in, or "": what that seat serves is told with `serve`.
        """
        wanted = "" if level is None else level
        return str(self._run("change_skill", agent, skill, wanted) or "")

    def skill_changes(self, agent: str) -> Mapping[str, int]:
        """Skill → level (0: not at all), where the agent's skills differ from the plan."""
        flat = self._run("skill_changes", agent)
        return {skill: int(level) for skill, level in pairs(flat).items()}

    # What phones do

    def phone(self, seat: str, reachable: bool, now: float) -> bool:
        """The seat's phone is registered at this owner's FreeSWITCH, or not any more.

        It is rung where it registered last. False if the seat is not known.
        """
        return self.phones({seat: reachable}, now)[0]

    def phones(self, reachable: Mapping[str, bool], now: float) -> list[bool]:
        """The same of several, in one round trip."""
        rows = [
            (seat, self._owner, int(there), to_ms(now), self._new_token())
            for seat, there in reachable.items()
        ]
        return [bool(known) for known in self._run_each("phone", rows)]

    # Views

    def seat_of(self, agent: str) -> str:
        """The seat where an agent is signed in, or ""."""
        return str(self._run("seat_of", agent) or "")

    def seat(self, seat: str) -> SeatView | None:
        """The seat as it is now; None if it is not known."""
        fields = pairs(self._run("seat", seat))
        return read_seat(seat, fields) if fields else None
