"""What stands while a with statement lasts."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Standing:
    """Started at the beginning, closed at the end: at a start that fails, too."""

    def start(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
