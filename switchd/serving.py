"""The HTTP interface of one daemon: on its Unix socket, and over TCP where the city wants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from switchd.api.app import build
from switchd.api.door import LocalDoor, TokenDoor
from switchd.api.ports import Credentials, House
from switchd.api.rates import Rate
from switchd.api.replies import Replies
from switchd.api.server import Interface, Server, TcpServer
from switchd.api.streams import Streams
from switchd.config import ServerSettings


def serve(
    house: House,
    path: Path,
    settings: ServerSettings,
    credentials: Credentials,
    replies: Replies,
    now: Callable[[], float],
) -> Interface:
    """Give what serves the house; nothing is answered before it is started. Raises
    `SocketInUse`."""
    local = Server(path, build(house, LocalDoor(), replies=replies))
    if settings.listen is None:
        return Interface(local, None)
    api = settings.api
    door = TokenDoor(
        credentials,
        now,
        Rate(api.rate.per_second, api.rate.burst),
        behind_proxy=api.behind_tls_proxy,
    )
    app = build(
        house,
        door,
        origins=api.origins,
        replies=replies,
        streams=Streams(api.streams, api.streams_per_token),
    )
    where = settings.listen
    return Interface(local, TcpServer(where.host, where.port, app, api.connections))
