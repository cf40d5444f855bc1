"""The estimated wait beats what other switches say."""

from __future__ import annotations

from bench.estimate import PEAK, WAYS, Day, run


class TestTheEstimate:
    def test_is_nearer_than_every_other_way_on_a_day_of_another_seed(self) -> None:
        asked = Day(PEAK, seed=7).play()
        errors = {way: sum(abs(one.told[way] - one.real) for one in asked) for way in WAYS}
        assert len(asked) > 100
        assert errors["ours"] < 0.9 * min(errors[way] for way in WAYS[1:])

    def test_is_compared_with_the_best_of_the_others(self) -> None:
        ours = [figure for figure in run(quick=True) if figure.name.endswith("ours")]
        assert {figure.compared_with for figure in ours} == {"per seat"}
        assert all(figure.ratio is not None and figure.ratio > 1.1 for figure in ours)
