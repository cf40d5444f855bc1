"""Who is registered, in the words of the SIP profile itself.

`show registrations` reads a table of the core that lags behind and keeps phones that are gone, so
`sofia xmlstatus profile NAME reg` is asked instead.
"""

from __future__ import annotations

from xml.etree import ElementTree

QUESTION = ("sofia", "xmlstatus profile seats reg")


def registered(answer: str, domain: str) -> frozenset[str]:
    """Return the users of `domain` in the profile's answer. Raises ValueError if it is none."""
    try:
        root = ElementTree.fromstring(answer.strip())  # noqa: S314 - FreeSWITCH's own answer
    except ElementTree.ParseError as error:
        raise ValueError(f"no list of registrations: {answer.strip()[:80]!r}") from error
    users = (each.text.partition("@") for each in root.iter("user") if each.text)
    return frozenset(user for user, _, of in users if of == domain)
