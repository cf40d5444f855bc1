"""The picture of numbers, groups and seats: what happens to those who wait long."""

from __future__ import annotations

from routing.lines import Exit, Overflow
from routing.plan import SkillGroup
from switchd.drawing.graph import mermaid, text
from tests.routing.build import hotline, plan

STEPS = (Overflow("market", 30.0), Overflow(then=Exit.VOICEMAIL, after_seconds=600.0))
CALLBACK = Overflow(then=Exit.CALLBACK, wait_above_seconds=300.0)
CITY = plan(
    hotline(overflow=STEPS),
    groups={
        "intake": SkillGroup("intake", "受理", overflow=(CALLBACK,)),
        "market": SkillGroup("market", "市监"),
    },
)


class TestALongWait:
    def test_is_drawn_as_ways_to_further_groups_and_out(self) -> None:
        picture = mermaid(CITY)
        assert '  n12345 -. "after 30 s" .-> g1\n' in picture
        assert '  n12345 -. "after 600 s" .-> n12345voicemail(["voicemail"])\n' in picture
        above = "if the estimated wait is above 300 s"
        assert f'  g0 -. "{above}" .-> g0callback(["callback"])\n' in picture

    def test_is_told_in_the_text(self) -> None:
        told = text(CITY)
        assert "  <- 12345 政务服务便民热线, after 30 s\n" in told
        assert "  -> if the estimated wait is above 300 s callback\n" in told
