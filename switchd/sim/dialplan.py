"""What the dialplan does with a call before switchd hears of it: set variables, park."""

from __future__ import annotations

from collections.abc import Mapping

from switchd.sim.switch import Action


def trunk_plan(city: str, trunk: str, dialled: str, controlled: bool = True) -> list[Action]:
    """A call from a trunk; one that nobody has `controlled` goes to the degraded context."""
    *variables, park = _plan(
        {
            "park_after_bridge": "true",
            "playback_terminators": "none",
            "switchd_kind": "caller",
            "api_hangup_hook": "lua ended_alone.lua",
            "switchd_city": city,
            "switchd_trunk": trunk,
            "switchd_called": dialled,
        }
    )
    return [*variables, park if controlled else ("transfer", "degraded XML degraded")]


def code_plan(city: str, seat: str, code: str) -> list[Action]:
    """A feature code dialled at a seat."""
    return _plan(
        {
            "switchd_kind": "code",
            "switchd_city": city,
            "switchd_seat": seat,
            "switchd_code": code,
        }
    )


def number_plan(city: str, seat: str, number: str) -> list[Action]:
    """A number outside dialled at a seat."""
    return _plan(
        {
            "switchd_kind": "outgoing",
            "switchd_city": city,
            "switchd_seat": seat,
            "switchd_number": number,
        },
        hangup_after_bridge="true",
    )


def relay_plan(city: str, seat: str, domain: str, offer: str) -> list[Action]:
    """A call from another FreeSWITCH of the city for a seat whose phone is registered here."""
    return [
        ("set", "switchd_kind=relay"),
        ("set", f"switchd_city={city}"),
        ("set", f"switchd_seat={seat}"),
        ("set", f"switchd_offer={offer}"),
        ("set", "hangup_after_bridge=true"),
        ("bridge", f"user/{seat}@{domain}"),
    ]


def _plan(variables: Mapping[str, str], hangup_after_bridge: str = "false") -> list[Action]:
    assigned = "|".join(f"{name}={value}" for name, value in variables.items())
    return [
        ("set", f"hangup_after_bridge={hangup_after_bridge}"),
        ("multiset", f"^^|{assigned}"),
        ("park", ""),
    ]
