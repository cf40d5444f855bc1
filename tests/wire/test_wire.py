"""Bytes in, frames out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchd.esl.errors import (
    BadLength,
    BodyTooLong,
    HeaderTooLong,
    MalformedHeader,
    Truncated,
    WireError,
)
from switchd.esl.wire import Frame, WireReader
from tests.wire.peer import api_response, body, json_event, plain_event, reply
from tests.wire.recordings import RECORDINGS, Recording


def read(*chunks: bytes, **limits: int) -> list[Frame]:
    """Feed the chunks one after the other; return all frames."""
    reader = WireReader(**limits)
    frames: list[Frame] = []
    for chunk in chunks:
        reader.feed(chunk)
        frames += reader.frames()
    return frames


class TestRecordedTraffic:
    @pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.name)
    def test_every_recorded_frame_is_found_whole(self, recording: Recording) -> None:
        frames = read(recording.stream)
        assert len(frames) == len(recording.frames)
        for frame, recorded in zip(frames, recording.frames, strict=True):
            assert recorded.endswith(b"\n\n" + frame.body)
            assert f"Content-Type: {frame.kind}".encode() in recorded

    @given(data=st.data())
    def test_however_the_stream_is_split_the_frames_are_the_same(self, data: st.DataObject) -> None:
        stream = data.draw(st.sampled_from(RECORDINGS)).stream
        cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=40)))
        edges = [0, *cuts, len(stream)]
        chunks = [stream[a:b] for a, b in pairwise(edges)]
        assert read(*chunks) == read(stream)

    @pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.name)
    def test_one_byte_a_packet(self, recording: Recording) -> None:
        stream = recording.stream[:30_000]
        assert read(*(stream[i : i + 1] for i in range(len(stream)))) == read(stream)


class TestFrames:
    def test_the_empty_line_may_be_split_over_two_packets(self) -> None:
        first, second = read(b"Content-Type: auth/request\n", b"\nContent-Type: x\n\n")
        assert (first.kind, second.kind) == ("auth/request", "x")

    def test_many_frames_in_one_packet_come_out_in_order(self) -> None:
        frames = read(reply("+OK 1") + api_response("two") + reply("+OK 3"))
        assert [frame.headers.get("Reply-Text", frame.text) for frame in frames] == [
            "+OK 1",
            "two",
            "+OK 3",
        ]

    def test_a_multibyte_character_split_over_two_packets_is_whole_again(self) -> None:
        data = api_response("王小明")
        assert read(data[:-4], data[-4:])[0].text == "王小明"

    def test_invalid_utf8_in_a_body_is_kept_as_bytes(self) -> None:
        (frame,) = read(body("api/response", b"a\xff\xfeb"))
        assert frame.body == b"a\xff\xfeb"
        assert frame.text == "a\ufffd\ufffdb"

    def test_invalid_utf8_in_a_header_does_not_stop_the_reader(self) -> None:
        (frame,) = read(b"Content-Type: command/reply\nReply-Text: -ERR \xff\n\n")
        assert frame.headers["Reply-Text"] == "-ERR \ufffd"

    def test_an_inner_body_that_looks_like_a_frame_stays_inside(self) -> None:
        inner = b"Content-Type: command/reply\nReply-Text: +OK\n\n"
        (frame,) = read(body("text/event-plain", inner))
        assert frame.body == inner

    def test_an_empty_body_is_a_frame_at_once(self) -> None:
        (frame,) = read(b"Content-Type: api/response\nContent-Length: 0\n\n")
        assert frame.body == b""

    def test_bytes_of_a_body_are_counted_not_characters(self) -> None:
        first, second = read(api_response("é" * 10) + reply())
        assert first.text == "é" * 10
        assert second.kind == "command/reply"

    def test_lines_end_at_line_feeds_only(self) -> None:
        text = "a\x0bb\x85c\u2028d"
        (frame,) = read(reply(text))
        assert frame.headers["Reply-Text"] == text


class TestHeaders:
    def test_a_repeated_header_keeps_its_first_value(self) -> None:
        first, second = read(
            b"Content-Length: 2\nContent-Type: api/response\nContent-Length: 200\n\nok" + reply()
        )
        assert first.body == b"ok"
        assert second.headers["Reply-Text"] == "+OK"

    @pytest.mark.parametrize("value", ["%0AUnique-ID: other", "100%", "%zz", "%2", "%"])
    def test_values_are_not_url_decoded(self, value: str) -> None:
        (frame,) = read(reply(value, Unique_ID="mine"))
        assert frame.headers["Reply-Text"] == value
        assert frame.headers["Unique-ID"] == "mine"

    def test_a_reply_of_several_lines_is_one_reply(self) -> None:
        (frame,) = read(reply("-ERR first\nsecond\nthird"))
        assert frame.headers["Reply-Text"] == "-ERR first\nsecond\nthird"

    def test_a_first_line_without_a_colon_means_the_stream_is_out_of_step(self) -> None:
        with pytest.raises(MalformedHeader, match="garbage"):
            read(b"garbage\nContent-Type: x\n\n")

    def test_blank_lines_between_frames_are_passed_over(self) -> None:
        assert len(read(b"\n" + reply() + b"\n\n" + reply())) == 2


class TestLengths:
    @pytest.mark.parametrize("length", ["-1", "abc", "", "1e3", "+5", "0x10", "1_0", "٣", "5 5"])
    def test_a_length_that_is_no_number_of_bytes_is_refused(self, length: str) -> None:
        with pytest.raises(BadLength, match="Content-Length"):
            read(f"Content-Type: api/response\nContent-Length: {length}\n\nbody".encode())

    @pytest.mark.parametrize("kind", ["api/response", "text/event-json", "text/event-plain"])
    def test_a_missing_length_is_refused_where_a_body_must_follow(self, kind: str) -> None:
        with pytest.raises(BadLength, match=kind):
            read(f"Content-Type: {kind}\n\n".encode())

    @pytest.mark.parametrize("length", [10 * 1024**3, 10**30, 11])
    def test_a_body_beyond_the_limit_is_refused_before_it_arrives(self, length: int) -> None:
        with pytest.raises(BodyTooLong, match="at most 10"):
            read(f"Content-Length: {length}\nContent-Type: log/data\n\n".encode(), max_body=10)

    def test_a_body_at_the_limit_is_read(self) -> None:
        assert read(api_response("0123456789"), max_body=10)[0].text == "0123456789"

    @pytest.mark.parametrize("end", [b"", b"\n\n"])
    def test_a_header_block_beyond_the_limit_is_refused(self, end: bytes) -> None:
        with pytest.raises(HeaderTooLong, match="100 bytes"):
            read(b"Content-Type: " + b"x" * 200 + end, max_header=100)

    def test_good_frames_before_an_error_are_delivered(self) -> None:
        reader = WireReader()
        reader.feed(reply("+OK good") + b"garbage\n\n")
        frames = reader.frames()
        assert next(frames).headers["Reply-Text"] == "+OK good"
        with pytest.raises(WireError):
            next(frames)

    def test_a_broken_stream_stays_broken(self) -> None:
        reader = WireReader()
        reader.feed(b"garbage\n\n")
        for _ in range(2):
            with pytest.raises(MalformedHeader):
                list(reader.frames())


class TestEnd:
    def ended(self, data: bytes) -> None:
        reader = WireReader()
        reader.feed(data)
        list(reader.frames())
        reader.eof()

    @pytest.mark.parametrize("data", [b"", b"\n", reply(), json_event("HEARTBEAT")])
    def test_the_end_between_frames_is_no_error(self, data: bytes) -> None:
        self.ended(data)

    def test_the_end_in_a_body_says_how_much_is_missing(self) -> None:
        with pytest.raises(Truncated, match="3 of 5 bytes of a 'api/response' body"):
            self.ended(reply() + api_response("hello")[:-2])

    def test_the_end_in_a_header_block_is_an_error(self) -> None:
        with pytest.raises(Truncated, match="header"):
            self.ended(plain_event("HEARTBEAT")[:20])


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_whatever_arrives_the_reader_answers_with_frames_or_with_a_wire_error(
    chunks: list[bytes],
) -> None:
    try:
        frames = read(*chunks, max_header=300, max_body=300)
    except WireError:
        return
    assert all(isinstance(frame, Frame) for frame in frames)
