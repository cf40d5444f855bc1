"""Who of a plan may serve whom: from the groups' needs, the seats' and the agents' skills."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from routing.lines import LineKind
from routing.plan import Plan
from routing.skills import (
    LEVEL_MARK,
    SEAT_LEVEL,
    Need,
    Skill,
    Skills,
    seat_skills,
    served,
    together,
)

NO_SKILLS: Skills = {}


def lowered(group: str, level: int) -> str:
    """Name the pool of a group whose levels are lowered."""
    return f"{group}{LEVEL_MARK}{level}"


def pools(plan: Plan) -> dict[str, Need]:
    """Every pool of the plan: each group, and each as a step of widening may lower it."""
    steps = [step for line in plan.lines.values() for step in line.overflow]
    steps += [step for group in plan.groups.values() for step in group.overflow]
    levels = {step.level for step in steps if step.level is not None}
    found: dict[str, Need] = {}
    for group in plan.groups.values():
        found[group.name] = group.need
        highest = max(skill.level for skill in group.need.atoms())
        for level in sorted(levels & set(range(1, highest))):
            found[lowered(group.name, level)] = group.need.lowered(level)
    return found


def group_of(pool: str) -> str:
    """The group to which a pool belongs."""
    return pool.partition(LEVEL_MARK)[0]


def agent_skills(plan: Plan, agent: str, changes: Skills = NO_SKILLS) -> Skills:
    """What an agent brings to a seat: the plan's skills with `changes`; level 0 takes a skill away,
    from the seat's own as well.

    Somebody whom the plan does not know brings the changes alone.
    """
    known = plan.agents.get(agent)
    return {**(known.skills if known else NO_SKILLS), **changes}


def serves(plan: Plan, seat: str, skills: Skills = NO_SKILLS) -> dict[str, int]:
    """The pools that a seat of the plan serves, with their levels, while somebody with these
    skills sits there."""
    return served(pools(plan), together(seat_skills(plan.seats[seat].groups), skills))


def serving(plan: Plan, pool: str) -> tuple[str, ...]:
    """The seats that serve a group or pool whoever sits there, in the plan's order."""
    need = _need(plan, pool)
    return tuple(
        seat.number
        for seat in plan.seats.values()
        if need.met_by(seat_skills(seat.groups)) is not None
    )


def agents_for(plan: Plan, pool: str) -> tuple[str, ...]:
    """The agents who let some seat serve a group or pool that it would not serve without them."""
    need = _need(plan, pool)
    seats = [
        skills
        for groups in {seat.groups for seat in plan.seats.values()}
        if need.met_by(skills := seat_skills(groups)) is None
    ]
    return tuple(
        agent.number
        for agent in plan.agents.values()
        if any(need.met_by(together(skills, agent.skills)) is not None for skills in seats)
    )


def can_be_served(plan: Plan, group: str) -> bool:
    """Tell whether some seat, perhaps with some agent of the plan, serves a group of it."""
    if group not in plan.groups:
        return False
    need = _need(plan, group)
    return any(need.met_by(skills) is not None for skills in _everybody(plan))


def _need(plan: Plan, pool: str) -> Need:
    group, _, level = pool.partition(LEVEL_MARK)
    known = plan.groups.get(group)
    need = known.need if known else Skill(group)
    return need.lowered(int(level)) if level else need


def _everybody(plan: Plan) -> Iterator[Skills]:
    """The skills of every kind of seat, empty and with every kind of agent."""
    return everybody(
        {seat.groups for seat in plan.seats.values()},
        [agent.skills for agent in plan.agents.values()],
    )


def everybody(seats: Collection[tuple[str, ...]], agents: Collection[Skills]) -> Iterator[Skills]:
    """The skills of seats with these groups, empty and with each of these agents."""
    kinds = [dict(kind) for kind in {tuple(sorted(skills.items())) for skills in agents}]
    for groups in seats:
        at_seat = seat_skills(groups)
        yield at_seat
        for skills in kinds:
            yield together(at_seat, skills)


def seat_pools(
    so_far: Mapping[str, Collection[str]],
    new: Plan,
    in_use: Collection[str],
    sitting: Mapping[str, Skills],
) -> tuple[Mapping[str, dict[str, int]], frozenset[str]]:
    """Give the pools of each seat of a new plan, and the groups that live on for a while.

    `so_far` is what each seat served until now, `sitting` the skills of whoever sits there, and
    `in_use` are the groups of calls in progress. A group that the new plan lets nobody serve,
    while callers wait for it, lives on until they are served: by the seats that served it so far
    or, if none of them is left, by the hotline's.
    """
    every = pools(new)
    wanted = {
        number: served(every, together(seat_skills(seat.groups), sitting.get(number, NO_SKILLS)))
        for number, seat in new.seats.items()
    }
    orphans = frozenset(group for group in in_use if not can_be_served(new, group))
    for group in sorted(orphans):
        for seat in _heirs(group, so_far, new):
            wanted[seat][group] = SEAT_LEVEL
    return wanted, orphans


def _heirs(group: str, so_far: Mapping[str, Collection[str]], new: Plan) -> list[str]:
    stayed = [seat for seat, served in so_far.items() if group in served and seat in new.seats]
    if stayed:
        return stayed
    hotlines = {line.group for line in new.lines.values() if line.kind is LineKind.HOTLINE}
    return [seat for hotline in sorted(hotlines) for seat in serving(new, hotline)]
