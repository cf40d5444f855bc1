"""Finding a prompt's audio: the city's own recording first, then what comes with switchd."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class PromptMissingError(LookupError):
    """No folder has the prompt; the message says what was searched and what to do."""


class PromptLibrary:
    """The prompts of one city in one language.

    `folders` are prompt folders in order of preference, the city's own first. A prompt that no
    folder has in `language` is taken in `fallback_language`, if one is given. Files are looked up
    on every use, so that a new recording is heard from the next call on.
    """

    def __init__(
        self, folders: Sequence[Path], language: str, fallback_language: str | None = None
    ) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)
        languages = [language]
        if fallback_language and fallback_language != language:
            languages.append(fallback_language)
        self._languages = tuple(languages)
        self._places: dict[str, tuple[Path, ...]] = {}

    def path(self, name: str) -> Path:
        """Return the absolute path of a prompt's audio. Raises `PromptMissingError`.

        The right language goes before the city's own folder: a sequence of prompts should not
        change its language halfway.
        """
        candidates = self._candidates(name)
        for candidate in candidates:
            if os.path.isfile(candidate):
                return candidate
        searched = ", ".join(str(candidate) for candidate in candidates)
        raise PromptMissingError(
            f"no audio for the prompt {name!r} (searched: {searched or 'nowhere'}); "
            "record it in one of these places"
        )

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of `names` that `path` would not find, in their order, each once."""
        return tuple(
            name
            for name in dict.fromkeys(names)
            if not any(candidate.is_file() for candidate in self._candidates(name))
        )

    def _candidates(self, name: str) -> tuple[Path, ...]:
        """All places of a prompt, best first; none for what cannot be a prompt's name."""
        places = self._places.get(name)
        if places is None:
            if not _NAME.fullmatch(name):
                return ()
            places = self._places[name] = tuple(
                folder / language / f"{name}.wav"
                for language in self._languages
                for folder in self._folders
            )
        return places
