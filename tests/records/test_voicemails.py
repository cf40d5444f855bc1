"""Messages in SQL: written with their calls, told of, handled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from routing.record import Outcome, TraceRecord
from switchd.records.schema import migrate
from switchd.records.store import Store
from switchd.records.voicemails import Voicemails
from tests.records.examples import ANSWERED_CALL

LEFT = replace(
    ANSWERED_CALL,
    call="message-1",
    outcome=Outcome.VOICEMAIL,
    recording="voicemail/2026/11/22/message-1.wav",
    trace=(TraceRecord(ANSWERED_CALL.ended_at, "voicemail.left", {"seconds": "12.5"}),),
)


@pytest.fixture
def voicemails(url: str) -> Iterator[Voicemails]:
    migrate(url)
    store = Store(url)
    store.write([LEFT, ANSWERED_CALL])
    store.close()
    voicemails = Voicemails(url, LEFT.city)
    yield voicemails
    voicemails.close()


class TestVoicemails:
    def test_a_message_is_there_as_soon_as_its_call_is(self, voicemails: Voicemails) -> None:
        (message,) = voicemails.latest(10)
        assert (message.call, message.number) == ("message-1", LEFT.caller)
        assert (message.seconds, message.recording) == (12.5, LEFT.recording)
        assert (message.left_at, message.line) == (LEFT.ended_at, LEFT.line_dialled)

    def test_a_call_that_is_written_twice_leaves_one_message(
        self, voicemails: Voicemails, url: str
    ) -> None:
        store = Store(url)
        store.write([LEFT])
        store.close()
        assert len(voicemails.latest(10)) == 1

    def test_one_of_unknown_length_is_kept_all_the_same(
        self, voicemails: Voicemails, url: str
    ) -> None:
        store = Store(url)
        store.write([replace(LEFT, call="message-2", trace=())])
        store.close()
        assert {one.seconds for one in voicemails.latest(10)} == {12.5, 0.0}

    def test_one_that_was_told_is_not_told_again(self, voicemails: Voicemails) -> None:
        assert len(voicemails.unnotified(10, most_tries=3)) == 1
        voicemails.tried("message-1", None)
        assert voicemails.unnotified(10, most_tries=3)[0].notify_tries == 1
        voicemails.tried("message-1", LEFT.ended_at + 5)
        assert voicemails.unnotified(10, most_tries=3) == []

    def test_after_too_many_tries_nobody_is_told(self, voicemails: Voicemails) -> None:
        for _ in range(3):
            voicemails.tried("message-1", None)
        assert voicemails.unnotified(10, most_tries=3) == []

    def test_whoever_sees_to_it_first_stands_there(self, voicemails: Voicemails) -> None:
        voicemails.handle("message-1", LEFT.ended_at + 60, "8001")
        handled = voicemails.handle("message-1", LEFT.ended_at + 90, "8002")
        assert handled is not None
        assert (handled.handled_by, handled.handled_at) == ("8001", LEFT.ended_at + 60)
        assert voicemails.latest(10, unhandled=True) == []

    def test_there_is_none_of_a_call_without_message(self, voicemails: Voicemails) -> None:
        assert voicemails.handle(ANSWERED_CALL.call, 0.0, "8001") is None
