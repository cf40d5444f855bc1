"""What the daemon and FreeSWITCH need from a city's YAML, with every default worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from switchd.config.addresses import Address, read_address
from switchd.config.api import Api
from switchd.config.draft import Draft
from switchd.config.meaning_lines import time_zone
from switchd.config.models import DEFAULT_ZONE
from switchd.config.nodes import NodeSettings, build_nodes
from switchd.config.server import FeatureCodes, FreeSwitch, Log


@dataclass(frozen=True, slots=True)
class Places:
    """Absolute folders of the city on this machine."""

    state: Path
    recordings: Path
    prompts: Path | None
    """The city's own recordings, or None."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """One city's machine; hand each part only its own section."""

    city: str
    """The same short name as in the plan."""
    freeswitch: FreeSwitch
    password_file: Path
    """Password of the event socket."""
    seat_passwords_file: Path
    """Passwords of the phones, the same at every node."""
    trunk_addresses: Mapping[str, tuple[str, ...]]
    """Trunk → networks from which its calls may come."""
    redis: str | None
    """URL, or None for a Redis that switchd starts itself."""
    redis_away_seconds: float
    """After so long without it FreeSWITCH serves who waits."""
    sql: str
    """URL for SQLAlchemy."""
    folders: Places
    zone: ZoneInfo
    """The city's time, in which commands show theirs."""
    log: Log
    metrics: tuple[str, int] | None
    """Where figures are shown, or None."""
    feature_codes: FeatureCodes
    nodes: Mapping[str, NodeSettings]
    """Every node of a city that has several FreeSWITCHes."""
    api: Api
    listen: Address | None
    """Where the HTTP interface listens; None: nowhere."""
    node: str = ""
    """The node that these settings are for; "": the city has but one FreeSWITCH."""

    def at(self, node: str) -> ServerSettings:
        """Give the settings as one of the nodes needs them."""
        own = self.nodes[node]
        return replace(
            self,
            node=node,
            freeswitch=own.freeswitch,
            password_file=own.password_file,
            folders=replace(self.folders, state=own.state, recordings=own.recordings),
            listen=own.listen or self.listen,
        )

    @property
    def peers(self) -> Mapping[str, FreeSwitch]:
        """The other nodes' FreeSWITCHes."""
        others = self.nodes.items() if self.node else ()
        return {name: other.freeswitch for name, other in others if name != self.node}


def build_settings(draft: Draft, city: str, folder: Path) -> ServerSettings:
    """Work the defaults out; relative folders are below the city's `folder`."""
    base = folder.resolve()
    state = base / (draft.folders.state or f"/var/lib/switchd/{city}")
    recordings = base / (draft.folders.recordings or state / "recordings")
    database = f"sqlite:///{state / 'records.sqlite3'}"
    postgresql = draft.storage.sql.replace("postgresql://", "postgresql+psycopg://", 1)
    return ServerSettings(
        city=city,
        freeswitch=draft.freeswitch,
        password_file=base
        / (draft.freeswitch.event_socket.password_file or state / "event-socket.password"),
        seat_passwords_file=state / "seat-passwords.json",
        trunk_addresses={name: trunk.addresses for name, trunk in draft.trunks.items()},
        redis=None if draft.storage.redis == "embedded" else draft.storage.redis,
        redis_away_seconds=float(draft.storage.redis_away_seconds),
        sql=postgresql or database,
        folders=Places(
            state=state,
            recordings=recordings,
            prompts=prompts_folder(draft, folder),
        ),
        zone=_zone(draft),
        log=draft.log,
        metrics=draft.metrics.address,
        feature_codes=draft.feature_codes,
        nodes=build_nodes(draft, base, state, recordings),
        api=draft.api,
        listen=read_address(draft.api.listen),
    )


def _zone(draft: Draft) -> ZoneInfo:
    written = time_zone(draft.city.time_zone) if draft.city else None
    return written or ZoneInfo(DEFAULT_ZONE)


def prompts_folder(draft: Draft, folder: Path) -> Path | None:
    """The city's own recordings, or None if it has none."""
    own = draft.folders.prompts
    return folder.resolve() / own if own else None
