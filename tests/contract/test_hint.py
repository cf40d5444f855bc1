"""What a seat is told in the middle of a talk."""

from __future__ import annotations

import pytest

from routing.callflow import events as on
from switchd.calls.ports import LegGone, SwitchError
from tests.contract.hotline import Hotline
from tests.contract.house import House


@pytest.fixture(autouse=True)
def phones(house: House) -> None:
    """One seat."""
    house.seat("1001")


class TestAHint:
    def test_does_not_disturb_the_talk(self, hotline: Hotline) -> None:
        leg = hotline.talking()
        told = len(hotline.notes.told)
        hotline.switch.hint("seat", "thanks")
        hotline.switch.hint("seat", "thanks")
        hotline.switch.part(leg, "seat")
        hotline.notes.wait(leg, on.CallerBack)
        assert not any(isinstance(event, on.Played) for _, event in hotline.notes.told[told:])

    def test_needs_a_prompt_and_a_leg(self, hotline: Hotline) -> None:
        hotline.talking()
        with pytest.raises(SwitchError, match="none of the prompts"):
            hotline.switch.hint("seat", "nonsense")
        with pytest.raises(LegGone):
            hotline.switch.hint("nobody", "thanks")
