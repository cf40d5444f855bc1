"""Which number was called, and by whom, as one trunk writes it.

The number that a caller dialled may stand in the request, or, where the old number was forwarded,
in Diversion (RFC 5806) or History-Info (RFC 7044), or it is told by a number of the trunk's own
(DID). Each trunk says which of them it trusts and in which order. The first that names a line of
the plan counts; whole numbers are compared.

The request for an emergency number is one whatever else is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routing.numbers import EMERGENCY, normalise
from routing.plan import CallerFrom, Plan, Source, Trunk
from routing.reasons import Reason
from routing.sipheaders import users

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SUBSCRIBER = re.compile(r"[2-9][0-9]{6,7}")
"""A fixed line as its own city dials it."""
_NO_AREA_CODE = "-"
"""Begins no number, so that an area code that is written stays."""
_SHOWN = 80
"""Characters of what arrived that are kept in the trace."""


@dataclass(frozen=True, slots=True)
class Called:
    """The called number and how it became known."""

    number: str
    """Normalised; "" if nothing that arrived is a number."""
    source: Source
    reasons: tuple[Reason, ...]


def called_number(
    request: str, diversion: str, history_info: str, trunk: Trunk, plan: Plan
) -> Called:
    """Find the number of a line in what arrived, by the trunk's order of trust. Never raises.

    If no trusted source names a line, the number is that of the request.
    """
    requested = normal_called(request, trunk, plan.area_code)
    arrived = {
        Source.REQUEST: request,
        Source.DIVERSION: diversion,
        Source.HISTORY_INFO: history_info,
        Source.DID: request,
    }
    reasons: list[Reason] = []
    if requested not in EMERGENCY:
        for source in trunk.trust:
            text = arrived[source]
            if not text:
                continue
            for number in _candidates(source, text, requested, trunk, plan.area_code):
                if number in plan.by_number:
                    return Called(number, source, (*reasons, _found(text, number, source)))
            if source is not Source.REQUEST:
                reasons.append(_passed_over(text, source))
    source = Source.REQUEST
    return Called(requested, source, (*reasons, _found(request, requested, source)))


def caller_number(caller: str, asserted: str, trunk: Trunk, area_code: str) -> str:
    """Give the caller's number in its normal form, "" if there is none. Never raises.

    `asserted` is P-Asserted-Identity (RFC 3325), whose first number counts on a trunk that wants
    it so; without one the number in From counts.
    """
    found = ""
    if trunk.caller_from is CallerFrom.ASSERTED:
        numbers = (normal_caller(user, trunk, area_code) for user in users(asserted))
        found = next(filter(None, numbers), "")
    return found or normal_caller(caller, trunk, area_code)


def normal_called(raw: str, trunk: Trunk, area_code: str) -> str:
    """Give the normal form of a called number that arrived on the trunk, "" if it is none."""
    return _normal(raw, trunk, area_code, trunk.add_prefixes)


def normal_caller(raw: str, trunk: Trunk, area_code: str) -> str:
    """Give the normal form of a calling number that arrived on the trunk, "" if it is none."""
    return _normal(raw, trunk, area_code, trunk.caller_add_prefixes)


def placed(
    raw: str, trunk_area_code: str, area_code: str, strip_prefixes: tuple[str, ...] = ()
) -> str:
    """Give the normal form of `raw` on a trunk of another area: a fixed line's bare number is one
    of that area, `trunk_area_code`; "" stands for the city's own."""
    if trunk_area_code not in ("", area_code):
        bare = normalise(raw, _NO_AREA_CODE, strip_prefixes)
        if _SUBSCRIBER.fullmatch(bare):
            return trunk_area_code + bare
    return normalise(raw, area_code, strip_prefixes)


def _normal(raw: str, trunk: Trunk, area_code: str, additions: Mapping[int, str]) -> str:
    """Strip, place and add; what is an emergency number already is left alone."""
    number = normalise(raw, area_code)
    if number in EMERGENCY:
        return number
    if trunk.strip_prefixes or trunk.area_code:
        number = placed(raw, trunk.area_code, area_code, trunk.strip_prefixes)
    addition = additions.get(len(number), "")
    if addition and not _MOBILE.fullmatch(number):
        number = placed(addition + number, trunk.area_code, area_code)
    return number


def _candidates(
    source: Source, text: str, requested: str, trunk: Trunk, area_code: str
) -> Iterator[str]:
    """Give the numbers that a source names, the one that was dialled first before the others.

    Diversion is written newest first, History-Info oldest first.
    """
    match source:
        case Source.REQUEST:
            yield requested
        case Source.DID:
            yield trunk.dids.get(requested, "")
        case Source.DIVERSION:
            yield from (normal_called(one, trunk, area_code) for one in reversed(users(text)))
        case Source.HISTORY_INFO:
            yield from (normal_called(one, trunk, area_code) for one in users(text))


def _found(arrived: str, number: str, source: Source) -> Reason:
    facts = {"arrived": arrived[:_SHOWN], "called": number, "source": source.value}
    return Reason("entry.number", facts)


def _passed_over(text: str, source: Source) -> Reason:
    """The source was looked at and names no line."""
    facts = {"source": source.value, "arrived": text[:_SHOWN]}
    return Reason("entry.source_passed_over", facts)
