"""The transition table as a picture (Mermaid) and as a page for docs/."""

from __future__ import annotations

import ast
import inspect
from collections import Counter

from routing.callflow import events as on
from routing.callflow.states import CONTROLLED, LIVE, State
from routing.callflow.table import ROWS

TALKS = CONTROLLED | {State.TALKING}


def mermaid() -> str:
    """Draw every change of state; what may happen anywhere is drawn once."""
    lines = ["stateDiagram-v2", "    [*] --> arrived"]
    everywhere, controlled = _in_most(LIVE - TALKS), _in_most(TALKS)
    arrows: dict[tuple[State, State], list[str]] = {}
    for row in ROWS:
        targets = tuple(target for target in row.leads_to if target is not row.state)
        told_once = (everywhere.get(row.event), controlled.get(row.event))
        if targets == told_once[0] or row.leads_to == told_once[1]:
            continue
        for target in targets:
            arrows.setdefault((row.state, target), []).append(row.event.__name__)
    for (source, target), names in arrows.items():
        lines.append(f"    {source} --> {target}: {', '.join(dict.fromkeys(names))}")
    lines.append("    ended --> [*]")
    lines.append("    note left of arrived")
    for event, targets in everywhere.items():
        lines.append(f"        in every state: {event.__name__} leads to {' or '.join(targets)}")
    lines.append("    end note")
    lines.append("    note right of talking")
    for event, targets in controlled.items():
        if targets != everywhere.get(event):
            told = " or ".join(targets)
            lines.append(f"        while a talk is controlled: {event.__name__} leads to {told}")
    lines.append("    end note")
    return "\n".join(lines)


def _in_most(states: frozenset[State]) -> dict[type[on.Event], tuple[State, ...]]:
    """Events that may come in each of the states, but for one, and lead the same way."""
    found = {}
    for event in dict.fromkeys(row.event for row in ROWS):
        ways = Counter(row.leads_to for row in ROWS if row.event is event and row.state in states)
        for way, count in ways.most_common(1):
            if count >= len(states) - 1:
                found[event] = way
    return found


def page() -> str:
    """Return docs/callflow.md."""
    text = [
        "# The way of a call",
        "",
        "Drawn from the transition table in `routing/callflow/table.py`; do not edit.",
        "`make docs` writes it again.",
        "",
        "```mermaid",
        mermaid(),
        "```",
        "",
        "## States",
        "",
        "| state | what it means |",
        "|---|---|",
    ]
    text += [f"| {state} | {doc} |" for state, doc in _state_docs()]
    text += ["", "## Transitions", "", "| in | when | then | caller or seat notices |"]
    text.append("|---|---|---|---|")
    for row in ROWS:
        targets = " / ".join(row.leads_to)
        text.append(f"| {row.state} | {row.event.__name__} | {targets} | {row.notices} |")
    return "\n".join(text) + "\n"


def _state_docs() -> list[tuple[State, str]]:
    body = ast.parse(inspect.getsource(State)).body[0].body  # type: ignore[attr-defined]
    docs = [ast.literal_eval(node.value) for node in body if isinstance(node, ast.Expr)]
    return list(zip(State, docs[1:], strict=True))
