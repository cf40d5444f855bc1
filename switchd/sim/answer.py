"""The result of a command, now or later."""

from __future__ import annotations

from collections.abc import Callable


class Answer:
    """The result of a command that takes time."""

    def __init__(self) -> None:
        self._text: str | None = None
        self._waiting: list[Callable[[str], None]] = []

    def give(self, text: str) -> None:
        """Answer; the first one counts."""
        if self._text is None:
            self._text = text
            for callback in self._waiting:
                callback(text)

    def then(self, callback: Callable[[str], None]) -> None:
        """Call back with the answer, at once if there is one."""
        if self._text is None:
            self._waiting.append(callback)
        else:
            callback(self._text)


Result = str | Answer
