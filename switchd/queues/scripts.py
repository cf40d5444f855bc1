"""The verbs as Lua files: read from the package, includes resolved, run by their hash.

A line `-- include _name.lua` is replaced by that file, once per script, wherever it is first met.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import redis
from gevent.hub import Waiter

from switchd.queues.facts import QueueUnavailable
from switchd.queues.keys import EntranceKeys, IndicatorKeys, Keys
from switchd.queues.line import Line, line_of

_INCLUDE = re.compile(r"-- include (_\w+\.lua)")


@cache
def _folder() -> Traversable:
    return files("switchd.queues") / "lua"


@cache
def _text(name: str) -> str:
    return (_folder() / name).read_text(encoding="utf-8")


def _lines(name: str, seen: set[str]) -> Iterable[str]:
    for line in _text(name).splitlines():
        include = _INCLUDE.fullmatch(line)
        if include is None:
            yield line
        elif include[1] not in seen:
            seen.add(include[1])
            yield from _lines(include[1], seen)


@cache
def source(verb: str) -> str:
    """The complete Lua text of a verb, the fence before it; raise FileNotFoundError if there is
    none."""
    seen: set[str] = set()
    return "\n".join([*_lines("_fence.lua", seen), *_lines(f"{verb}.lua", seen)])


@cache
def _digest(verb: str) -> str:
    return hashlib.sha1(source(verb).encode(), usedforsecurity=False).hexdigest()


def verbs() -> tuple[str, ...]:
    """Every verb that there is."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(
        sorted(
            name.removesuffix(".lua")
            for name in names
            if name.endswith(".lua") and not name.startswith("_")
        )
    )


def load_all(client: redis.Redis) -> None:
    """Read every verb and give it to Redis, in one round trip; raise QueueUnavailable.

    Verbs run without it too, but then each one's first run reads files and asks Redis twice, and
    a caller waits for that.
    """
    pipeline = client.pipeline(transaction=False)
    for verb in verbs():
        pipeline.script_load(source(verb))
    with _answering("prepare"):
        pipeline.execute()


_FENCED = "FENCED "
"""How `lua/_fence.lua` begins to refuse what comes of a former owner."""


class _answering:  # noqa: N801 - reads as a word in a with statement
    __slots__ = ("_fence", "_what")

    def __init__(self, what: str, fence: Fence | None = None) -> None:
        self._what = what
        self._fence = fence

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, redis.ResponseError) and str(error).startswith(_FENCED):
            if self._fence is not None:
                self._fence.on_shut_out()
            raise QueueUnavailable(f"{self._what}: {str(error).removeprefix(_FENCED)}") from error
        if isinstance(error, redis.RedisError):
            raise QueueUnavailable(
                f"{self._what}: Redis does not answer as it should: {error}"
            ) from error


class Fence:
    """Which daemon runs the verbs, once it has begun to work for its node."""

    def __init__(self, owner: str, place: str) -> None:
        self._words = f"{owner}\n{place}"
        self.text = ""
        """What each verb carries; see `lua/_fence.lua`."""
        self.on_shut_out: Callable[[], None] = lambda: None
        """Told when a verb was refused, since another daemon works for the node. Must not wait."""

    def rise(self) -> None:
        """From now on every verb says whose it is."""
        self.text = self._words


class Scripts:
    """Runs verbs on one Redis for one city."""

    def __init__(
        self,
        client: redis.Redis,
        keys: Keys | IndicatorKeys | EntranceKeys,
        fence: Fence | None = None,
    ) -> None:
        """Verbs behind a `fence` are refused (QueueUnavailable) and change nothing once the node
        has a daemon at another place."""
        self._client = client
        self._keys = (*keys.for_lua(), keys.places)
        self._fence = fence or Fence("", "")

    def run(self, verb: str, *arguments: str | int) -> Any:
        """Run `verb` atomically and return its reply; raise QueueUnavailable.

        A Redis that does not know the script (it restarted) is given the text; the verb has not
        run before that, so nothing happens twice.
        """
        with _answering(verb, self._fence):
            sent = line_of(self._client).send(*self._command(verb, arguments))
            return self._read(verb, arguments, sent)

    def run_each(self, verb: str, rows: Sequence[Sequence[str | int]]) -> list[Any]:
        """Run `verb` once for each row of arguments, in one round trip; raise QueueUnavailable.

        Each run is atomic, all of them together are not.
        """
        with _answering(verb, self._fence):
            line = line_of(self._client)
            sent = [line.send(*self._command(verb, row)) for row in rows]
            return [self._read(verb, row, one) for row, one in zip(rows, sent, strict=True)]

    def _read(self, verb: str, row: Sequence[str | int], sent: Waiter[Any]) -> Any:
        try:
            return Line.read(sent)
        except redis.exceptions.NoScriptError:
            return self._client.eval(source(verb), len(self._keys), *self._given(row))

    def _command(self, verb: str, row: Sequence[str | int]) -> tuple[str | int, ...]:
        return ("EVALSHA", _digest(verb), len(self._keys), *self._given(row))

    def _given(self, arguments: Sequence[str | int]) -> tuple[str | int, ...]:
        return (*self._keys, *arguments, self._fence.text)
