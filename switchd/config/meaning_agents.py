"""Whether agents' roles, groups and shifts lead somewhere."""

from __future__ import annotations

from routing.rights import Role
from switchd.config.draft import Draft
from switchd.config.models import Agent
from switchd.config.problems import choose
from switchd.config.source import Path

ROLES = (Role.SEAT, Role.TEAM_LEAD, Role.SHIFT_SUPERVISOR)
"""What a person who sits down can be; the others are for programs."""


def check_agents(draft: Draft) -> None:
    """Check every agent."""
    for number, agent in draft.agents.items():
        path: Path = ("agents", number)
        _check_role(draft, path, agent)
        _check_shift(draft, path, agent)


def _check_role(draft: Draft, path: Path, agent: Agent) -> None:
    if agent.role not in ROLES:
        what = f"nobody who sits at a seat has the role {agent.role}"
        draft.error((*path, "role"), what, choose(agent.role, ROLES))
    if agent.role is Role.TEAM_LEAD and not agent.leads:
        what = "a team lead has no groups to supervise"
        draft.error((*path, "role"), what, "Write `leads:` with the groups")
    if agent.leads and agent.role is not Role.TEAM_LEAD:
        what = f"groups to supervise are for a team lead, and the role is {agent.role}"
        draft.error((*path, "leads"), what, "Write `role: team_lead`, or delete the key")
    groups = draft.written("groups")
    for index, group in enumerate(agent.leads):
        if group not in groups:
            where: Path = (*path, "leads", index)
            draft.error(where, f"there is no group {group}", choose(group, groups))


def _check_shift(draft: Draft, path: Path, agent: Agent) -> None:
    if agent.shift is None:
        if agent.crew is not None:
            what = "a crew is named without its shift"
            draft.error((*path, "crew"), what, "Write `shift:` beside it")
        return
    written = draft.written("shifts")
    if agent.shift not in written:
        what = f"there is no shift {agent.shift}"
        draft.error((*path, "shift"), what, choose(agent.shift, written))
        return
    shift = draft.shifts.get(agent.shift)
    if shift is None:
        return
    if agent.crew is None and len(shift.crews) > 1:
        what = f"the shift {agent.shift} has several crews, so nobody knows when the agent works"
        draft.error((*path, "shift"), what, "Write `crew:` with the agent's own")
    elif agent.crew is not None and agent.crew not in shift.crews:
        what = f"the shift {agent.shift} has no crew {agent.crew}"
        draft.error((*path, "crew"), what, choose(agent.crew, shift.crews))
