"""Lines that are kept open: dialled once, parked with silence, told of calls by a tone."""

from __future__ import annotations

from switchd.switchboard.outgoing import SEAT, FreeSwitch

SILENCE = "silence_stream://-1"
"""Silent RTP: some carriers and phones cut off a line on which nothing comes."""
KNOCK = "tone_stream://%(250,250,880);%(250,2250,880);loops=-1"
"""Two short tones every three seconds, until the seat presses its key."""
KIND = "nailed"
"""variable_switchd_kind of such a line."""
OFFER = "switchd_line_offer"
"""Channel variable: the offer for which the line was used last."""


class LineSwitch(FreeSwitch):
    """A FreeSWITCH with lines that are kept open."""

    def dial_line(
        self, seat: str, number: str, trunk: str, leg: str, seconds: float, shown: str
    ) -> None:
        """Originate a seat's line, parked; results as those of `ring`.

        `number` is dialled over `trunk`; "" for the seat's own phone. `shown` is what its display
        shows. The line stays when whoever it talked with leaves.
        """
        target = self._over(trunk, number) if number else self._phone(seat, "")
        variables = {
            "switchd_kind": KIND,
            "switchd_seat": seat,
            "origination_uuid": leg,
            "originate_timeout": str(max(1, round(seconds))),
            "ignore_early_media": "true",
            "origination_caller_id_number": shown,
            "origination_caller_id_name": shown,
            "hangup_after_bridge": "false",
            "park_after_bridge": "true",
            **SEAT,
        }
        self._originate(target, leg, seconds, variables)

    def silence(self, leg: str) -> None:
        """Let a line that hears nothing hear silence."""
        self._execute(leg, "playback", SILENCE, f"{leg}/silence")

    def hush(self, leg: str) -> None:
        """End what a line hears."""
        self._api("uuid_break", f"{leg} all")

    def knock(self, leg: str, execution: str, again: bool, token: str) -> None:
        """Tell of a call, once or until it is taken; the line remembers the offer."""
        self.tag(leg, {OFFER: token})
        if again:
            self.hush(leg)
            self._execute(leg, "playback", KNOCK, execution)
        else:
            self.play(leg, ("beep",), execution, interrupt=True)

    def park_line(self, leg: str) -> None:
        """Take a line out of whatever it is in; it is parked then, and told so."""
        self._api("uuid_transfer", f"{leg} park: inline")

    def end_line(self, leg: str) -> None:
        """End a line."""
        self._api("uuid_kill", f"{leg} NORMAL_CLEARING")
