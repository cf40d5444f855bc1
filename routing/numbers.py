"""Numbers as trunks write them, and as the plan knows them.

A city number has one normal form: a mobile is its 11 digits, a fixed line of the city its 7 or
8 digits, a fixed line elsewhere 0 + area code + number, a short code its 3, 5 or 6 digits.
Whole numbers are compared, never suffixes: 3312345 is not 12345.
"""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9]+")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SEPARATORS = str.maketrans("", "", " -().\u00a0")


def normalise(raw: str, area_code: str, strip_prefixes: tuple[str, ...] = ()) -> str:
    """Return the normal form of `raw`, or "" if it is no telephone number.

    `area_code` has its leading zero. `strip_prefixes` are access prefixes of the trunk. Applying
    it twice changes nothing.
    """
    number = raw.strip().translate(_SEPARATORS)
    for prefix in strip_prefixes:
        if prefix and number.startswith(prefix) and len(number) > len(prefix):
            number = number[len(prefix) :]
            break
    if number.startswith("+86"):
        number = _national(number[3:])
    elif number.startswith("+"):
        number = "00" + number[1:]
    elif number.startswith("0086"):
        number = _national(number[4:])
    elif number.startswith("86") and len(number) > 8:
        number = _national(number[2:])
    if not _DIGITS.fullmatch(number):
        return ""
    if number.startswith("0") and _MOBILE.fullmatch(number[1:]):
        return number[1:]
    if number.startswith(area_code) and len(number) > len(area_code):
        return number[len(area_code) :]
    return number


def _national(rest: str) -> str:
    """Give a number behind +86 the leading zero of its area code if it has one."""
    if rest.startswith("0") or _MOBILE.fullmatch(rest) or len(rest) <= 6:
        return rest
    return "0" + rest
