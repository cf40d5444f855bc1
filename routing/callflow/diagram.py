"""The transition table as a picture (Mermaid) and as a page for docs/."""

from __future__ import annotations

import ast
import inspect

from routing.callflow.states import LIVE, State
from routing.callflow.table import ROWS


def mermaid() -> str:
    """Draw every change of state; what may happen anywhere is drawn once."""
    lines = ["stateDiagram-v2", "    [*] --> arrived"]
    arrows: dict[tuple[State, State], list[str]] = {}
    for row in ROWS:
        if LIVE - {State.ENDING} <= {r.state for r in ROWS if r.event is row.event}:
            continue
        for target in row.leads_to:
            if target is not row.state:
                arrows.setdefault((row.state, target), []).append(row.event.__name__)
    for (source, target), names in arrows.items():
        lines.append(f"    {source} --> {target}: {', '.join(dict.fromkeys(names))}")
    lines.append("    ended --> [*]")
    lines.append("    note left of arrived: in every state CallerGone ends the call")
    return "\n".join(lines)


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
