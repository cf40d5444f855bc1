"""Whether the HTTP interface may listen where it is told to."""

from __future__ import annotations

from switchd.config.addresses import read_address
from switchd.config.draft import Draft
from switchd.config.source import Path


def check_api(draft: Draft) -> None:
    """Check the addresses, and that nothing goes over a network in clear."""
    _check_address(draft, ("api", "listen"), draft.api.listen)
    for name, node in draft.nodes.items():
        _check_address(draft, ("nodes", name, "listen"), node.listen)
    if draft.api.streams > draft.api.connections:
        what = f"there are {draft.api.connections} connections for {draft.api.streams} streams"
        draft.error(("api", "streams"), what, "Write fewer streams, or more connections")


def _check_address(draft: Draft, path: Path, written: str) -> None:
    if not written:
        return
    address = read_address(written)
    if address is None:
        what = f"'{written}' is no IP address with a port"
        draft.error(path, what, "Write one such as 127.0.0.1:8345 or [::1]:8345")
    elif not address.is_local and not draft.api.behind_tls_proxy:
        draft.error(
            path,
            f"on {address.host} tokens and callers' numbers would go over the network in clear",
            "Listen on 127.0.0.1, with a proxy that speaks TLS on the same machine; or, with such "
            "a proxy on another machine, write behind_tls_proxy: yes in api",
        )
