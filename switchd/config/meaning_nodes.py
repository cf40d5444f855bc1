"""Whether a city's nodes can work together: one queue, addresses that all know, nothing shared."""

from __future__ import annotations

from itertools import combinations

from switchd.config.draft import Draft
from switchd.config.nodes import freeswitch_of
from switchd.config.server import FreeSwitch
from switchd.config.source import Path

_PORTS = (
    ("event_socket", "port"),
    ("sip", "trunk_port"),
    ("sip", "seats_port"),
    ("sip", "peers_port"),
)


def check_nodes(draft: Draft) -> None:
    """Check what nodes need of each other; one node alone needs nothing."""
    if len(draft.nodes) < 2:
        return
    freeswitches = {
        name: freeswitch_of(draft.freeswitch, node) for name, node in draft.nodes.items()
    }
    _check_storage(draft, freeswitches)
    for name, freeswitch in freeswitches.items():
        if freeswitch.sip.address == "auto":
            what = "the other nodes cannot know which address `auto` is"
            path: Path = ("nodes", name, "sip", "address")
            draft.error(path, what, "Write the node's IP address, such as 10.20.0.11")
    for (one, first), (other, second) in combinations(freeswitches.items(), 2):
        if first.sip.address == second.sip.address != "auto":
            _check_one_machine(draft, (one, first), (other, second))


def _check_storage(draft: Draft, freeswitches: dict[str, FreeSwitch]) -> None:
    """All nodes use one Redis and one database."""
    if draft.storage.redis == "embedded":
        what = "the nodes share one queue, but each switchd would start a Redis of its own"
        instead = "Write the URL of a Redis server, such as redis://10.20.0.10:6379/0"
        draft.error(("storage", "redis"), what, instead)
    machines = {freeswitch.sip.address for freeswitch in freeswitches.values()}
    if not draft.storage.sql and len(machines) > 1:
        what = "each node would keep its records in a file of its own machine"
        instead = "Write a URL such as postgresql+psycopg://switchd@10.20.0.10/switchd"
        draft.warning(("storage", "sql"), what, instead)


def _check_one_machine(
    draft: Draft, first: tuple[str, FreeSwitch], second: tuple[str, FreeSwitch]
) -> None:
    """Two nodes on one machine have ports and folders of their own."""
    (one, its), (other, theirs) = first, second
    used = {getattr(getattr(its, section), key): f"{section}.{key}" for section, key in _PORTS}
    for section, key in _PORTS:
        port = getattr(getattr(theirs, section), key)
        if port in used:
            what = f"port {port} is used by nodes.{one}.{used[port]} at the same address"
            draft.error(("nodes", other, section, key), what, "Use another port")
    if its.rtp.first_port <= theirs.rtp.last_port and theirs.rtp.first_port <= its.rtp.last_port:
        what = f"the media ports overlap with those of nodes.{one} at the same address"
        instead = f"Use ports outside {its.rtp.first_port} to {its.rtp.last_port}"
        draft.error(("nodes", other, "rtp"), what, instead)
    mine, yours = draft.nodes[one].state, draft.nodes[other].state
    if mine and mine == yours:
        what = f"nodes.{one} has the same folder"
        draft.error(("nodes", other, "state"), what, "Use a folder of its own, or delete the key")
