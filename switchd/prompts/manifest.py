"""The manifest: which prompts there are, what they say, and where they are heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import model_validator as validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

FILE_NAME = "manifest.yaml"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class ManifestError(ValueError):
    """A manifest is wrong: each line of the message is `file:line: key: what, and what to do`."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prompt(_Strict):
    """One prompt in all its languages."""

    used_where: Text
    required: bool
    """Whether the hotline must have it; without an optional one something is left unsaid."""
    text: dict[Language, Text] = Field(min_length=1)
    """Per language, what is said."""
    spoken: dict[Language, Text] = {}
    """Per language, the text as a synthesised voice must be given it, where that differs."""

    tone: int | None = Field(default=None, ge=100, le=3400)
    """Hertz of a tone that is rendered instead of speech; the text says what it sounds like."""

    @validator(mode="after")
    def _spoken_in_its_languages(self) -> Prompt:
        strange = sorted(self.spoken.keys() - self.text.keys())
        if strange:
            raise ValueError(f"spoken has {', '.join(strange)}, which text has not: add the text")
        return self

    def to_speak(self, language: str) -> str:
        """What a synthesised voice is given. Raises KeyError if the prompt lacks the language."""
        return self.spoken.get(language) or self.text[language]


class Music(_Strict):
    """One piece of hold music: `music/<name>.wav`."""

    used_where: Text


class Manifest(_Strict):
    """All prompts of one folder, or of several merged."""

    prompts: dict[Name, Prompt] = {}
    music: dict[Name, Music] = {}

    def names(self, language: str, *, required_only: bool = False) -> tuple[str, ...]:
        """Names of the prompts that have a text in `language`, in the manifest's order."""
        return tuple(
            name
            for name, prompt in self.prompts.items()
            if language in prompt.text and (prompt.required or not required_only)
        )


def load_manifest(folder: Path) -> Manifest:
    """Read `folder/manifest.yaml`. Raises `ManifestError` with file, line and key."""
    file = folder / FILE_NAME
    try:
        document = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"{file}: {error.strerror}: a prompt folder needs one") from error
    except UnicodeDecodeError as error:
        raise ManifestError(f"{file}: is not UTF-8: save it as UTF-8") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ManifestError(f"{file}:{line}: {error.problem}") from error
    except YAMLError as error:
        raise ManifestError(f"{file}: {error}") from error
    if not isinstance(document, CommentedMap):
        raise ManifestError(f"{file}:1: must be a mapping with the key `prompts`")
    try:
        return Manifest.model_validate(document)
    except ValidationError as error:
        lines = (
            f"{file}:{_line(document, problem['loc'])}: {_key(problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ManifestError("\n".join(lines)) from error


def load_manifests(folders: Iterable[Path]) -> Manifest:
    """Merge the manifests of `folders`, the first winning; folders without one add nothing.

    A city's folder comes first and needs a manifest only for prompts that are its own.
    """
    prompts: dict[str, Prompt] = {}
    music: dict[str, Music] = {}
    for folder in folders:
        if (folder / FILE_NAME).exists():
            manifest = load_manifest(folder)
            prompts = {**manifest.prompts, **prompts}
            music = {**manifest.music, **music}
    return Manifest(prompts=prompts, music=music)


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part != "[key]")


def _line(document: Any, location: tuple[int | str, ...]) -> int:
    """Find the line (from 1) of the deepest key of `location` that the document has."""
    line, node = 1, document
    for part in location:
        if not isinstance(node, Mapping) or part not in node:
            break
        line = node.lc.key(part)[0] + 1 if isinstance(node, CommentedMap) else line
        node = node[part]
    return line
