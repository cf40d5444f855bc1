"""Needs: how they are read, and who meets them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.skills import LEVELS, All, Need, NeedError, Skill, Some, served, together

names = st.sampled_from(("intake", "english", "enterprise", "county.1", "a-b"))
levels = st.integers(LEVELS.start, LEVELS.stop - 1)
needs = st.recursive(
    st.builds(Skill, names, levels),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Some(tuple(parts))),
    ),
    max_leaves=8,
)
skills = st.dictionaries(names, levels)


class TestParsing:
    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            ("intake", "intake"),
            (" intake&english>=2 ", "intake & english>=2"),
            ("english >= 2", "english>=2"),
            ("english>=1", "english"),
            ("a|b&c", "a | b & c"),
            ("(a|b)&c", "(a | b) & c"),
            ("a&(b&(c))", "a & b & c"),
            ("a & a", "a"),
        ],
    )
    def test_it_is_spelled_in_one_way(self, text: str, canonical: str) -> None:
        assert str(Need.parse(text)) == canonical

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("", "a skill is missing at the end"),
            ("a &", "a skill is missing at the end"),
            ("& a", "a skill is missing before '&'"),
            ("(a", "a ) is missing"),
            ("a)", "')' stands where & or | is expected"),
            ("a b", "'b' stands where & or | is expected"),
            ("a>=0", "levels go from 1 to 9"),
            ("a>=10", "levels go from 1 to 9"),
            (">=2", "a skill is missing before '>=2'"),
            ("a > 2", "'>' has no meaning"),
            ("!a", "'!' has no meaning"),
            ("a" * 401, "longer than 400 characters"),
        ],
    )
    def test_what_is_wrong_is_told(self, text: str, what: str) -> None:
        with pytest.raises(NeedError) as caught:
            Need.parse(text)
        assert what in str(caught.value)

    @given(needs)
    def test_its_spelling_means_the_same(self, need: Need) -> None:
        again = Need.parse(str(need))
        assert str(Need.parse(str(again))) == str(again)

    @given(needs, skills)
    def test_its_spelling_is_met_by_the_same(self, need: Need, has: dict[str, int]) -> None:
        assert Need.parse(str(need)).met_by(has) == need.met_by(has)


class TestMeeting:
    @pytest.mark.parametrize(
        ("has", "level"),
        [
            ({"intake": 5, "english": 2}, 2),
            ({"intake": 5, "english": 1}, None),
            ({"intake": 5, "enterprise": 7}, 5),
            ({"intake": 5, "english": 3, "enterprise": 4}, 4),
            ({"english": 9}, None),
            ({}, None),
        ],
    )
    def test_the_level_is_the_lowest_of_those_used(
        self, has: dict[str, int], level: int | None
    ) -> None:
        assert Need.parse("intake & (english>=2 | enterprise)").met_by(has) == level

    @given(needs, skills, skills)
    def test_more_skills_never_hurt(
        self, need: Need, has: dict[str, int], also: dict[str, int]
    ) -> None:
        before, after = need.met_by(has), need.met_by(together(has, also))
        assert before is None or (after is not None and after >= before)

    @given(needs, levels, skills)
    def test_a_lowered_need_is_met_by_whoever_met_it(
        self, need: Need, to: int, has: dict[str, int]
    ) -> None:
        assert need.met_by(has) is None or need.lowered(to).met_by(has) is not None

    @given(needs)
    def test_lowered_to_1_any_level_will_do(self, need: Need) -> None:
        everything = {skill.name: 1 for skill in need.atoms()}
        assert need.lowered(1).met_by(everything) == 1


class TestTogether:
    def test_of_each_skill_the_higher_level_counts(self) -> None:
        assert together({"a": 5, "b": 2}, {"a": 3, "b": 4, "c": 1}) == {"a": 5, "b": 4, "c": 1}

    def test_what_one_source_takes_away_no_other_gives(self) -> None:
        assert together({"a": 5, "b": 2}, {"a": 0, "c": 1}) == {"b": 2, "c": 1}

    def test_pools_that_are_not_met_are_not_served(self) -> None:
        pools = {"a": Need.parse("a"), "b": Need.parse("a & b>=3"), "b@1": Need.parse("a & b")}
        assert served(pools, {"a": 5, "b": 2}) == {"a": 5, "b@1": 2}
