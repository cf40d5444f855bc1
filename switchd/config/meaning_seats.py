"""Whether seats, their telephones and the feature codes collide with nothing."""

from __future__ import annotations

from routing.numbers import EMERGENCY
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.meaning_kinds import check_dialled, check_trunk_out
from switchd.config.models import Mistake, Seat
from switchd.config.seat_range import seat_numbers
from switchd.config.source import Path


def check_seats(draft: Draft, lookup: Lookup) -> None:
    """Check extensions, telephones and feature codes."""
    _check_extensions(draft, lookup)
    phones: dict[str, str] = {}
    for written, seat in draft.seats.items():
        _check_phone(draft, lookup, written, seat, phones)
        _check_line(draft, written, seat)
    _check_feature_codes(draft)


def _check_phone(
    draft: Draft, lookup: Lookup, written: str, seat: Seat, phones: dict[str, str]
) -> None:
    """A telephone belongs to one seat and leads out of the house, over a trunk."""
    path: Path = ("seats", written)
    if seat.phone is None:
        if seat.trunk is not None:
            what = "a trunk is used only for a seat with a telephone number"
            draft.error((*path, "trunk"), what, "Write `phone:`, or delete the key")
        return
    at: Path = (*path, "phone")
    number = lookup.normal(seat.phone)
    check_dialled(draft, lookup, at, seat.phone)
    check_trunk_out(
        draft,
        (*path, "trunk") if seat.trunk is not None else at,
        seat.trunk,
        lookup.trunk_of_phone(seat),
    )
    if number in EMERGENCY:
        what = f"{number} is an emergency number and no seat"
        draft.error(at, what, "Write the seat's own number")
    elif number in lookup.by_number:
        what = (
            f"{number} is the number of lines.{lookup.by_number[number]}; callers would come back"
        )
        draft.error(at, what, "Write the seat's own number")
    elif number in phones:
        where = draft.place(("seats", phones[number]))
        what = f"{number} rings already for seats.{phones[number]} ({where})"
        draft.error(at, what, "Write one telephone number for one seat")
    elif "-" in written:
        what = "one telephone number cannot ring for a range of seats"
        draft.error(at, what, "Write each seat by itself")
    phones.setdefault(number, written)


def _check_line(draft: Draft, written: str, seat: Seat) -> None:
    """A line is kept open at the one FreeSWITCH of the city."""
    if seat.accept_key and not seat.nailed_up:
        what = "a key takes calls only on a line that is kept open"
        draft.error(("seats", written, "accept_key"), what, "Write `nailed_up: yes`, or delete it")
    if seat.nailed_up and draft.nodes:
        what = "with several nodes a caller of another one could not come over the line"
        draft.error(("seats", written, "nailed_up"), what, "Delete it; the seat is rung then")


def _check_extensions(draft: Draft, lookup: Lookup) -> None:
    """A seat's number is its own: no other seat's, no emergency number, no line, no code."""
    first_use: dict[str, str] = {}
    codes = {code: name for name, code in draft.feature_codes.model_dump().items()}
    for written in draft.written("seats"):
        path = ("seats", written)
        try:
            numbers = seat_numbers(written)
        except Mistake as mistake:
            draft.error(path, mistake.what, mistake.instead)
            continue
        clashes = []
        for number in numbers:
            line = lookup.line_called(number)
            if number in EMERGENCY:
                clashes.append(f"{number} is an emergency number")
            elif number in first_use:
                other = draft.place(("seats", first_use[number]))
                clashes.append(f"{number} stands also in seats.{first_use[number]} ({other})")
            elif line is not None:
                clashes.append(f"{number} is the number of a line ({draft.place(('lines', line))})")
            elif number in codes:
                clashes.append(f"{number} is the feature code {codes[number]}")
            first_use.setdefault(number, written)
        if clashes:
            more = f"; {len(clashes) - 1} more of the range clash" if len(clashes) > 1 else ""
            draft.error(path, f"the seat {clashes[0]}{more}", "Use other extensions")


def _check_feature_codes(draft: Draft) -> None:
    """Each code means one thing, and none hides an emergency number."""
    first_use: dict[str, str] = {}
    pick_up = draft.feature_codes.pick_up
    result = draft.feature_codes.follow_up_result
    for name, code in draft.feature_codes.model_dump().items():
        path = ("feature_codes", name)
        if code in EMERGENCY:
            what = f"{code} is an emergency number"
            draft.error(path, what, 'Use a code with a star, such as "*10"')
        elif code in first_use:
            what = f"{code} means {first_use[code]} already"
            draft.error(path, what, "Use another code")
        elif name != "pick_up" and code.startswith(pick_up):
            what = f"{code} begins like {pick_up}, behind which a seat's number may follow"
            draft.error(path, what, "Use a code that begins otherwise")
        elif name != "follow_up_result" and code.startswith(result):
            what = f"{code} begins like {result}, behind which a result follows"
            draft.error(path, what, "Use a code that begins otherwise")
        first_use.setdefault(code, name)
