"""Seats written as a range: 1001-1015 is fifteen seats."""

from __future__ import annotations

import re

from switchd.config.models import Mistake

MAX_SEATS_IN_RANGE = 1000
_SEAT = re.compile(r"[0-9]{2,8}")
_RANGE = re.compile(r"([0-9]{2,8})\s*-\s*([0-9]{2,8})")


def seat_numbers(written: str) -> list[str]:
    """Give the extensions that a key of the section `seats` stands for; raise Mistake if none.

    Leading zeros are kept: 001-003 is 001, 002, 003.
    """
    if _SEAT.fullmatch(written):
        return [written]
    found = _RANGE.fullmatch(written)
    if found is None:
        raise Mistake(
            f"{written} is no seat", "Write an extension of 2 to 8 digits, or a range 1001-1015"
        )
    first, last = found.groups()
    if len(first) != len(last) or int(first) > int(last):
        raise Mistake(
            f"the range {written} does not go upwards in numbers of one length",
            "Write the smaller number first and both with the same digits, such as 1001-1015",
        )
    if int(last) - int(first) >= MAX_SEATS_IN_RANGE:
        raise Mistake(
            f"the range {written} has more than {MAX_SEATS_IN_RANGE} seats", "Write shorter ranges"
        )
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]
