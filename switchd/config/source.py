"""YAML text as a tree in which every key knows its line.

Scalars stay the text that the admin wrote: 0375 keeps its zero, `on` is a word, and whoever
wants a number or a date reads it from the text. What could surprise or harm is refused: aliases
(the way to YAML bombs), tags, repeated keys, deep nesting, several documents in one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from switchd.config.problems import Problem

MAX_DEPTH = 20
"""Levels of nesting; a plan needs four."""
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1; 0 for the file as a whole."""

    file: str
    line: int


@dataclass(slots=True)
class Scalar:
    """One value as text, or None where nothing was written."""

    text: str | None
    place: Place


@dataclass(slots=True)
class Sequence:
    """A list."""

    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Keys with their values; `keys` has the place of each key."""

    place: Place
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping
Path = tuple[str | int, ...]


def plain(node: Node) -> Any:
    """Give the tree as dicts, lists, texts and None."""
    match node:
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Mapping(entries=entries):
            return {key: plain(value) for key, value in entries.items()}


def child(node: Node, step: str | int) -> Node | None:
    """Give what stands under one key or index, or None."""
    if isinstance(node, Mapping):
        return node.entries.get(str(step))
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


def locate(root: Mapping, path: Path) -> Place:
    """Give the line of the key at the end of `path`, or of its nearest ancestor that exists."""
    node: Node = root
    place = root.place
    for step in path:
        inner = child(node, step)
        if inner is None:
            break
        place = node.keys[str(step)] if isinstance(node, Mapping) else inner.place
        node = inner
    return place


def parse(text: str, file: str) -> tuple[Mapping | None, list[Problem]]:
    """Read one YAML document whose top level is a mapping.

    Returns the tree, or None if the text is empty or its syntax is broken, and every problem
    found on the way.
    """
    reader = _Reader(YAML(typ="safe", pure=True).parse(text), file)
    try:
        root = reader.document()
    except _TooDeepError as error:
        reader.problem(error.line, "", f"is nested deeper than {MAX_DEPTH} levels", "Flatten it")
        root = None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"the control character U+{ord(text[error.position]):04X} stands here"
        reader.problem(line, "", what, "Delete it; retype the line if it cannot be seen")
        root = None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reader.problem(mark.line + 1 if mark else 0, "", *_syntax(error, text))
        root = None
    if root is None or isinstance(root, Mapping):
        return root, reader.problems
    reader.problem(
        root.place.line,
        "",
        "the top level is no mapping of sections",
        "Begin with a section such as `lines:` and indent what belongs to it",
    )
    return None, reader.problems


def _syntax(error: MarkedYAMLError, text: str) -> tuple[str, str]:
    """Turn the parser's words into what is wrong and what to do."""
    said = str(error.problem or error.context)
    lines = text.splitlines()
    mark = error.problem_mark
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "the line is indented with a tab", "Indent with spaces, two for each level"
    context = f" {error.context}" if error.context and error.context != said else ""
    return (
        f"the YAML breaks here: {said}{context}",
        "Look in this line and above it for a missing colon, quote, bracket or indentation",
    )


class _TooDeepError(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


class _Reader:
    """Builds the tree from the parser's events; recursion is bounded by MAX_DEPTH."""

    def __init__(self, events: Iterator[Event], file: str) -> None:
        self._events = events
        self._file = file
        self.problems: list[Problem] = []

    def problem(self, line: int, key: str, what: str, instead: str) -> None:
        self.problems.append(Problem(self._file, line, key, what, instead))

    def document(self) -> Node | None:
        """Read the first document; a second one is a problem, an empty text is None."""
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    what = "a second document begins here and is not read"
                    self.problem(_line(event), "", what, "Delete the line `---`")
                    break
                root = self._node(next(self._events), ())
        return None if isinstance(root, Scalar) and root.text is None else root

    def _node(self, event: Event, keys: tuple[str, ...]) -> Node:
        line = _line(event)
        if len(keys) > MAX_DEPTH:
            raise _TooDeepError(line)
        self._refuse_decorations(event, keys)
        place = Place(self._file, line)
        if isinstance(event, MappingStartEvent):
            return self._mapping(Mapping(place), keys)
        if isinstance(event, SequenceStartEvent):
            sequence = Sequence(place)
            for item in self._until(SequenceEndEvent):
                sequence.items.append(self._node(item, (*keys, str(len(sequence.items)))))
            return sequence
        if isinstance(event, ScalarEvent):
            empty = event.style is None and event.value in NULLS
            return Scalar(None if empty else event.value, place)
        return Scalar("", place)

    def _mapping(self, mapping: Mapping, keys: tuple[str, ...]) -> Mapping:
        for event in self._until(MappingEndEvent):
            name = self._node(event, (*keys, "?"))
            line = _line(event)
            text = name.text if isinstance(name, Scalar) else None
            value = self._node(next(self._events), (*keys, text or "?"))
            dotted = ".".join((*keys, text or "?"))
            if text is None:
                what = "a key must be one plain word or number"
                self.problem(line, dotted, what, "Write `key: value`")
            elif text in mapping.keys:
                what = f"{text} stands here a second time, first in line {mapping.keys[text].line}"
                self.problem(line, dotted, what, "Keep one of the two")
            else:
                mapping.entries[text] = value
                mapping.keys[text] = Place(self._file, line)
        return mapping

    def _until(self, end: type[Event]) -> Iterator[Event]:
        while not isinstance(event := next(self._events), end):
            yield event

    def _refuse_decorations(self, event: Event, keys: tuple[str, ...]) -> None:
        """Refuse aliases, anchors and tags; they are nearly always unquoted text."""
        line, key = _line(event), ".".join(keys)
        if isinstance(event, AliasEvent):
            what = f"*{event.anchor} without quotes is a YAML alias, which a plan may not use"
            self.problem(line, key, what, f'Write "*{event.anchor}" in quotes if the text is meant')
            return
        if anchor := getattr(event, "anchor", None):
            what = f"&{anchor} is a YAML anchor, which a plan may not use"
            self.problem(line, key, what, "Delete it, or put the text in quotes")
        if tag := getattr(event, "tag", None):
            what = f"{tag} is a YAML tag, which a plan may not use"
            self.problem(line, key, what, "Delete it, or put the text in quotes")


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1
