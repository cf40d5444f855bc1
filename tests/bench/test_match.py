"""The benchmark of a match runs and reports what it promises."""

from __future__ import annotations

from bench import match


class TestMatchBenchmark:
    def test_it_compares_a_large_hall_with_a_small_one(self) -> None:
        figures = match.run(quick=True)
        assert all(figure.value > 0 for figure in figures)
        compared = [figure for figure in figures if figure.compared_with is not None]
        assert len(compared) == 6
        for figure in compared:
            assert figure.ratio is not None
            assert figure.ratio > 0
            assert any(str(figure.compared_with) in other.name for other in figures)
