"""One plan takes another's place while callers wait: which seat serves which groups meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from routing.explain import serving
from routing.lines import LineKind
from routing.plan import Plan


def seat_groups(
    so_far: Mapping[str, Sequence[str]], new: Plan, in_use: Collection[str]
) -> tuple[Mapping[str, tuple[str, ...]], frozenset[str]]:
    """Give the groups of each seat of the new plan, and the groups that live on for a while.

    `so_far` is what each seat served until now, `in_use` are the groups of calls in progress. A
    group in which the new plan seats nobody, while callers wait for it, lives on until they are
    served: by the seats that served it so far or, if none of them is left, by the hotline's.
    """
    groups = {number: list(seat.groups) for number, seat in new.seats.items()}
    orphans = frozenset(group for group in in_use if not serving(new, group))
    for group in sorted(orphans):
        for seat in _heirs(group, so_far, new):
            groups[seat].append(group)
    return {seat: tuple(names) for seat, names in groups.items()}, orphans


def _heirs(group: str, so_far: Mapping[str, Sequence[str]], new: Plan) -> list[str]:
    stayed = [seat for seat, groups in so_far.items() if group in groups and seat in new.seats]
    if stayed:
        return stayed
    hotlines = {line.group for line in new.lines.values() if line.kind is LineKind.HOTLINE}
    return [seat.number for seat in new.seats.values() if hotlines & set(seat.groups)]
