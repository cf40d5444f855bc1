"""Commands as FreeSWITCH reads them, and what must never be sent."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchd.esl.arguments import channel_variables, set_variables
from switchd.esl.commands import (
    Api,
    Auth,
    BgApi,
    Command,
    Execute,
    Exit,
    Hangup,
    NoEvents,
    Subscribe,
    to_wire,
)
from switchd.esl.errors import UnsafeArgument
from tests.wire.recordings import recording

LEG = "0e892fe1-388d-48f0-bdf7-026a9228351f"


class TestWireText:
    @pytest.mark.parametrize(
        ("command", "text"),
        [
            (Auth("secret word"), "auth secret word"),
            (Subscribe(["CHANNEL_PARK", "DTMF"]), "event json CHANNEL_PARK DTMF"),
            (Api("status"), "api status"),
            (Api("show", "channels as json"), "api show channels as json"),
            (
                BgApi("status", "", "j1"),
                "bgapi status\nJob-UUID: j1",
            ),
            (
                Execute(LEG, "playback", "a.wav", execution="moh-1", event_lock=True),
                f"sendmsg {LEG}\ncall-command: execute\nexecute-app-name: playback\n"
                "execute-app-arg: a.wav\nEvent-UUID: moh-1\nevent-lock: true",
            ),
            (
                Hangup(LEG, "USER_BUSY"),
                f"sendmsg {LEG}\ncall-command: hangup\nhangup-cause: USER_BUSY",
            ),
            (NoEvents(), "noevents"),
            (Exit(), "exit"),
        ],
    )
    def test_a_command_ends_with_the_only_empty_line(self, command: Command, text: str) -> None:
        assert to_wire(command) == f"{text}\n\n".encode()

    def test_ours_equal_the_recorded_ones_that_freeswitch_understood(self) -> None:
        sent = recording("call-json", ">").frames
        leg = re.search(rb"sendmsg (\S+)", b"".join(sent))
        assert leg is not None
        uuid = leg[1].decode()
        assert to_wire(Execute(uuid, "answer")) in sent
        music = "tone_stream://%(500,500,440);loops=-1"
        assert to_wire(Execute(uuid, "playback", music, "moh-1")) in sent
        variables = {"park_after_bridge": "true", "hangup_after_bridge": "false"}
        assert to_wire(set_variables(uuid, variables)) in sent
        originate = channel_variables(
            {
                "origination_uuid": "seat-1",
                "originate_timeout": "20",
                "ignore_early_media": "true",
                "origination_caller_id_number": "13800138000",
            }
        )
        args = f"{originate}sofia/trunk/1001@127.0.0.1:6901 &park()"
        assert to_wire(BgApi("originate", args, "job-seat-1")) in sent

    def test_subclasses_come_last_because_custom_swallows_what_follows(self) -> None:
        command = Subscribe(["CUSTOM", "DTMF"], ["sofia::register", "sofia::expire"])
        assert to_wire(command) == b"event json DTMF CUSTOM sofia::register sofia::expire\n\n"

    def test_a_password_is_not_shown(self) -> None:
        assert "secret" not in repr(Auth("secret"))


class TestRefusals:
    @pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\0b", "a\n\napi hupall", "\n"])
    @pytest.mark.parametrize(
        "make",
        [
            Auth,
            Api,
            lambda text: Api("echo", text),
            lambda text: BgApi("echo", text, "j"),
            lambda text: BgApi("echo", "", text),
            lambda text: Execute(text, "answer"),
            lambda text: Execute(LEG, text),
            lambda text: Execute(LEG, "playback", text),
            lambda text: Execute(LEG, "playback", "a", text),
            lambda text: Hangup(text),
            lambda text: Hangup(LEG, text),
            lambda text: Subscribe([text]),
            lambda text: Subscribe([], [text]),
        ],
    )
    def test_line_ends_and_nul_never_reach_a_command(self, make: type[Api], bad: str) -> None:
        with pytest.raises(UnsafeArgument):
            to_wire(make(bad))

    @pytest.mark.parametrize("bad", ["", " ", "a b", "a\tb"])
    def test_what_must_be_one_word_is_one_word(self, bad: str) -> None:
        for command in (Api(bad), Execute(bad, "answer"), Execute(LEG, bad), Hangup(LEG, bad)):
            with pytest.raises(UnsafeArgument, match="one word"):
                to_wire(command)

    def test_a_job_id_that_freeswitch_would_cut_off_is_refused(self) -> None:
        to_wire(BgApi("status", "", "j" * 36))
        with pytest.raises(UnsafeArgument, match="36"):
            to_wire(BgApi("status", "", "j" * 37))

    def test_a_command_far_too_long_is_refused(self) -> None:
        with pytest.raises(UnsafeArgument, match="at most"):
            to_wire(Api("echo", "x" * 2_000_000))

    def test_text_without_a_utf8_form_is_refused(self) -> None:
        with pytest.raises(UnsafeArgument, match="UTF-8"):
            to_wire(Api("echo", "\udc80"))

    @given(st.text())
    def test_nothing_makes_more_than_one_command(self, text: str) -> None:
        try:
            data = to_wire(Execute(LEG, "playback", text))
        except UnsafeArgument:
            return
        assert data.count(b"\n\n") == 1
        assert data.endswith(b"\n\n")
        assert b"\r" not in data
        assert b"\0" not in data


def separated(text: str, delimiter: str, limit: int = 1000) -> list[str]:
    """What FreeSWITCH makes of a delimited text (switch_utils.c, switch_separate_string).

    A model of its behaviour: cut at delimiters outside quotes and escapes, then undo both.
    """
    pieces, quoted, i = [""], False, 0
    while i < len(text):
        if len(pieces) == limit:
            pieces[-1] += text[i:]
            break
        if text[i] == "\\":
            pieces[-1] += text[i : i + 2]
            i += 2
            continue
        if text[i] == "'" and (delimiter == " " or quoted or "'" in text[i + 1 :]):
            quoted = not quoted
        if text[i] == delimiter and not quoted:
            pieces.append("")
        else:
            pieces[-1] += text[i]
        i += 1
    return [cleaned(piece, delimiter) for piece in pieces]


def cleaned(piece: str, delimiter: str) -> str:
    """Undo quotes and escapes and trim blanks, as FreeSWITCH does with each piece."""
    known = {"n": "\n", "r": "\r", "t": "\t", "s": " ", "'": "'", '"': '"', "\\": "\\"}
    if delimiter != " ":
        known[delimiter] = delimiter
    out, kept, quoted, i = "", 0, False, 0
    piece = piece.lstrip(" ")
    while i < len(piece):
        follower = piece[i + 1 : i + 2]
        if piece[i] == "\\" and follower in known:
            out += known[follower]
            kept, i = len(out), i + 2
            continue
        if piece[i] == "'" and (quoted or "'" in piece[i + 1 :]):
            quoted = not quoted
            kept = max(kept, len(out)) if quoted else kept
        else:
            out += piece[i]
            kept = len(out) if piece[i] != " " or quoted else kept
        i += 1
    return out[:kept]


VALUES = st.text(st.sampled_from("ab ,;=\\'\"^|$é王sn:%")) | st.text(max_size=20)


class TestVariablesOfALeg:
    @given(st.dictionaries(st.from_regex(r"\A[a-z_]{1,8}\Z"), VALUES, min_size=1, max_size=6))
    def test_every_value_that_is_sent_arrives_unchanged(self, variables: dict[str, str]) -> None:
        try:
            data = to_wire(set_variables(LEG, variables))
        except UnsafeArgument:
            return
        pairs = separated(data.decode().strip("\n").split(" ", 3)[3], ";", 64)
        assert dict(pair.split("=", 1) for pair in pairs) == variables

    @pytest.mark.parametrize(
        "value", ["${system(id)}", "$${x}", "a$\\{b}", "ARRAY::a|:b", "a\nb", "\x1b[2J"]
    )
    def test_a_value_that_freeswitch_would_change_is_refused(self, value: str) -> None:
        with pytest.raises(UnsafeArgument):
            set_variables(LEG, {"name": value})

    @pytest.mark.parametrize("value", ["王小明 12316", "it's; fine", 'x\\", x', "$5", " both "])
    def test_ordinary_text_is_not_refused(self, value: str) -> None:
        assert set_variables(LEG, {"name": value}).name == "uuid_setvar_multi"

    @pytest.mark.parametrize("name", ["", "a b", "a=b", "a;b", "1", "a\n", "é"])
    def test_a_bad_name_is_refused(self, name: str) -> None:
        with pytest.raises(UnsafeArgument, match="name"):
            set_variables(LEG, {name: "x"})

    def test_more_than_freeswitch_takes_at_once_are_refused(self) -> None:
        set_variables(LEG, {f"v{n}": "x" for n in range(64)})
        for variables in ({f"v{n}": "x" for n in range(65)}, {}):
            with pytest.raises(UnsafeArgument, match="64"):
                set_variables(LEG, variables)

    def test_a_leg_that_is_two_words_is_refused(self) -> None:
        with pytest.raises(UnsafeArgument, match="one word"):
            set_variables("a b", {"x": "y"})


class TestVariablesOfAnOriginate:
    @given(st.dictionaries(st.from_regex(r"\A[a-z_]{1,8}\Z"), VALUES, max_size=6))
    def test_every_value_that_is_sent_arrives_unchanged(self, variables: dict[str, str]) -> None:
        try:
            text = channel_variables(variables)
        except UnsafeArgument:
            return
        first, second = separated(f"{text}user/1001@seats &park()", " ")
        assert second == "&park()"
        inside, _, endpoint = first[1:].partition("}")
        assert endpoint == "user/1001@seats"
        pairs = [separated(pair, "=", 2) for pair in separated(inside, ",")] if inside else []
        arrived = {pair[0]: pair[1] for pair in pairs}
        assert arrived == {name: value for name, value in variables.items() if value}

    @pytest.mark.parametrize(
        "value",
        [
            "it's",
            'a"b',
            "a\\b",
            "a{b",
            "a}b",
            "[x]",
            "<x>",
            "a|b",
            "$x",
            "a:_:b",
            "^^;a",
            " a",
            "a ",
        ],
    )
    def test_what_cannot_be_made_safe_is_refused(self, value: str) -> None:
        with pytest.raises(UnsafeArgument, match="originate"):
            channel_variables({"origination_caller_id_name": value})

    def test_commas_and_blanks_are_escaped(self) -> None:
        text = channel_variables({"absolute_codec_string": "PCMA,PCMU", "title": "a b"})
        assert text == "{absolute_codec_string=PCMA\\,PCMU,title=a\\sb}"

    def test_an_empty_value_is_left_out(self) -> None:
        assert channel_variables({"a": "", "b": "1"}) == "{b=1}"
