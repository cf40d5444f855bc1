"""A city's folder: every *.yaml in it is read, and their sections are put together.

How the sections are spread over files is the admin's choice; a section stands in one file only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from switchd.config.problems import Problem, Severity
from switchd.config.source import Mapping, Place, parse

MAX_BYTES = 10 * 1024 * 1024
"""Size of one file; a plan of 2,000 lines has about 200 kB."""


@dataclass(slots=True)
class Sources:
    """What the folder's files say together."""

    root: Mapping
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False
    """Whether a file could not be read at all, so that sections may be missing."""
    version: str = ""
    """Changes with any byte of any file: 12 hexadecimal digits."""
    files: dict[str, str] = field(default_factory=dict)
    """The text of each file that was read, by its name."""


def read_folder(folder: Path) -> Sources:
    """Read and merge the folder's *.yaml; hidden files are left alone. Never raises."""
    sources = Sources(Mapping(Place(str(folder), 0)))
    try:
        names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        return _failed(sources, Place(str(folder), 0), f"cannot be listed: {error.strerror}")
    files = [path for path in names if path.suffix == ".yaml"]
    if not files:
        what = "there is no *.yaml in this folder"
        return _failed(sources, Place(str(folder), 0), what, "Start from a copy of config/minimal")
    for path in names:
        if path.suffix == ".yml":
            _tell(sources, Place(str(path), 0), "", "is not read", "Rename it to .yaml", warn=True)
    digest = sha256()
    for path in files:
        content = _content(sources, path)
        if content is None:
            continue
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
        _merge(sources, path, content)
    sources.version = digest.hexdigest()[:12]
    return sources


def _content(sources: Sources, path: Path) -> bytes | None:
    """Read one file within the limit of size."""
    place = Place(str(path), 0)
    try:
        if not path.is_file():
            _failed(sources, place, "is no file", "Replace it by a file, or rename it")
            return None
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        _failed(sources, place, f"cannot be read: {error.strerror}")
        return None
    if len(content) > MAX_BYTES:
        what = f"is larger than {MAX_BYTES // 1024 // 1024} MB"
        _failed(sources, place, what, "Use ranges such as 1001-1015, or move the file away")
        return None
    return content


def _merge(sources: Sources, path: Path, content: bytes) -> None:
    """Add the sections of one file."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"the byte 0x{content[error.start]:02x} is no UTF-8"
        _failed(sources, Place(str(path), line), what, "Save the file as UTF-8, not GBK or UTF-16")
        return
    sources.files[path.name] = text
    root, problems = parse(text, str(path))
    sources.problems += problems
    if root is None:
        if problems:
            sources.broken = True
        else:
            what, instead = "has nothing in it", "Delete it, or write a section"
            _tell(sources, Place(str(path), 0), "", what, instead, warn=True)
        return
    for section, node in root.entries.items():
        here, first = root.keys[section], sources.root.keys.get(section)
        if first is not None:
            what = f"the section {section} stands also in {first.file}:{first.line}"
            _tell(sources, here, section, what, "Move both into one file")
            continue
        sources.root.entries[section] = node
        sources.root.keys[section] = here


def _failed(
    sources: Sources,
    place: Place,
    what: str,
    instead: str = "Check the name, and that switchd's user may read it",
) -> Sources:
    sources.broken = True
    _tell(sources, place, "", what, instead)
    return sources


def _tell(
    sources: Sources, place: Place, key: str, what: str, instead: str, *, warn: bool = False
) -> None:
    severity = Severity.WARNING if warn else Severity.ERROR
    sources.problems.append(Problem(place.file, place.line, key, what, instead, severity))
