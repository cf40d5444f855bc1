"""From text to sections: each section, line, group and seat is read on its own.

One that is wrong is reported and left out, so that the others are still checked for meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from switchd.config.admission import Admission
from switchd.config.api import Api
from switchd.config.calendars import Calendar, Holidays, Shift
from switchd.config.callbacks import Callbacks, Voicemail
from switchd.config.callers import Callers
from switchd.config.control import Control, Dialling, Expert
from switchd.config.document import Document
from switchd.config.explain import explain, key_path
from switchd.config.follow_ups import FollowUps
from switchd.config.introduction import Introduction
from switchd.config.lines import Line
from switchd.config.menus import EmergencyTarget, Menu
from switchd.config.models import Agent, City, Group, Seat, Survey, Trunk, Waiting
from switchd.config.problems import Problem, Severity, choose
from switchd.config.server import FeatureCodes, Folders, FreeSwitch, Log, Metrics, Storage
from switchd.config.server import Node as ServerNode
from switchd.config.signing_in import SignIn
from switchd.config.source import Mapping, Node, Path, Scalar, child, locate, plain


@dataclass(slots=True)
class Draft:
    """The sections that could be read, and what was wrong with the others."""

    root: Mapping
    problems: list[Problem] = field(default_factory=list)
    city: City | None = None
    lines: dict[str, Line] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    sign_in: SignIn = field(default_factory=SignIn)
    trunks: dict[str, Trunk] = field(default_factory=lambda: {"trunk": Trunk()})
    menus: dict[str, Menu] = field(default_factory=dict)
    emergency: dict[str, EmergencyTarget] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    holidays: Holidays = field(default_factory=Holidays)
    shifts: dict[str, Shift] = field(default_factory=dict)
    waiting: Waiting = field(default_factory=Waiting)
    introduction: Introduction = field(default_factory=Introduction)
    survey: Survey = field(default_factory=Survey)
    callers: Callers = field(default_factory=Callers)
    admission: Admission = field(default_factory=Admission)
    callbacks: Callbacks = field(default_factory=Callbacks)
    follow_ups: FollowUps = field(default_factory=FollowUps)
    voicemail: Voicemail = field(default_factory=Voicemail)
    control: Control = field(default_factory=Control)
    experts: dict[str, Expert] = field(default_factory=dict)
    dialling: Dialling = field(default_factory=Dialling)
    freeswitch: FreeSwitch = field(default_factory=FreeSwitch)
    nodes: dict[str, ServerNode] = field(default_factory=dict)
    storage: Storage = field(default_factory=Storage)
    folders: Folders = field(default_factory=Folders)
    log: Log = field(default_factory=Log)
    metrics: Metrics = field(default_factory=Metrics)
    feature_codes: FeatureCodes = field(default_factory=FeatureCodes)
    api: Api = field(default_factory=Api)

    def error(self, path: Path, what: str, instead: str) -> None:
        """Report an error at the key `path`."""
        self._tell(path, what, instead, Severity.ERROR)

    def warning(self, path: Path, what: str, instead: str) -> None:
        """Report something worth knowing at the key `path`."""
        self._tell(path, what, instead, Severity.WARNING)

    def written(self, section: str) -> list[str]:
        """Give the names in a section as they are written, wrong entries included."""
        node = self.root.entries.get(section)
        return list(node.entries) if isinstance(node, Mapping) else []

    def has(self, path: Path) -> bool:
        """Tell whether the key is written, so that its value is not a default."""
        return self._node(path) is not None

    def text(self, path: Path) -> str | None:
        """Give one value as it is written, whether right or wrong."""
        node = self._node(path)
        return node.text if isinstance(node, Scalar) else None

    def place(self, path: Path) -> str:
        """Give file:line of a key, for pointing at it from another problem."""
        where = locate(self.root, path)
        return f"{where.file}:{where.line}"

    def _node(self, path: Path) -> Node | None:
        node: Node | None = self.root
        for step in path:
            node = child(node, step) if node is not None else None
        return node

    def _tell(self, path: Path, what: str, instead: str, severity: Severity) -> None:
        where = locate(self.root, path)
        key = ".".join(str(step) for step in path)
        self.problems.append(Problem(where.file, where.line, key, what, instead, severity))


def read_sections(root: Mapping) -> Draft:
    """Validate the form of every section of the merged folder."""
    draft = Draft(root)
    known = Document.model_fields
    for name in root.entries:
        if name not in known:
            draft.error((name,), f"there is no section {name}", choose(name, known))
    for name, info in known.items():
        if name not in root.entries:
            if info.is_required():
                draft.error((name,), f"the section {name} is missing", f"Write `{name}:`")
            continue
        if get_origin(info.annotation) is dict:
            _read_entries(draft, name, *get_args(info.annotation))
        else:
            _read_section(draft, name, info.annotation)
    return draft


def _read_section(draft: Draft, name: str, owner: Any) -> None:
    section = _validated(draft, (name,), owner, TypeAdapter(owner), plain(draft.root.entries[name]))
    if section is not None:
        setattr(draft, name, section)


def _read_entries(draft: Draft, name: str, key_owner: Any, owner: Any) -> None:
    """Read a section whose keys are names: lines, groups, seats, trunks, …"""
    node = draft.root.entries[name]
    if not isinstance(node, Mapping) or not node.entries:
        empty = isinstance(node, Mapping) or (isinstance(node, Scalar) and node.text is None)
        what = "the section is empty" if empty else "the section has no names with their settings"
        draft.error((name,), what, "Write `name:` indented below it, and what belongs to it below")
        return
    names, reader = TypeAdapter(key_owner), TypeAdapter(owner)
    entries = {}
    for key, value in node.entries.items():
        named = _validated(draft, (name, key), key_owner, names, key)
        entry = _validated(draft, (name, key), owner, reader, plain(value))
        if named is not None and entry is not None:
            entries[key] = entry
    setattr(draft, name, entries)


def _validated(draft: Draft, path: Path, owner: Any, reader: TypeAdapter[Any], value: Any) -> Any:
    """Give `value`, which stands at `path`, as its type, or None after reporting what is wrong."""
    try:
        return reader.validate_python(value)
    except ValidationError as error:
        for finding in error.errors(include_url=False):
            draft.error((*path, *key_path(finding)), *explain(finding, owner))
        return None
