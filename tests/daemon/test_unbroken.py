"""Work of the daemon that has to go on."""

from __future__ import annotations

from collections.abc import Iterator

from switchd.unbroken import AGAIN_SECONDS, unbroken


class TestUnbroken:
    def test_work_that_breaks_off_is_begun_again_until_it_ends_by_itself(self) -> None:
        defects: Iterator[Exception | None] = iter((KeyError("priority"), ValueError("x"), None))
        pauses: list[float] = []

        def work() -> None:
            if (defect := next(defects)) is not None:
                raise defect

        unbroken(work, pauses.append)
        assert pauses == [AGAIN_SECONDS, AGAIN_SECONDS]
        assert next(defects, "none left") == "none left"
