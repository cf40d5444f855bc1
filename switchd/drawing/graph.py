"""Numbers → skill groups → seats: as Mermaid, and as indented text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from routing.lines import Line, LineKind, Overflow
from routing.plan import Plan
from routing.pools import agents_for, serves


def mermaid(plan: Plan) -> str:
    """Draw as a Mermaid flowchart, for Markdown pages and mermaid.live."""
    return "\n".join(["flowchart LR", *_edges(plan)]) + "\n"


def _edges(plan: Plan) -> Iterator[str]:
    for name, line in plan.lines.items():
        yield f'  n{name}(["{name} {_quoted(line.title)}<br/>{line.kind.value}"])'
    for group in plan.groups.values():
        yield f'  {_id(group.name, plan)}["{_quoted(group.title)}<br/>{group.name}"]'
    for name, line in plan.lines.items():
        retirement = line.retirement
        if line.kind is not LineKind.RETIRED and line.group:
            yield f"  n{name} --> {_id(line.group, plan)}"
        elif retirement is not None and retirement.connects:
            yield f'  n{name} -. "from {retirement.merged_on}" .-> n{retirement.into}'
        forward = line.forward or line.transfer_to
        if forward is not None:
            how = "passed on" if line.forward else "by a seat"
            yield f'  n{name} -- "{how}" --> t{name}[/"{forward.number}<br/>{forward.trunk}"/]'
        yield from _later(f"n{name}", _own_steps(line, plan), line.group, plan)
    for group in plan.groups.values():
        yield from _later(_id(group.name, plan), group.overflow, group.name, plan)
    for number, (seats, groups) in enumerate(blocks(plan)):
        yield f'  s{number}("{seats}")'
        for group_served in groups:
            yield f"  {_id(group_served, plan)} --> s{number}"


def text(plan: Plan) -> str:
    """Draw as indented text: each group with the numbers that lead to it and its seats."""
    return "\n".join(_paragraphs(plan)) + "\n"


def _paragraphs(plan: Plan) -> Iterator[str]:
    seated = blocks(plan)
    for name, group in plan.groups.items():
        yield f"{name} ({group.title})"
        for line in plan.lines.values():
            if line.kind is not LineKind.RETIRED and line.group == name:
                unanswered = ", if nobody answers there" if line.forward else ""
                yield f"  <- {line.name} {line.title} ({line.kind.value}{unanswered})"
                yield from _merged(plan, line.name)
            for group_later, when in later_groups(line, plan):
                if group_later == name:
                    yield f"  <- {line.name} {line.title}, {when}"
        seats = [shown for shown, groups in seated if name in groups]
        seats += [f"agent {agent}" for agent in agents_for(plan, name)]
        yield f"  -> {', '.join(seats) or 'no seat'}"
        yield from (f"  -> {step.when} {step.what}" for step in group.overflow)
    for line in plan.lines.values():
        forward = line.forward or line.transfer_to
        if forward is not None:
            how = "passed on to" if line.forward else "for seats at"
            there = f"{forward.number} over {forward.trunk}"
            yield f"{line.name} {line.title} ({line.kind.value}), {how} {there}"


def _later(source: str, steps: Sequence[Overflow], own: str, plan: Plan) -> Iterator[str]:
    """Draw what happens to those who wait long: further groups, and the ways out."""
    for group, when in _groups_of(steps, own):
        yield f'  {source} -. "{when}" .-> {_id(group, plan)}'
    for step in steps:
        if step.then is not None:
            yield f'  {source} -. "{step.when}" .-> {source}{step.then}(["{step.then}"])'


def later_groups(line: Line, plan: Plan) -> tuple[tuple[str, str], ...]:
    """Give the further groups of a line and when they serve its callers, in words."""
    return _groups_of(_own_steps(line, plan), line.group)


def _own_steps(line: Line, plan: Plan) -> tuple[Overflow, ...]:
    """The steps of a line that does not merely wait where the hotline's callers do."""
    hotlines = {one.group for one in plan.lines.values() if one.kind is LineKind.HOTLINE}
    own = line.kind is LineKind.HOTLINE or line.group not in hotlines
    return line.overflow if own else ()


def _groups_of(steps: Sequence[Overflow], own: str) -> tuple[tuple[str, str], ...]:
    return tuple((step.group or own, step.when) for step in steps if step.then is None)


def _merged(plan: Plan, into: str) -> Iterator[str]:
    for line in plan.lines.values():
        retirement = line.retirement
        if line.kind is LineKind.RETIRED and retirement is not None and retirement.into == into:
            how = "" if retirement.connects else ", told to redial"
            days = f"{retirement.merged_on} to {retirement.last_day}"
            yield f"       <- {line.name} {line.title} (retired, {days}{how})"


def blocks(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    """Give neighbouring seats that serve the same groups, as a range, and those groups.

    Whoever sits there may bring further skills.
    """
    found: list[tuple[list[str], tuple[str, ...]]] = []
    for number in plan.seats:
        groups = tuple(pool for pool in serves(plan, number) if pool in plan.groups)
        if found and found[-1][1] == groups and int(number) == int(found[-1][0][-1]) + 1:
            found[-1][0].append(number)
        else:
            found.append(([number], groups))
    return [(_range(numbers), groups) for numbers, groups in found]


def _range(numbers: list[str]) -> str:
    if len(numbers) == 1:
        return f"seat {numbers[0]}"
    return f"seats {numbers[0]}-{numbers[-1]} ({len(numbers)})"


def _id(group: str, plan: Plan) -> str:
    return f"g{list(plan.groups).index(group)}" if group in plan.groups else "nobody"


def _quoted(title: str) -> str:
    return title.replace('"', "#quot;")
