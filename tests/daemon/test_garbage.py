"""When garbage is looked for."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import gevent
import pytest
from gevent.event import Event as Flag

from switchd.garbage import LOOKS_AT_ALL, PATIENCE, Collector


def until(condition: Callable[[], bool]) -> bool:
    with gevent.Timeout(10, False):
        while not condition():
            gevent.sleep(0.001)
    return condition()


class Looks(list[int]):
    """Remembers which generations were looked at."""

    def __init__(self) -> None:
        self.at_work = False
        self.while_at_work = 0

    def __call__(self, generation: int) -> None:
        self.append(generation)
        self.while_at_work += self.at_work


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def collector(looks: Looks) -> Iterator[Collector]:
    collector = Collector(seconds=0.002, collect=looks)
    collector.start()
    yield collector
    collector.stop()
    assert gc.isenabled()
    assert not gc.get_freeze_count()


class TestCollector:
    def test_python_looks_no_more_by_itself(self, collector: Collector) -> None:
        assert not gc.isenabled()

    def test_an_idle_loop_looks_for_garbage_again_and_again(
        self, collector: Collector, looks: Looks
    ) -> None:
        assert until(lambda: len(looks) >= 3)
        assert set(looks) == {1}

    def test_what_is_old_is_looked_at_seldom(self, collector: Collector, looks: Looks) -> None:
        assert until(lambda: len(looks) >= LOOKS_AT_ALL)
        assert [number for number, what in enumerate(looks, 1) if what == 2] == [LOOKS_AT_ALL]

    def test_a_busy_loop_is_waited_for_but_not_for_ever(
        self, collector: Collector, looks: Looks
    ) -> None:
        """A loop that always has something to do gets its look in between after a few tries."""
        over = Flag()

        def busy() -> None:
            if not over.is_set():
                gevent.get_hub().loop.run_callback(busy)

        gevent.get_hub().loop.run_callback(busy)
        looks.at_work = True
        assert until(lambda: looks.while_at_work >= PATIENCE)
        over.set()

    def test_it_finds_what_counting_references_does_not_free(self) -> None:
        class Cycle:
            gone = Flag()

            def __init__(self) -> None:
                self.itself = self

            def __del__(self) -> None:
                self.gone.set()

        collector = Collector(seconds=0.002)
        collector.start()
        try:
            Cycle()
            assert Cycle.gone.wait(5)
        finally:
            collector.stop()
