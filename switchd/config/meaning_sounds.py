"""Whether the prompts and the hold music that are named exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from routing.admission import Instead
from routing.introduction import LINE_NAME, WAIT
from routing.lines import Exit, Otherwise
from switchd.config.draft import Draft
from switchd.config.lines import Line
from switchd.config.lookup import Lookup
from switchd.config.meaning_overflow import steps_of
from switchd.config.models import TRY_LATER
from switchd.config.problems import choose
from switchd.config.source import Path


@dataclass(frozen=True, slots=True)
class Known:
    """Names that the installation has; None means that they are not known and not checked."""

    prompts: frozenset[str] | None = None
    """Prompts of the manifest and of the city's own folder."""
    music: frozenset[str] | None = None
    """Streams of hold music that FreeSWITCH is configured with."""


def check_sounds(draft: Draft, lookup: Lookup, known: Known) -> None:
    """Check every name of a prompt or of hold music that callers may come to hear."""
    if known.prompts is not None:
        for path, prompt in _prompts(draft, lookup):
            if prompt not in known.prompts:
                draft.error(path, f"there is no prompt {prompt}", choose(prompt, known.prompts))
    if known.music is not None:
        for path, music in _music(draft):
            if music not in known.music:
                draft.error(path, f"there is no hold music {music}", choose(music, known.music))


def _prompts(draft: Draft, lookup: Lookup) -> Iterator[tuple[Path, str]]:
    for name, line in draft.lines.items():
        for key in _heard(draft, lookup, line):
            yield ("lines", name, key), getattr(line, key) or lookup.announcement_of(line)
    for name, menu in draft.menus.items():
        for index, prompt in enumerate(menu.prompts):
            yield ("menus", name, "prompts", index), prompt
    for section in ("lines", "groups"):
        for name, entry in getattr(draft, section).items():
            if entry.limits is not None and entry.limits.then is Instead.ANNOUNCE:
                yield (section, name, "limits", "announcement"), entry.limits.announcement
    if draft.has(("voicemail", "greeting")):
        for index, prompt in enumerate(draft.voicemail.greeting):
            yield ("voicemail", "greeting", index), prompt
    yield from _heard_waiting(draft)
    yield from _introduced(draft)
    if draft.callers.announcement is not None:
        yield ("callers", "announcement"), draft.callers.announcement


def _heard_waiting(draft: Draft) -> Iterator[tuple[Path, str]]:
    waiting = draft.waiting
    if waiting.comfort_every_seconds > 0:
        for index, prompt in enumerate(waiting.comfort_prompts):
            yield ("waiting", "comfort_prompts", index), prompt
    if draft.has(("waiting", "callback_prompt")):
        yield ("waiting", "callback_prompt"), waiting.callback_prompt
    for section in ("lines", "groups"):
        for name, owner in getattr(draft, section).items():
            for path, step in steps_of(draft, (section, name), owner.overflow):
                if step.then is Exit.ANNOUNCE:
                    yield (*path, "announcement"), step.announcement or TRY_LATER
    if draft.has(("voicemail", "greeting")):
        for index, prompt in enumerate(draft.voicemail.greeting):
            yield ("voicemail", "greeting", index), prompt


def _introduced(draft: Draft) -> Iterator[tuple[Path, str]]:
    """Give what seats hear of their callers, and callers of agents."""
    owners: list[tuple[Path, tuple[str, ...] | None]] = [
        (("introduction",), draft.introduction.whisper),
        *((("groups", name), group.whisper) for name, group in draft.groups.items()),
        *((("lines", name), line.whisper) for name, line in draft.lines.items()),
    ]
    for path, whisper in owners:
        for index, part in enumerate(whisper or ()):
            if part not in (LINE_NAME, WAIT):
                yield (*path, "whisper", index), part
    for name, line in draft.lines.items():
        if line.whisper_prompt is not None:
            yield ("lines", name, "whisper_prompt"), line.whisper_prompt
    for number, agent in draft.agents.items():
        if agent.announcement is not None:
            yield ("agents", number, "announcement"), agent.announcement


def _heard(draft: Draft, lookup: Lookup, line: Line) -> Iterator[str]:
    """Give the keys of the line whose prompts callers may hear."""
    yield "greeting"
    if line.merged_on is not None:
        yield "announcement"
    group = draft.groups.get(lookup.group_of(line) or "")
    if (line.open is not None and lookup.closes(line)) or (group and group.open is not None):
        yield "closed_prompt"
    if lookup.passes_on(line) and line.otherwise is Otherwise.ANNOUNCE:
        yield "failed_prompt"


def _music(draft: Draft) -> Iterator[tuple[Path, str]]:
    if draft.city is not None:
        yield ("city", "music"), draft.city.music
    for name, line in draft.lines.items():
        if line.music is not None:
            yield ("lines", name, "music"), line.music
