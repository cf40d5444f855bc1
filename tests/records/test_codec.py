"""A record as plain data and as bytes."""

from __future__ import annotations

import math
from dataclasses import replace

import orjson
import pytest
from hypothesis import given

from routing.record import CallRecord
from switchd.records import codec
from switchd.records.errors import BadRecord
from tests.records.examples import ANSWERED_CALL, hostile_records, tidy_records


class TestRoundTrip:
    @given(tidy_records)
    def test_a_record_comes_back_as_it_was(self, record: CallRecord) -> None:
        assert codec.decode(codec.encode(record)) == record

    @given(hostile_records)
    def test_a_hostile_record_is_cleaned_once_and_for_all(self, record: CallRecord) -> None:
        kept = codec.decode(codec.encode(record))
        assert codec.decode(codec.encode(kept)) == kept

    @given(hostile_records)
    def test_what_is_kept_is_one_line_that_sql_can_hold(self, record: CallRecord) -> None:
        data = codec.encode(record)
        plain = codec.to_dict(record)
        assert b"\n" not in data
        assert "\0" not in str(list(_texts(plain)))
        assert max(len(plain[name]) for name in ("caller", "call", "cause")) <= codec.LONGEST_TEXT

    def test_bytes_that_were_not_utf_8_become_replacement_characters(self) -> None:
        caller = b"1380\xff\0".decode(errors="surrogateescape")
        kept = codec.decode(codec.encode(replace(ANSWERED_CALL, caller=caller)))
        assert kept.caller == "1380\ufffd\ufffd"

    def test_times_are_kept_to_the_millisecond(self) -> None:
        kept = codec.to_dict(replace(ANSWERED_CALL, ended_at=1_763_780_500.123_456_7))
        assert kept["ended_at"] == 1_763_780_500.123


class TestBadInput:
    """The error names the field, so that whoever wrote the record finds the place."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("ended_at", None),
            ("ended_at", math.nan),
            ("ended_at", True),
            ("caller", 138),
            ("outcome", "lost"),
            ("legs", "none"),
            ("trace", [{"at": 1.0, "what": "entry.line", "facts": []}]),
        ],
    )
    def test_a_field_of_the_wrong_type_is_named(self, field: str, value: object) -> None:
        plain = {**codec.to_dict(ANSWERED_CALL), field: value}
        with pytest.raises(BadRecord, match=f"CallRecord.{field}|TraceRecord.facts"):
            codec.from_dict(plain)

    def test_a_record_without_its_end_is_not_encoded(self) -> None:
        unfinished = replace(ANSWERED_CALL, ended_at=None)  # type: ignore[arg-type]
        with pytest.raises(BadRecord, match=r"CallRecord\.ended_at: expected seconds"):
            codec.encode(unfinished)

    def test_a_missing_field_is_named(self) -> None:
        plain = codec.to_dict(ANSWERED_CALL)
        del plain["caller"]
        with pytest.raises(BadRecord, match="caller"):
            codec.from_dict(plain)

    def test_a_field_from_a_newer_version_is_passed_over(self) -> None:
        plain = {**codec.to_dict(ANSWERED_CALL), "mood": "calm"}
        assert codec.from_dict(plain) == ANSWERED_CALL

    @pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", orjson.dumps("x"), b"\xff"])
    def test_what_is_no_record_is_refused(self, data: bytes) -> None:
        with pytest.raises(BadRecord):
            codec.decode(data)


def _texts(plain: object) -> list[str]:
    if isinstance(plain, dict):
        return [text for pair in plain.items() for part in pair for text in _texts(part)]
    if isinstance(plain, list):
        return [text for part in plain for text in _texts(part)]
    return [plain] if isinstance(plain, str) else []
