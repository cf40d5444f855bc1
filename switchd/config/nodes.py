"""A city's nodes, worked out: what each one writes, and the rest from the city's own sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from switchd.config.addresses import Address, read_address
from switchd.config.draft import Draft
from switchd.config.models import Section
from switchd.config.server import FreeSwitch, Node

_Part = TypeVar("_Part", bound=Section)


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """One FreeSWITCH of the city and the folders of its switchd; paths are absolute."""

    freeswitch: FreeSwitch
    password_file: Path
    state: Path
    recordings: Path
    listen: Address | None
    """Where its HTTP interface listens; None: as the city says."""


def freeswitch_of(city: FreeSwitch, node: Node) -> FreeSwitch:
    """Give the FreeSWITCH of a node."""
    return city.model_copy(
        update={
            "event_socket": _over(city.event_socket, node.event_socket),
            "sip": _over(city.sip, node.sip),
            "rtp": _over(city.rtp, node.rtp),
        }
    )


def _over(city: _Part, node: _Part) -> _Part:
    written = {name: getattr(node, name) for name in node.model_fields_set}
    return city.model_copy(update=written)


def state_of(city_state: Path, name: str, node: Node, base: Path) -> Path:
    """Give a node's folder; a relative one is below `base`, the city's."""
    return base / node.state if node.state else city_state / "nodes" / name


def build_nodes(
    draft: Draft, base: Path, state: Path, recordings: Path
) -> Mapping[str, NodeSettings]:
    """Work the nodes out; `base` is the city's folder, `state` and `recordings` are the city's."""
    found = {}
    for name, node in draft.nodes.items():
        own = state_of(state, name, node, base)
        found[name] = NodeSettings(
            freeswitch=freeswitch_of(draft.freeswitch, node),
            password_file=base / (node.event_socket.password_file or own / "event-socket.password"),
            state=own,
            recordings=base / node.recordings if node.recordings else recordings,
            listen=read_address(node.listen),
        )
    return found
