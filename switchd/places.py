"""Where the data that comes with switchd lies: prompts, dialplan, examples of configuration."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent


class ShareNotFoundError(LookupError):
    """Shipped data is not where it should be: the installation is incomplete."""


def share(name: str) -> Path:
    """Return the folder (or file) `name` of the shipped data, such as `ivr_prompts`.

    Searched in this order: the folder that the environment variable SWITCHD_SHARE names and then
    no other; the checkout that this package lies in; `share/switchd` of the Python installation,
    where a wheel puts it. Raises `ShareNotFoundError`, which says what was searched.
    """
    chosen = os.environ.get("SWITCHD_SHARE")
    if chosen:
        places = [Path(chosen)]
    else:
        places = [_CHECKOUT, Path(sys.prefix) / "share" / "switchd"]
    for place in places:
        if (place / name).exists():
            return place / name
    searched = ", ".join(str(place / name) for place in places)
    if chosen:
        advice = "SWITCHD_SHARE must name the folder that holds it"
    else:
        advice = "install switchd again, or set SWITCHD_SHARE to the folder that holds it"
    raise ShareNotFoundError(f"no {name} found (searched: {searched}); {advice}")


def socket_path(state: Path) -> Path:
    """Where the command line finds the daemon whose state folder it is."""
    return state / "switchd.sock"
