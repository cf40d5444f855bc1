from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchd.sim import wire
from switchd.sim.wire import Command, CommandReader, TooLongError


class TestCommandReader:
    def test_reads_a_command_with_its_headers(self) -> None:
        (command,) = CommandReader().feed(b"sendmsg abc\ncall-command: execute\nEvent-UUID: x\n\n")
        assert command == Command("sendmsg abc", {"call-command": "execute", "event-uuid": "x"})
        assert (command.word, command.rest) == ("sendmsg", "abc")

    def test_waits_for_the_body(self) -> None:
        reader = CommandReader()
        assert list(reader.feed(b"sendmsg abc\nContent-Length: 4\n\nab")) == []
        (command,) = reader.feed(b"cd")
        assert command.body == "abcd"

    def test_takes_crlf(self) -> None:
        (command,) = CommandReader().feed(b"api status\r\n\n")
        assert command.line == "api status"

    @given(st.lists(st.integers(1, 20), max_size=40))
    def test_reads_the_same_however_it_is_cut(self, cuts: list[int]) -> None:
        data = b"auth x\n\nevent json ALL\n\nsendmsg u\nContent-Length: 3\n\nabcapi status\n\n"
        reader, commands, position = CommandReader(), [], 0
        for cut in [*cuts, len(data)]:
            commands += reader.feed(data[position : position + cut])
            position += cut
        assert [command.line for command in commands] == [
            "auth x",
            "event json ALL",
            "sendmsg u",
            "api status",
        ]

    def test_refuses_a_command_without_end(self) -> None:
        with pytest.raises(TooLongError):
            list(CommandReader().feed(b"x" * (wire.MAX_COMMAND + 1)))


class TestFrames:
    def test_a_response_counts_bytes_not_letters(self) -> None:
        assert wire.response("平").startswith(b"Content-Type: api/response\nContent-Length: 3\n\n")

    def test_a_reply_can_carry_more_headers(self) -> None:
        assert wire.reply("+OK", Job_UUID="j") == (
            b"Content-Type: command/reply\nReply-Text: +OK\nJob-UUID: j\n\n"
        )
