"""The life of a retired line, to the second, in the city's time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.lines import Line, LineKind, Phase, Retirement

SHANGHAI = ZoneInfo("Asia/Shanghai")


def line(retirement: Retirement | None) -> Line:
    kind = LineKind.RETIRED if retirement else LineKind.HOTLINE
    return Line("12316", kind, "市农业农村局", frozenset({"12316"}), "intake", "greeting", "moh",
                retirement=retirement)  # fmt: skip


def at(text: str, zone: ZoneInfo = SHANGHAI) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


class TestLastDay:
    """A month ends with the day of the same number, or with the month."""

    @pytest.mark.parametrize(
        ("merged", "months", "last"),
        [
            ("2020-01-03", 1, "2020-02-03"),
            ("2020-01-31", 1, "2020-02-29"),
            ("2021-01-31", 1, "2021-02-28"),
            ("2020-12-15", 1, "2021-01-15"),
            ("2020-08-31", 3, "2020-11-30"),
            ("2020-01-03", 12, "2021-01-03"),
        ],
    )
    def test_the_announcement_ends_with(self, merged: str, months: int, last: str) -> None:
        retirement = Retirement(date.fromisoformat(merged), months)
        assert retirement.last_day == date.fromisoformat(last)

    @given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 24))
    def test_it_is_in_the_right_month_and_never_later_in_it(
        self, merged: date, months: int
    ) -> None:
        last = Retirement(merged, months).last_day
        assert (last.year - merged.year) * 12 + last.month - merged.month == months
        assert last.day <= merged.day


class TestPhase:
    """Callers hear the announcement from the first to the last second of its time."""

    @pytest.mark.parametrize(
        ("moment", "phase"),
        [
            ("2019-06-01T12:00:00", Phase.IN_SERVICE),
            ("2020-01-02T23:59:59.999", Phase.IN_SERVICE),
            ("2020-01-03T00:00:00", Phase.REMINDING),
            ("2020-02-03T23:59:59.999999", Phase.REMINDING),
            ("2020-02-04T00:00:00", Phase.GONE),
            ("2022-02-04T00:00:00", Phase.GONE),
        ],
    )
    def test_a_line_merged_on_3_january_2020(self, moment: str, phase: Phase) -> None:
        retired = line(Retirement(date(2020, 1, 3)))
        assert retired.phase(at(moment), SHANGHAI) is phase

    def test_days_are_those_of_the_city(self) -> None:
        retired = line(Retirement(date(2020, 1, 3)))
        moment = at("2020-01-02T20:00:00", ZoneInfo("UTC"))
        assert retired.phase(moment, SHANGHAI) is Phase.REMINDING
        assert retired.phase(moment, ZoneInfo("UTC")) is Phase.IN_SERVICE

    def test_other_lines_are_always_in_service(self) -> None:
        assert line(None).phase(at("2099-01-01T00:00:00"), SHANGHAI) is Phase.IN_SERVICE

    @given(st.floats(1.5e9, 1.7e9), st.floats(0, 1e8))
    def test_a_line_that_is_gone_never_comes_back(self, now: float, later: float) -> None:
        order = [Phase.IN_SERVICE, Phase.REMINDING, Phase.GONE]
        retired = line(Retirement(date(2020, 1, 3)))
        before, after = (retired.phase(t, SHANGHAI) for t in (now, now + later))
        assert order.index(before) <= order.index(after)
