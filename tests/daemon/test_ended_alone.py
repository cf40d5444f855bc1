"""Calls that ended while no daemon was there: FreeSWITCH's lines become records."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.record import CallKind, CallRecord, EndedBy, Outcome
from switchd.ended_alone import FILE, EndedAlone, record_of
from tests.routing.build import plan

ARRIVED, QUEUED, BRIDGED, ENDED = 1000.0, 1010.0, 1030.5, 1090.25
NAMES = st.sampled_from(
    ["uuid", "switchd_state", "switchd_kind", "switchd_queued_at", "switchd_answered_at", "other"]
)
TALK = {
    "switchd_state": "talking",
    "switchd_answered_at": "1030.500",
    "switchd_offer": "leg-b",
    "switchd_seat": "1001",
    "switchd_agent": "8001",
    "switchd_recording": "2027/01/15/leg-a.wav",
}


def facts(**variables: str) -> dict[str, str]:
    """What FreeSWITCH keeps of a caller who waited and left."""
    return {
        "uuid": "leg-a",
        "Caller-Channel-Created-Time": str(int(ARRIVED * 1e6)),
        "Caller-Channel-Hangup-Time": str(int(ENDED * 1e6)),
        "Caller-Channel-Bridged-Time": "0",
        "hangup_cause": "ORIGINATOR_CANCEL",
        "sip_hangup_disposition": "recv_bye",
        "switchd_kind": "caller",
        "switchd_state": "waiting",
        "switchd_trunk": "trunk",
        "switchd_queued_at": f"{QUEUED:.3f}",
        "switchd_group": "intake",
        "switchd_called": "12345",
        "sip_req_user": "12345",
        "sip_from_user": "13800138000",
        **variables,
    }


def record(**variables: str) -> CallRecord:
    found = record_of(facts(**variables), plan())
    assert found is not None
    return found


class TestWhoWaited:
    def test_gave_up(self) -> None:
        ended = record()
        assert (ended.outcome, ended.ended_by) == (Outcome.ABANDONED, EndedBy.CALLER)
        assert (ended.arrived_at, ended.queued_at, ended.ended_at) == (ARRIVED, QUEUED, ENDED)

    def test_in_the_degraded_context_gave_up_too(self) -> None:
        assert record(switchd_state="degraded").outcome is Outcome.ABANDONED

    def test_and_talked_there_was_answered(self) -> None:
        ended = record(
            switchd_state="degraded",
            **{"Caller-Channel-Bridged-Time": str(int(BRIDGED * 1e6))},
            last_bridge_to="leg-s",
        )
        assert (ended.outcome, ended.answered_at) == (Outcome.ANSWERED, BRIDGED)

    def test_a_bridge_from_before_the_wait_is_no_answer(self) -> None:
        ended = record(
            switchd_state="degraded",
            **{"Caller-Channel-Bridged-Time": str(int((QUEUED - 5) * 1e6))},
        )
        assert ended.outcome is Outcome.ABANDONED


class TestWhoTalked:
    def test_was_answered_with_seat_agent_and_recording(self) -> None:
        ended = record(**TALK)
        assert (ended.outcome, ended.seat, ended.agent) == (Outcome.ANSWERED, "1001", "8001")
        assert ended.answered_at == BRIDGED
        assert ended.recording == TALK["switchd_recording"]

    @pytest.mark.parametrize(
        ("disposition", "by"), [("recv_bye", EndedBy.CALLER), ("send_bye", EndedBy.SEAT)]
    )
    def test_ended_by_whoever_hung_up(self, disposition: str, by: EndedBy) -> None:
        assert record(**TALK, sip_hangup_disposition=disposition).ended_by is by

    def test_while_the_disk_was_full_has_no_recording(self) -> None:
        ended = record(**TALK, record_completion_cause="uri-failure", record_file_size="44")
        assert ended.recording == ""
        assert "recording.failed" in [step.what for step in ended.trace]

    def test_until_the_disk_was_full_has_the_beginning(self) -> None:
        ended = record(**TALK, record_completion_cause="uri-failure", record_file_size="64044")
        assert ended.recording == TALK["switchd_recording"]
        assert "recording.cut" in [step.what for step in ended.trace]


class TestSomebodyWhomTheHotlineCalled:
    CALLED = MappingProxyType(
        {
            "uuid": "callback-7-1030000",
            "switchd_kind": "callback",
            "switchd_caller": "13800138000",
            "switchd_callback": "7",
            "switchd_call_kind": "callback",
        }
    )

    def test_and_who_talked_with_a_seat_was_answered(self) -> None:
        ended = record(**{**TALK, **self.CALLED})
        assert (ended.call, ended.kind, ended.callback) == (
            "callback-7-1030000",
            CallKind.CALLBACK,
            "7",
        )
        assert (ended.outcome, ended.seat, ended.caller) == (
            Outcome.ANSWERED,
            "1001",
            "13800138000",
        )

    def test_by_a_seat_of_its_own_accord(self) -> None:
        called = {**self.CALLED, "switchd_callback": "", "switchd_call_kind": "outgoing"}
        ended = record(**{**TALK, **called})
        assert (ended.kind, ended.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)

    def test_and_who_talked_with_nobody_has_no_record(self) -> None:
        assert record_of(facts(**{**self.CALLED, "switchd_state": ""}), plan()) is None


class TestWhatIsNoCall:
    @pytest.mark.parametrize("kind", ["seat", "forward", "code", "outgoing", ""])
    def test_has_no_record(self, kind: str) -> None:
        assert record_of(facts(switchd_kind=kind), plan()) is None

    def test_lacks_what_every_line_has(self) -> None:
        with pytest.raises(KeyError):
            record_of({"uuid": "leg-a"}, plan())


class House:
    """The recordings folder, and what was written."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        self.taken = self.file.with_suffix(".taken")
        self.records: list[CallRecord] = []
        self.reader = EndedAlone(folder, plan, self.records.append)

    def keeps(self, *lines: bytes) -> None:
        with self.file.open("ab") as file:
            file.writelines(line + b"\n" for line in lines)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


class TestTheFile:
    def test_is_read_once(self, house: House) -> None:
        house.keeps(orjson.dumps(facts()), orjson.dumps(facts(uuid="leg-2")))
        assert [house.reader.read(), house.reader.read()] == [2, 0]
        assert [each.call for each in house.records] == ["leg-a", "leg-2"]
        assert not house.file.exists()
        assert not house.taken.exists()

    def test_that_a_daemon_died_over_is_read_again_and_before_what_came_later(
        self, house: House
    ) -> None:
        """A call that is written twice is one record in SQL."""
        house.keeps(orjson.dumps(facts()))
        house.file.rename(house.taken)
        house.keeps(orjson.dumps(facts(uuid="leg-2")))
        assert house.reader.read() == 2
        assert [each.call for each in house.records] == ["leg-a", "leg-2"]

    def test_is_kept_when_a_record_cannot_be_written(self, house: House) -> None:
        def full(record: CallRecord) -> None:
            raise OSError("no room")

        house.keeps(orjson.dumps(facts()))
        assert EndedAlone(house.file.parent, plan, full).read() == 0
        assert house.taken.exists()
        assert house.reader.read() == 1

    @pytest.mark.parametrize("line", [b"{", b"[]", b"null", b'{"uuid": 3}', b"\xff\xfe", b"{}"])
    def test_with_a_damaged_line_gives_the_others(self, house: House, line: bytes) -> None:
        house.keeps(line, orjson.dumps(facts()))
        assert house.reader.read() == 1

    def test_that_is_not_there_is_no_trouble(self, house: House) -> None:
        assert house.reader.read() == 0

    @settings(max_examples=30, deadline=None)
    @given(
        lines=st.lists(st.dictionaries(NAMES, st.text() | st.integers(-(2**40), 2**40), max_size=6))
    )
    def test_may_say_whatever_it_likes(
        self, tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, str]]
    ) -> None:
        house = House(tmp_path_factory.mktemp("recordings"))
        house.keeps(*(orjson.dumps({**facts(), **line}) for line in lines))
        assert house.reader.read() == len(house.records) <= len(lines)
        assert not house.taken.exists()
