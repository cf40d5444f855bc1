"""What may stand in a city's YAML about the machine: FreeSWITCH, storage, folders, log."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from switchd.config.models import Section

Port = Annotated[int, Field(ge=1, le=65535)]
FeatureCode = Annotated[str, Field(pattern=r"^[*#0-9]{2,6}$")]
Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]{1,255}$")]
Listen = Annotated[str, Field(pattern=r"^([0-9.]+:[0-9]{1,5}|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5})?$")]
"""Address and port; an IPv6 address in brackets."""
Folder = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$")]


class EventSocket(Section):
    """Where FreeSWITCH's event socket listens."""

    host: Host = Field(default="127.0.0.1", description="Address; keep it on loopback.")
    port: Port = Field(default=8021, description="TCP port.")
    password_file: Folder = Field(
        default="",
        min_length=0,
        description="File with the password. Default: event-socket.password in folders.state.",
    )


class Sip(Section):
    """The two SIP profiles, trunk and seats."""

    address: Host = Field(
        default="auto", description="IP address for SIP and RTP; auto takes the machine's."
    )
    trunk_port: Port = Field(default=5060, description="Port for the carrier's trunks.")
    seats_port: Port = Field(default=5070, description="Port for the seats' phones.")
    peers_port: Port = Field(
        default=5080, description="Port for the city's other nodes; not used without `nodes`."
    )


class Rtp(Section):
    """Media ports, UDP."""

    first_port: Port = Field(default=16384, description="First port.")
    last_port: Port = Field(default=32768, description="Last port; a leg needs two.")
    silent_seconds: int = Field(
        default=60,
        ge=0,
        le=3600,
        description="A seat's phone that sends no audio for so long has lost its power or its "
        "network: its leg ends. 0 for never, for phones that send nothing while nobody speaks.",
    )


class FreeSwitch(Section):
    """The FreeSWITCH that this city's calls run on."""

    event_socket: EventSocket = Field(
        default=EventSocket(), description="How switchd reaches FreeSWITCH."
    )
    sip: Sip = Field(default=Sip(), description="SIP ports.")
    rtp: Rtp = Field(default=Rtp(), description="Media ports.")
    max_sessions: int = Field(
        default=4000, ge=10, le=100_000, description="Legs at once; a talk has two."
    )
    sessions_per_second: int = Field(
        default=200, ge=1, le=10_000, description="New legs a second; more are refused."
    )


class Node(Section):
    """One of several FreeSWITCHes of a city, with a switchd of its own."""

    event_socket: EventSocket = Field(
        default=EventSocket(),
        description="What is left out here is as in freeswitch.event_socket.",
    )
    sip: Sip = Field(default=Sip(), description="What is left out here is as in freeswitch.sip.")
    rtp: Rtp = Field(default=Rtp(), description="What is left out here is as in freeswitch.rtp.")
    listen: Listen = Field(
        default="", description="Where this node's HTTP interface listens. Default: api.listen."
    )
    state: Folder = Field(
        default="",
        min_length=0,
        description="Spool and passwords of this node. Default: nodes/NAME in folders.state.",
    )
    recordings: Folder = Field(
        default="",
        min_length=0,
        description="Talks of callers who came to this node. Default: folders.recordings.",
    )


class Storage(Section):
    """Where calls are kept while they live and after they ended."""

    redis: str = Field(
        default="embedded",
        pattern=r"^(embedded|rediss?://\S+|redis\+sentinel://\S+|unix://\S+)$",
        description="embedded (switchd starts its own) or the URL of a Redis server; with "
        "redis+sentinel:// the Sentinels and the name by which they know it.",
        examples=[
            "redis://127.0.0.1:6379/0",
            "redis+sentinel://10.20.0.1:26379,10.20.0.2:26379,10.20.0.3:26379/switchd",
        ],
    )
    redis_away_seconds: int = Field(
        default=15,
        ge=2,
        le=3600,
        description="When Redis cannot be asked for so long, callers who wait are left to "
        "FreeSWITCH, which rings the registered phones in turn, until Redis is back.",
    )
    sql: str = Field(
        default="",
        pattern=r"^(|sqlite:///\S+|postgresql(\+psycopg)?://\S+)$",
        description="URL of the database. Default: the SQLite file records.sqlite3 in "
        "folders.state.",
        examples=["postgresql+psycopg://switchd@db/switchd"],
    )


class Folders(Section):
    """Folders on this machine; relative ones are below the city's folder."""

    state: Folder = Field(
        default="",
        min_length=0,
        description="Database, embedded Redis, spool, passwords. Default: /var/lib/switchd/CITY.",
    )
    recordings: Folder = Field(
        default="",
        min_length=0,
        description="Recorded talks. Default: recordings in folders.state.",
    )
    prompts: Folder = Field(
        default="",
        min_length=0,
        description="The city's own recordings; a file here replaces the prompt of its name. "
        "Default: none.",
    )


class Log(Section):
    """What switchd writes down about itself."""

    format: Literal["auto", "console", "json"] = Field(
        default="auto", description="auto: console on a terminal, JSON elsewhere."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe message that is written."
    )


class Metrics(Section):
    """Figures for Prometheus."""

    listen: str = Field(
        default="",
        pattern=r"^(|[A-Za-z0-9._-]{1,255}:[0-9]{1,5})$",
        description="Address and port of /metrics; empty for none. It shows no caller's data, but "
        "keep it inside the house.",
        examples=["127.0.0.1:9345"],
    )

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port, or None."""
        host, _, port = self.listen.rpartition(":")
        return (host, int(port)) if host else None


class FeatureCodes(Section):
    """What an agent dials on the seat's phone. Put them in quotes: * begins an alias in YAML."""

    sign_in: FeatureCode = Field(default="*10", description="Sign in (签入).")
    ready: FeatureCode = Field(default="*11", description="Ready (示闲).")
    not_ready: FeatureCode = Field(default="*12", description="Not ready (示忙).")
    sign_out: FeatureCode = Field(default="*13", description="Sign out (签出).")
    pick_up: FeatureCode = Field(
        default="*9",
        description="Pick up a parked caller (取回), who waits longest; with a seat's number "
        "behind it, whom that seat parked.",
    )
    supervisor: FeatureCode = Field(default="*0", description="Call a supervisor (呼叫班长).")
    follow_up_result: FeatureCode = Field(
        default="*15",
        description="Put in the result of the follow-up call (回访结果) that was tried last: its "
        "code, in digits, comes behind.",
    )
