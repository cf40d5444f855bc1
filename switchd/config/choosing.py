"""Which of a city's nodes a command is about."""

from __future__ import annotations

from dataclasses import replace

from switchd.config.folder import read_folder
from switchd.config.load import Loaded
from switchd.config.problems import choose
from switchd.config.source import locate


class UnknownNode(Exception):
    """The city has no such node, or it was not said which; the text tells what to write."""


def choose_node(loaded: Loaded, name: str) -> Loaded:
    """Give the city as the node `name` sees it; "" will do for a city with at most one.

    Raises UnknownNode.
    """
    nodes = loaded.server.nodes
    if not name and len(nodes) < 2:
        name = next(iter(nodes), "")
    if not name and not nodes:
        return loaded
    if name in nodes:
        return replace(loaded, server=loaded.server.at(name))
    if not nodes:
        raise UnknownNode(
            f"{loaded.folder}: there is no section `nodes`, so there is no node {name!r}; leave "
            "--node (and SWITCHD_NODE) away, or write the city's nodes"
        )
    where = _place(loaded)
    if not name:
        raise UnknownNode(
            f"{where}: the city has the nodes {', '.join(nodes)}, and it was not said which one "
            f"is meant; write --node {next(iter(nodes))} (or set SWITCHD_NODE)"
        )
    raise UnknownNode(f"{where}: there is no node {name!r}. {choose(name, nodes)}")


def _place(loaded: Loaded) -> str:
    """Give file:line of the section."""
    found = locate(read_folder(loaded.folder).root, ("nodes",))
    return f"{found.file}:{found.line}:nodes"
