"""Whether what a trunk says about numbers makes sense together with the lines."""

from __future__ import annotations

from routing.called import normal_called
from routing.numbers import EMERGENCY, is_dialable
from routing.plan import Source
from routing.plan import Trunk as PlanTrunk
from switchd.config.build import build_trunk
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.models import Trunk
from switchd.config.problems import choose
from switchd.config.source import Path


def check_trunks(draft: Draft) -> None:
    """Check the order of trust and the table of DIDs of each trunk."""
    lookup = Lookup(draft)
    all_readable = len(draft.lines) == len(draft.written("lines"))
    _check_arrival(draft, lookup)
    for name, trunk in draft.trunks.items():
        _check_trust(draft, name, trunk)
        _check_numbers_on_trunk(draft, lookup, name, trunk)
        if all_readable:
            _check_lines_meant(draft, lookup, name, trunk)


def _check_arrival(draft: Draft, lookup: Lookup) -> None:
    """Every number of a line can arrive on some trunk, after what the trunk does to it."""
    if len(draft.trunks) < len(draft.written("trunks")):
        return
    trunks = [build_trunk(lookup, name, trunk) for name, trunk in draft.trunks.items()]
    for number, name in lookup.by_number.items():
        if not is_dialable(number) or number in EMERGENCY:
            continue
        if not any(_arrives(number, trunk, lookup.area_code) for trunk in trunks):
            became = normal_called(number, trunks[0], lookup.area_code)
            what = f"{number} can never be matched: the trunk {trunks[0].name} makes {became} of it"
            instead = f"Change strip_prefixes or add_prefixes of trunks.{trunks[0].name}"
            draft.error(("lines", name), what, instead)


def _arrives(number: str, trunk: PlanTrunk, area_code: str) -> bool:
    """Tell whether some form in which a carrier may ask for the number becomes the number."""
    shortened = (
        number.removeprefix(added)
        for length, added in trunk.add_prefixes.items()
        if number.startswith(added) and len(number) - len(added) == length
    )
    forms = (number, area_code + number, f"+86{area_code[1:]}{number}", *shortened)
    prefixed = (prefix + form for prefix in trunk.strip_prefixes for form in forms)
    return number in trunk.dids.values() or any(
        normal_called(form, trunk, area_code) == number for form in (*forms, *prefixed)
    )


def _check_trust(draft: Draft, name: str, trunk: Trunk) -> None:
    """Each source stands once, and `did` and its table belong together."""
    path: Path = ("trunks", name, "trust")
    for index, source in enumerate(trunk.trust):
        if source in trunk.trust[:index]:
            draft.error((*path, index), f"{source.value} stands here twice", "Delete it here")
    if Source.DID in trunk.trust and not trunk.dids:
        index = trunk.trust.index(Source.DID)
        what = "did is trusted, but the trunk has no table of them"
        draft.error((*path, index), what, "Write `dids:` and a number with its line, or delete did")
    if trunk.dids and Source.DID not in trunk.trust:
        what = "the table is not used, since the trunk's trust does not have did"
        draft.error(("trunks", name, "dids"), what, "Write `trust: [did, request]`")


def _check_numbers_on_trunk(draft: Draft, lookup: Lookup, name: str, trunk: Trunk) -> None:
    """A DID is a number of its own: no emergency number, no other DID, no line's number."""
    first_use: dict[str, str] = {}
    for written, line in trunk.dids.items():
        path: Path = ("trunks", name, "dids", written)
        number = lookup.normal_on(trunk, written)
        owner = lookup.by_number.get(number)
        if number in EMERGENCY:
            what = f"{number} is an emergency number and can mean nothing else"
            draft.error(path, what, "Delete it; emergency calls stay with their own services")
        elif not is_dialable(number):
            what = f"'{written}' is no telephone number that a trunk can ask for"
            draft.error(path, what, "Write 3 to 12 digits, such as 69001234")
        elif number in first_use:
            what = f"{number} stands also as {first_use[number]}"
            draft.error(path, what, "Delete it in one of the two places")
        elif owner is not None:
            where = draft.place(("lines", owner))
            what = f"{number} is the number of lines.{owner} ({where})"
            if lookup.by_number.get(lookup.normal(line)) == owner:
                draft.warning(path, f"{what} already", "Delete it here")
            else:
                draft.error(path, what, "Delete it here, or from the line")
        first_use.setdefault(number, written)


def _check_lines_meant(draft: Draft, lookup: Lookup, name: str, trunk: Trunk) -> None:
    """Each DID means a line."""
    for written, line in trunk.dids.items():
        if lookup.normal(line) not in lookup.by_number:
            what = f"no line has the number {line}"
            path: Path = ("trunks", name, "dids", written)
            draft.error(path, what, choose(line, lookup.by_number))
