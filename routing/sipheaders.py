"""Numbers in SIP headers that name people: Diversion, History-Info, P-Asserted-Identity.

A header is a list of entries, `"Name" <sip:12316@host;user=phone>;reason=unconditional, …`
(RFC 3261, 25.1); some senders leave the brackets or the scheme away. All of it is hostile:
whatever is no entry is skipped, and a header beyond the limits is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

LONGEST = 4096
"""Characters of a header; a longer one has no numbers."""
MOST = 32
"""Entries of a header; one with more has no numbers, since no call is forwarded so often."""
_SCHEMES = ("sip:", "sips:", "tel:")


def users(header: str) -> tuple[str, ...]:
    """Give what stands for the number in each entry, in the order of the header. Never raises."""
    if len(header) > LONGEST:
        return ()
    entries = tuple(islice(_entries(header), MOST + 1))
    if len(entries) > MOST:
        return ()
    return tuple(user for entry in entries if (user := _user(entry)))


def _entries(header: str) -> Iterator[str]:
    """Split at commas outside quotes and brackets, giving each entry's address alone."""
    quoted = escaped = False
    bare: list[str] = []
    address: list[str] | None = None
    inside = False
    for sign in header:
        if escaped:
            escaped = False
        elif quoted:
            escaped = sign == "\\"
            quoted = sign != '"'
        elif inside and address is not None:
            if sign == ">":
                inside = False
            else:
                address.append(sign)
        elif sign == '"':
            quoted = True
        elif sign == "<" and address is None:
            inside, address = True, []
        elif sign == ",":
            yield "".join(bare if address is None else address)
            bare, address = [], None
        else:
            bare.append(sign)
    if not quoted and not inside:
        yield "".join(bare if address is None else address)


def _user(address: str) -> str:
    """Give the user of a sip: address or the number of a tel: address, without parameters."""
    address = address.strip()
    scheme = next((one for one in _SCHEMES if address.lower().startswith(one)), "")
    rest = address[len(scheme) :]
    if scheme != "tel:":
        rest, at, _ = rest.partition("@")
        if not at:
            return ""
    user = rest.split(";", 1)[0].split("?", 1)[0]
    return unquote(user, errors="replace").strip()
