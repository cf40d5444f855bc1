"""What may stand in a city's YAML about the HTTP interface."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from switchd.config.models import Section
from switchd.config.server import Listen

Origin = Annotated[
    str, Field(pattern=r"^https?://([A-Za-z0-9.-]{1,255}|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?$")
]


class Rate(Section):
    """How often one token may ask."""

    per_second: float = Field(
        default=20.0, gt=0, le=10_000, description="Requests a second in the long run."
    )
    burst: int = Field(default=60, ge=1, le=100_000, description="Requests at once after a pause.")


class Api(Section):
    """The HTTP interface for softphones and other applications; see docs/integration.md."""

    listen: Listen = Field(
        default="",
        description="Address and port. Default: nowhere; commands use a Unix socket in any case.",
        examples=["127.0.0.1:8345"],
    )
    behind_tls_proxy: bool = Field(
        default=False,
        description="Whether a proxy in front of it speaks TLS with the clients. Without one only "
        "an address of this machine's own, such as 127.0.0.1, is allowed: tokens and callers' "
        "numbers would go over the network in clear. The proxy has to set X-Forwarded-For.",
    )
    origins: tuple[Origin, ...] = Field(
        default=(),
        description="Web pages whose scripts may use it (CORS), by scheme, host and port.",
        examples=["[https://desk.example.org]"],
    )
    rate: Rate = Field(default=Rate(), description="How often one token may ask.")
    connections: int = Field(
        default=1000, ge=10, le=100_000, description="Connections at once, from all clients."
    )
    streams: int = Field(
        default=600, ge=1, le=100_000, description="Of those, streams of events at once."
    )
    streams_per_token: int = Field(
        default=4, ge=1, le=100_000, description="Streams of events of one token at once."
    )
