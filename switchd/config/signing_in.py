"""How agents sign in, as YAML and in the plan."""

from __future__ import annotations

from pydantic import Field

from routing.credentials import SignInRules
from switchd.config.models import Section


class SignIn(Section):
    """How agents sign in at seats (签入)."""

    pin_required: bool = Field(
        default=False,
        description="Whether an agent proves with staff number and PIN who sits down, on the phone "
        "and over HTTP. `no`: the sign-in code signs the seat's own number in.",
    )
    wrong_pins: int = Field(
        default=5, ge=1, le=100, description="Wrong PINs in a row that lock an agent out."
    )
    locked_minutes: float = Field(
        default=15.0, ge=1, le=1440, description="Minutes for which nobody signs in as that agent."
    )


def build_sign_in(written: SignIn) -> SignInRules:
    """Build the rules."""
    return SignInRules(written.pin_required, written.wrong_pins, written.locked_minutes * 60)
