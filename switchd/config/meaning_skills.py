"""Whether somebody has what callers need."""

from __future__ import annotations

from routing.skills import SEAT_LEVEL, Need, NeedError
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup, read_need
from switchd.config.problems import choose
from switchd.config.source import Path


def check_skills(draft: Draft, lookup: Lookup) -> None:
    """Check what groups need against what seats and agents have."""
    best: dict[str, int] = {}
    for seat in draft.seats.values():
        best.update(dict.fromkeys(seat.groups, SEAT_LEVEL))
    for agent in draft.agents.values():
        for skill, level in agent.skills.items():
            best[skill] = max(level, best.get(skill, 0))
    complete = all(
        len(getattr(draft, section)) == len(draft.written(section))
        for section in ("groups", "seats", "agents")
    )
    needed: set[str] = set()
    for name, group in draft.groups.items():
        path: Path = ("groups", name, "needs")
        try:
            need = read_need(name, group)
        except NeedError as error:
            instead = "Write skills with & and |, such as `intake & (english>=2 | enterprise)`"
            draft.error(path, str(error), instead)
            complete = False
            continue
        needed.update(skill.name for skill in need.atoms())
        if group.needs is not None and complete:
            _check_need(draft, lookup, name, need, best)
    if complete:
        _check_agents(draft, needed)


def _check_need(draft: Draft, lookup: Lookup, name: str, need: Need, best: dict[str, int]) -> None:
    """Somebody has each skill of a need, and somebody all that it takes."""
    path: Path = ("groups", name, "needs")
    unknown = next((skill for skill in need.atoms() if skill.name not in best), None)
    if unknown is not None:
        what = f"nobody has the skill {unknown.name}: no seat and no agent"
        draft.error(path, what, choose(unknown.name, best))
    elif not lookup.can_serve(need):
        low = [skill for skill in need.atoms() if best[skill.name] < skill.level]
        reached = "".join(f"; {one.name} reaches level {best[one.name]}" for one in low)
        draft.error(
            path,
            f"no agent at any seat has all of `{need}`{reached}, so its callers would wait in vain",
            "Give an agent or a seat what is missing, or need less",
        )


def _check_agents(draft: Draft, needed: set[str]) -> None:
    """An agent's skill that no group needs is most likely misspelt."""
    for number, agent in draft.agents.items():
        for skill in agent.skills:
            if skill not in needed:
                what = f"no group needs the skill {skill}"
                draft.warning(("agents", number, "skills", skill), what, choose(skill, needed))
