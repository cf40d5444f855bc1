"""The sections `callbacks` and `voicemail`."""

from __future__ import annotations

import pytest

from routing.callbacks import CallbackRules, Missed
from switchd.config import Known, load

TRUNK = "trunks:\n  carrier: {proxy: '10.20.0.5:5060'}\n"


class TestCallbacks:
    def test_without_the_section_nobody_is_called_back(self, write) -> None:
        assert load(write()).plan.callbacks == CallbackRules()

    def test_everything_that_is_not_written_has_its_default(self, write) -> None:
        plan = load(write(extra=TRUNK + "callbacks: {tries: 2}\n")).plan
        assert plan.callbacks == CallbackRules(trunk="carrier", tries=2)

    def test_missed_calls_become_callbacks_by_rule(self, write) -> None:
        text = (
            TRUNK
            + "callbacks:\n  shown_number: 0375-12345\n"
            + "  missed: {lines: [12345], after_seconds: 20, congested: yes,\n"
            + "    delay_seconds: 300}\n"
        )
        rules = load(write(extra=text)).plan.callbacks
        assert rules.missed == Missed(frozenset({"12345"}), 20.0, 300.0, congested=True)
        assert rules.shown_number == "12345"

    @pytest.mark.parametrize(
        ("text", "key", "what", "instead"),
        [
            ("callbacks: {tries: 2}\n", "callbacks", "trunk has no proxy", "`proxy: host:5060`"),
            (TRUNK + "callbacks: {trunk: carier}\n", "callbacks.trunk", "no trunk", "carrier"),
            (TRUNK + "callbacks: {lines: [12346]}\n", "callbacks.lines.0", "no line", "12345"),
            (
                TRUNK + "callbacks: {missed: {lines: [12315]}}\n",
                "callbacks.missed.lines.0",
                "no line 12315",
                "12345",
            ),
            (TRUNK + "callbacks: {open: office}\n", "callbacks.open", "no calendar", "always"),
            (TRUNK + "callbacks: {shown_number: 110}\n", "callbacks.shown_number", "110", "own"),
            (TRUNK + "callbacks: {tries: 0}\n", "callbacks.tries", "too small", "1 or more"),
        ],
    )
    def test_a_mistake_is_told_with_what_to_write(
        self, judge, text: str, key: str, what: str, instead: str
    ) -> None:
        (problem,) = judge(extra=text)
        assert problem.key == key
        assert what in problem.what
        assert instead in problem.instead


class TestVoicemail:
    def test_how_messages_are_taken_can_be_set(self, write) -> None:
        text = "voicemail: {longest_seconds: 60, notify: 'http://127.0.0.1:9000/voicemail'}\n"
        rules = load(write(extra=text)).plan.voicemail
        assert (rules.longest_seconds, rules.silence_seconds) == (60.0, 5.0)
        assert rules.notify == "http://127.0.0.1:9000/voicemail"

    def test_a_greeting_must_be_there(self, judge) -> None:
        known = Known(prompts=frozenset({"greeting", "out_of_hours", "change_announcement"}))
        problems = judge(known, extra="voicemail: {greeting: [my_greeting]}\n")
        assert [one.key for one in problems] == ["voicemail.greeting.0"]

    @pytest.mark.parametrize("url", ["ftp://host/x", "host:80", "http://a b"])
    def test_what_is_told_is_told_over_http(self, judge, url: str) -> None:
        (problem,) = judge(extra=f"voicemail: {{notify: '{url}'}}\n")
        assert problem.key == "voicemail.notify"
