"""What a seat's keys mean: codes behind `*`, numbers behind a code, pauses and mistakes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.keys import (
    DEFAULT_CODES,
    LONGEST_NUMBER,
    NOTHING,
    Command,
    Keying,
    Keys,
    KeyVerb,
    Read,
    Wrong,
    ambiguous,
)

KEYS = Keys()
T0 = 1_700_000_000.0


def press(keys: str, *, gap: float = 0.3, state: Keying = NOTHING) -> tuple[Keying, list[Read]]:
    """Press keys one after another, without a pause behind the last."""
    came = []
    for number, key in enumerate(keys):
        state, read = KEYS.read(state, key, T0 + number * gap)
        came.append(read)
    return state, [read for read in came if read is not None]


def meaning(keys: str) -> Read:
    """What keys come to if nothing follows."""
    state, came = press(keys)
    due = KEYS.due(state)
    if due is not None:
        state, read = KEYS.pause(state, due)
        came += [read] if read is not None else []
    assert state == NOTHING
    assert len(came) <= 1
    return came[0] if came else None


class TestCodes:
    def test_every_code_means_what_the_table_says(self) -> None:
        for code, command in DEFAULT_CODES.items():
            if command.verb not in (KeyVerb.CONSULT, KeyVerb.TRANSFER):
                assert meaning(f"*{code}") == command

    def test_a_code_that_no_other_goes_on_from_counts_at_once(self) -> None:
        assert press("*110") == (NOTHING, [Command(KeyVerb.EMERGENCY, "110")])
        assert press("*5") == (NOTHING, [Command(KeyVerb.THREE_WAY)])
        assert press("*#") == (NOTHING, [Command(KeyVerb.SURVEY)])

    def test_hold_waits_for_a_pause_because_emergency_numbers_begin_like_it(self) -> None:
        state, came = press("*1")
        assert came == []
        assert KEYS.due(state) == T0 + 0.3 + KEYS.code_seconds
        assert KEYS.pause(state, T0 + 1.0) == (state, None)
        assert meaning("*1") == Command(KeyVerb.HOLD)

    def test_hold_with_a_hash_counts_at_once(self) -> None:
        assert press("*1#") == (NOTHING, [Command(KeyVerb.HOLD)])

    def test_a_further_star_begins_anew(self) -> None:
        assert meaning("*12*5") == Command(KeyVerb.THREE_WAY)

    def test_keys_after_the_pause_do_not_belong_to_the_code(self) -> None:
        state, _ = press("*1")
        assert KEYS.read(state, "1", T0 + 9) == (NOTHING, Command(KeyVerb.HOLD))

    def test_a_code_right_after_a_pause_is_not_lost(self) -> None:
        state, _ = press("*1")
        state, read = KEYS.read(state, "*", T0 + 9)
        assert read == Command(KeyVerb.HOLD)
        assert KEYS.read(state, "5", T0 + 9.2) == (NOTHING, Command(KeyVerb.THREE_WAY))


class TestNumbers:
    def test_a_number_ends_with_hash(self) -> None:
        assert press("*21101#") == (NOTHING, [Command(KeyVerb.CONSULT, "1101")])
        assert press("*7037512345#") == (NOTHING, [Command(KeyVerb.TRANSFER, "037512345")])

    def test_a_number_without_hash_counts_after_a_pause(self) -> None:
        state, came = press("*21101")
        assert came == []
        assert KEYS.due(state) == T0 + 5 * 0.3 + KEYS.number_seconds
        assert meaning("*21101") == Command(KeyVerb.CONSULT, "1101")

    def test_slow_typing_is_no_pause(self) -> None:
        state, came = press("*21101", gap=1.9)
        assert came == []
        assert state.number == "1101"

    def test_no_number_is_a_mistake(self) -> None:
        assert meaning("*2#") == Wrong("#")
        assert meaning("*2") == Wrong("#")

    def test_a_star_gives_the_number_up(self) -> None:
        assert meaning("*21101*4") == Command(KeyVerb.CANCEL)

    def test_help_can_be_called_in_the_middle_of_a_number(self) -> None:
        assert meaning("*2110*120") == Command(KeyVerb.EMERGENCY, "120")

    def test_a_number_too_long_for_any_telephone_is_a_mistake(self) -> None:
        digits = "1" * (LONGEST_NUMBER + 1)
        assert press(f"*2{digits}") == (NOTHING, [Wrong(digits)])


class TestMistakes:
    def test_keys_without_a_star_mean_nothing(self) -> None:
        assert press("110#2") == (NOTHING, [])

    def test_a_lone_star_is_forgotten(self) -> None:
        assert meaning("*") is None

    def test_a_code_that_is_none_is_told_at_once(self) -> None:
        assert press("*15") == (NOTHING, [Wrong("*15")])

    def test_half_an_emergency_number_is_told_after_the_pause(self) -> None:
        assert meaning("*11") == Wrong("*11")

    def test_what_is_no_key_is_ignored(self) -> None:
        state, _ = press("*1")
        assert KEYS.read(state, "A", T0) == (state, None)
        assert KEYS.read(state, "11", T0) == (state, None)


class TestAmbiguousCodes:
    def test_the_defaults_are_not(self) -> None:
        assert list(ambiguous(DEFAULT_CODES)) == []

    def test_a_code_with_a_number_hides_those_that_go_on_from_it(self) -> None:
        codes = {"2": Command(KeyVerb.CONSULT), "20": Command(KeyVerb.MUTE)}
        assert list(ambiguous(codes)) == [("2", "20")]


@st.composite
def some_codes(draw: st.DrawFn) -> dict[str, Command]:
    """Codes that are not ambiguous."""
    command = st.builds(Command, st.sampled_from(KeyVerb))
    drawn = draw(st.dictionaries(st.from_regex(r"[0-9]{1,3}", fullmatch=True), command, min_size=1))
    hidden = {other for _, other in ambiguous(drawn)}
    return {code: command for code, command in drawn.items() if code not in hidden}


class TestWhateverIsPressed:
    @given(some_codes(), st.data())
    def test_every_code_can_be_pressed(
        self, codes: dict[str, Command], data: st.DataObject
    ) -> None:
        """With `#` behind it each means what was configured, and nothing else on the way."""
        keys = Keys(codes)
        code, command = data.draw(st.sampled_from(sorted(codes.items(), key=lambda one: one[0])))
        number = "123" if command.verb in (KeyVerb.CONSULT, KeyVerb.TRANSFER) else ""
        state, came = NOTHING, []
        for key in f"*{code}{number}":
            state, read = keys.read(state, key, T0)
            came.append(read)
        if state != NOTHING:
            state, read = keys.read(state, "#", T0)
            came.append(read)
        wanted = Command(command.verb, number or command.target)
        assert [read for read in came if read is not None] == [wanted]
        assert state == NOTHING

    @given(st.lists(st.tuples(st.sampled_from("0123456789*#AD"), st.floats(0, 8))))
    def test_nothing_is_asked_for_that_no_code_says(self, pressed: list[tuple[str, float]]) -> None:
        """A command needs a star, is in the table, and has a number only if it takes one; a
        state that is not complete always has an end."""
        state, now, stars, commands = NOTHING, T0, 0, 0
        for key, gap in pressed:
            now += gap
            state, read = KEYS.read(state, key, now)
            stars += key == "*"
            if isinstance(read, Command):
                commands += 1
                assert read.verb in {command.verb for command in DEFAULT_CODES.values()}
                if read.verb in (KeyVerb.CONSULT, KeyVerb.TRANSFER):
                    assert 0 < len(read.target) <= LONGEST_NUMBER
                    assert read.target.isdigit()
                else:
                    assert read in DEFAULT_CODES.values()
            due = KEYS.due(state)
            assert (due is None) == (state == NOTHING)
            if due is not None:
                assert KEYS.pause(state, due)[0] == NOTHING
        assert commands <= stars
