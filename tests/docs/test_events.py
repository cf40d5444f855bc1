"""Every kind of event that can be told is explained to integrators."""

from __future__ import annotations

from docs.generate import ROOT
from routing.callflow.states import State
from routing.notices import SILENT
from switchd.feed.event import GAP

OTHERS = {
    *("call.arrived", "call.queued", "call.moved", "call.offered", "call.offer_ended"),
    *("call.answered", "call.muted", "call.unmuted", "call.joined", "call.left"),
    *("call.supervised", "call.unsupervised", "call.taken_over"),
    *("call.pop", "call.news", "seat.state", GAP),
}


def test_every_kind_is_explained() -> None:
    page = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
    kinds = OTHERS | {f"call.{state}" for state in set(State) - SILENT - {State.WAITING}}
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in page] == []
