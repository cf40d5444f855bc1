"""Whether limits of lines and groups, the city's way with redials and the switch fit together."""

from __future__ import annotations

from collections.abc import Iterator

from routing.admission import Again, Instead
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.models import Limits, Mistake
from switchd.config.seat_range import seat_numbers
from switchd.config.source import Path


def check_admission(draft: Draft, lookup: Lookup) -> None:
    """Check every limit, a line's against its group's, and the reserve against the seats."""
    for path, limits in _limits(draft):
        _check_limits(draft, path, limits)
    _check_lines(draft, lookup)
    _check_reserve(draft)
    _check_again(draft)


def _limits(draft: Draft) -> Iterator[tuple[Path, Limits]]:
    for name, line in draft.lines.items():
        if line.limits is not None:
            yield ("lines", name, "limits"), line.limits
    for name, group in draft.groups.items():
        if group.limits is not None:
            yield ("groups", name, "limits"), group.limits


def _check_limits(draft: Draft, path: Path, limits: Limits) -> None:
    """A limit limits something, and what it says is heard."""
    if not limits.waiting and not limits.wait_seconds:
        what = "neither `waiting` nor `wait_seconds` limits anything"
        draft.error(path, what, "Write `waiting: 100`, or delete the key")
    if limits.then is Instead.CALLBACK and not draft.has(("callbacks",)):
        what = "nobody is called back here: there is no section `callbacks`"
        draft.error((*path, "then"), what, "Write `callbacks:` and what belongs to it")
    if draft.has((*path, "announcement")) and limits.then is not Instead.ANNOUNCE:
        what = f"nobody hears it: `then` is {limits.then.value}"
        draft.error((*path, "announcement"), what, "Write `then: announce`, or delete it")


def _check_lines(draft: Draft, lookup: Lookup) -> None:
    """A line's limit that its group's never lets it reach is no limit."""
    for name, line in draft.lines.items():
        group = draft.groups.get(lookup.group_of(line) or "")
        if line.limits is None or group is None or group.limits is None:
            continue
        for key, unit in (("waiting", "callers"), ("wait_seconds", "seconds")):
            own, shared = getattr(line.limits, key), getattr(group.limits, key)
            if own and shared and own > shared:
                place = draft.place(("groups", lookup.group_of(line) or "", "limits"))
                what = (
                    f"{own:g} {unit} are never reached: the group {lookup.group_of(line)} lets "
                    f"only {shared:g} wait ({place})"
                )
                instead = f"Write {shared:g} or less here, or raise the group's"
                draft.error(("lines", name, "limits", key), what, instead)


def _check_reserve(draft: Draft) -> None:
    """Every seat can have its leg while callers fill all that is left."""
    try:
        seats = sum(len(seat_numbers(written)) for written in draft.seats)
    except Mistake:  # reported where seats are checked
        return
    reserve, most = draft.admission.reserve, draft.freeswitch.max_sessions
    callers = int(most * (1 - reserve))
    if seats and most - callers < seats:
        draft.warning(
            ("admission", "reserve"),
            f"{most - callers} of {most} legs are kept free for {seats} seats",
            f"Write {min(0.9, -(-100 * seats // most) / 100):g} or more, or raise "
            "freeswitch.max_sessions",
        )


def _check_again(draft: Draft) -> None:
    """Whoever may wait twice is not asked to give the first place up."""
    admission = draft.admission
    if admission.others is Again.TAKE_OVER and draft.has(("admission", "others")):
        draft.warning(
            ("admission", "others"),
            "behind a fixed number may be many people; one who calls ends the wait of another",
            "Write `allow` or `busy`, unless all fixed numbers here are homes",
        )
