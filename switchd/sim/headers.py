"""Which channel variables FreeSWITCH makes of the SIP headers of an arriving call."""

from __future__ import annotations

from collections.abc import Mapping


def variables(headers: Mapping[str, str]) -> dict[str, str]:
    """Give the variables for SIP headers; others than those named here leave none.

    Diversion keeps its sender's letter case in the variable's name (sofia.c); the names of the
    others do not depend on it.
    """
    made = {}
    for name, value in headers.items():
        match name.lower():
            case "diversion":
                made[f"sip_h_{name}"] = value
            case "history-info":
                made["sip_history_info"] = value
            case "p-asserted-identity":
                made["sip_P-Asserted-Identity"] = value
            case "privacy":
                made["sip_Privacy"] = value
    return made
