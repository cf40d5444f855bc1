"""Numbers as trunks and people write them, and as the plan knows them.

A number has one normal form: a mobile is its 11 digits, a fixed line of the city its 7 or 8
digits, a fixed line elsewhere 0 + area code + number, a short code its 3 to 6 digits, a foreign
number 00 + country + number. Whole numbers are compared, never suffixes: 3312345 is not 12345.
"""

from __future__ import annotations

import re

EMERGENCY = frozenset({"110", "119", "120", "122"})
"""Police, fire, ambulance, traffic accidents: never a line of a hotline, never queued."""

_DIGITS = re.compile(r"[0-9]{1,20}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LOCAL = re.compile(r"[1-9][0-9]{2,7}")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋", "0123456789+")
_SEPARATORS = str.maketrans("", "", " -().\u00a0\u3000（）－．")


def normalise(raw: str, area_code: str, strip_prefixes: tuple[str, ...] = ()) -> str:
    """Return the normal form of `raw`, or "" if it is no telephone number.

    `area_code` has its leading zero. `strip_prefixes` are access prefixes of the trunk; the first
    that fits is taken away. The normal form of a normal form, without prefixes, is itself.
    """
    number = raw.strip().translate(_FULL_WIDTH).translate(_SEPARATORS)
    for prefix in strip_prefixes:
        if prefix and number.startswith(prefix) and len(number) > len(prefix):
            number = number[len(prefix) :]
            break
    if number.startswith("+86"):
        number = _national(number[3:], area_code)
    elif number.startswith("+") and len(number) > 1:
        number = "00" + number[1:]
    elif number.startswith("0086"):
        number = _national(number[4:], area_code)
    elif number.startswith("86") and len(number) > 8:
        number = _national(number[2:], area_code)
    if not _DIGITS.fullmatch(number):
        return ""
    if number.startswith("0") and _MOBILE.fullmatch(number[1:]):
        return number[1:]
    if number.startswith(area_code) and _LOCAL.fullmatch(number[len(area_code) :]):
        return number[len(area_code) :]
    return number


def is_dialable(number: str) -> bool:
    """Tell whether a normal form can be a line's number: 3 to 12 digits, none foreign."""
    return 3 <= len(number) <= 12 and not number.startswith("00")


def _national(rest: str, area_code: str) -> str:
    """Write the number behind +86 as it is dialled within the country.

    Area codes get their zero; somebody may have left it there. Up to six digits are a short code,
    unless they are the city's area code and an emergency number.
    """
    if rest.startswith("00"):
        return ""
    area = area_code[1:]
    if rest.startswith(area) and rest[len(area) :] in EMERGENCY:
        return rest[len(area) :]
    if rest.startswith("0") or _MOBILE.fullmatch(rest) or len(rest) <= 6:
        return rest
    return "0" + rest
