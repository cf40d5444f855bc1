"""The dead-man's switch: FreeSWITCH is never without a timer, and gives callers back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from routing.callflow import Call, State
from switchd.dead_man import (
    AGAIN_TIMER,
    ALIVE,
    FIRES_SECONDS,
    SCRIPT,
    TIMERS,
    WITHOUT_QUEUE,
    DeadMan,
)
from switchd.esl.errors import CommandFailed, NotConnected


class Switch:
    """A FreeSWITCH's timers, its global variable, and callers whom it has to itself."""

    def __init__(self) -> None:
        self.connected = True
        self.alive = "true"
        self.timers: dict[str, str] = {}
        self.left_alone: list[str] = []
        self.rings_there: list[str] = []
        """Those of them who ring a phone: they come back when it has rung out."""
        self.log: list[str] = []
        self.fewest: int | None = None
        """How few timers there were at any moment since the first."""
        self.refuses: Callable[[str], bool] = lambda command: False

    def variable(self, name: str) -> str | None:
        assert name == ALIVE
        return self.alive

    def api(self, name: str, args: str = "") -> str:
        command = f"{name} {args}"
        self.log.append(command)
        if self.refuses(command):
            raise CommandFailed(name, "-ERR no")
        match name, args.split():
            case "sched_api", [after, timer, *what]:
                self.timers[timer] = f"{after} {' '.join(what)}"
            case "sched_del", [timer]:
                self.timers.pop(timer, None)
            case "global_setvar", [assignment]:
                self.alive = assignment.partition("=")[2]
            case "lua", [_, "list"]:
                return "\n".join(["+OK", *self.left_alone])
            case "lua", [_, "back"]:
                self.left_alone = list(self.rings_there)
        if self.timers:
            here = sum(timer in self.timers for timer in TIMERS)
            self.fewest = here if self.fewest is None else min(self.fewest, here)
        return "+OK"


class Hotline:
    """A daemon's switch, and whom it was told to forget."""

    def __init__(self) -> None:
        self.switch = Switch()
        self.let_go: list[list[str]] = []
        self.dead_man = self.another()

    def another(self) -> DeadMan:
        return DeadMan(lambda: self.switch, self._let_go)

    def _let_go(self, legs: object) -> None:
        self.let_go.append(list(legs))  # type: ignore[call-overload]


@pytest.fixture
def hotline() -> Hotline:
    return Hotline()


class TestTheTimer:
    def test_fires_after_fifteen_seconds_unless_it_is_put_off(self, hotline: Hotline) -> None:
        hotline.dead_man.put_off()
        (timer,) = hotline.switch.timers.values()
        assert timer == f"+{FIRES_SECONDS} lua {SCRIPT}"

    def test_is_there_at_every_moment_and_only_once_afterwards(self, hotline: Hotline) -> None:
        for _ in range(5):
            hotline.dead_man.put_off()
            assert len(hotline.switch.timers) == 1
        assert hotline.switch.fewest == 1

    @pytest.mark.parametrize("left", TIMERS)
    def test_of_a_daemon_that_died_is_put_off_whichever_it_was(
        self, hotline: Hotline, left: str
    ) -> None:
        """It is about to fire: what is armed now must not be cut short by it."""
        hotline.switch.timers[left] = "+1 lua the-dead-daemons"
        hotline.dead_man.put_off()
        assert list(hotline.switch.timers.values()) == [f"+{FIRES_SECONDS} lua {SCRIPT}"]
        assert hotline.switch.fewest == 1

    def test_is_left_to_itself_without_a_connection(self, hotline: Hotline) -> None:
        hotline.switch.connected = False
        hotline.dead_man.put_off()
        assert hotline.switch.log == []

    def test_that_cannot_be_put_off_is_tried_again_at_the_next_beat(self, hotline: Hotline) -> None:
        hotline.switch.refuses = lambda command: True
        hotline.dead_man.put_off()
        assert hotline.switch.timers == {}
        hotline.switch.refuses = lambda command: False
        hotline.dead_man.put_off()
        assert len(hotline.switch.timers) == 1

    def test_is_not_touched_by_a_daemon_that_lost_its_right_to_command(
        self, hotline: Hotline
    ) -> None:
        def refused(command: str) -> bool:
            raise NotConnected("another may command this FreeSWITCH")

        hotline.dead_man.put_off()
        before = dict(hotline.switch.timers)
        hotline.switch.refuses = refused
        hotline.dead_man.put_off()
        assert hotline.switch.timers == before


class TestADaemonThatIsBack:
    @pytest.mark.parametrize("alive", ["false", ""])
    def test_says_that_calls_are_taken_and_stops_the_script(
        self, hotline: Hotline, alive: str
    ) -> None:
        """`false` after the timer has fired, nothing after a start of FreeSWITCH."""
        hotline.switch.alive = alive
        hotline.switch.timers[AGAIN_TIMER] = "+1 lua again"
        hotline.dead_man.put_off()
        assert hotline.switch.alive == "true"
        assert AGAIN_TIMER not in hotline.switch.timers

    def test_forgets_callers_before_they_come_back(self, hotline: Hotline) -> None:
        """Or else what was known of them would be worked on beside what they are now."""
        hotline.switch.alive = "false"
        hotline.switch.left_alone = ["leg-a", "leg-b"]
        order: list[str] = []
        hotline.switch.refuses = lambda command: bool(order.append(command))  # type: ignore[func-returns-value]
        dead_man = DeadMan(lambda: hotline.switch, lambda legs: order.append("let go"))
        dead_man.put_off()
        assert order.index("let go") < order.index(f"lua {SCRIPT} back")
        assert hotline.switch.left_alone == []

    def test_asks_again_until_nobody_is_left_there(self, hotline: Hotline) -> None:
        """Who rings a phone there stays until it has rung out."""
        hotline.switch.alive = "false"
        hotline.switch.left_alone = ["leg-a", "leg-b"]
        hotline.switch.rings_there = ["leg-b"]
        hotline.dead_man.put_off()
        assert hotline.switch.left_alone == ["leg-b"]
        assert hotline.dead_man.left_alone == 1
        hotline.switch.rings_there = []
        hotline.dead_man.put_off()
        hotline.dead_man.put_off()
        assert hotline.dead_man.left_alone == 0
        hotline.switch.log.clear()
        hotline.dead_man.put_off()
        assert f"lua {SCRIPT} list" not in hotline.switch.log
        assert hotline.let_go[0] == ["leg-a", "leg-b"]

    def test_notices_a_timer_that_fired_behind_its_back(self, hotline: Hotline) -> None:
        hotline.dead_man.put_off()
        hotline.switch.alive = "false"
        hotline.switch.left_alone = ["leg-a"]
        hotline.dead_man.put_off()
        assert hotline.switch.alive == "true"
        assert hotline.let_go == [["leg-a"]]


CALLER = Call(
    id="leg-a", arrived_at=1.0, queued_at=2.5, state=State.WAITING, group="intake", language="zh"
)


class TestADaemonWithoutAQueue:
    def test_leaves_callers_to_freeswitch_and_takes_them_back(self, hotline: Hotline) -> None:
        switch = hotline.switch
        hotline.dead_man.put_off()
        assert hotline.dead_man.has_waiting(to_itself=True)
        assert switch.alive == WITHOUT_QUEUE
        switch.left_alone = ["leg-a"]
        hotline.dead_man.put_off()
        assert switch.left_alone == ["leg-a"]
        assert hotline.dead_man.has_waiting(to_itself=False)
        assert (switch.alive, switch.left_alone) == ("true", [])

    def test_keeps_phones_of_its_calls_from_ringing_for_others(self, hotline: Hotline) -> None:
        """New ones too, so at each beat."""
        hotline.dead_man.has_waiting(to_itself=True)
        hotline.switch.log.clear()
        hotline.dead_man.put_off()
        assert hotline.switch.log[-1] == f"lua {SCRIPT} busy"

    def test_says_so_again_if_the_timer_has_fired_behind_its_back(self, hotline: Hotline) -> None:
        hotline.dead_man.has_waiting(to_itself=True)
        hotline.switch.alive = "false"
        hotline.dead_man.put_off()
        assert hotline.switch.alive == WITHOUT_QUEUE

    def test_tells_that_freeswitch_could_not_be_told(self, hotline: Hotline) -> None:
        hotline.dead_man.put_off()
        hotline.switch.connected = False
        assert not hotline.dead_man.has_waiting(to_itself=True)
        hotline.switch.connected = True
        assert hotline.dead_man.has_waiting(to_itself=True)

    def test_lets_go_of_a_caller_before_freeswitch_has_him(self, hotline: Hotline) -> None:
        """Or else both would play to him; and his record is safe before that."""
        log = hotline.switch.log
        hotline.dead_man.hand_over(CALLER, lambda: log.append("let go"))
        written, let_go, moved = log
        assert written.startswith("uuid_setvar_multi leg-a ")
        for fact in (
            "switchd_queued_at=2.500",
            "switchd_state=degraded",
            "switchd_group=intake",
            "api_hangup_hook=lua ended_alone.lua",
        ):
            assert fact in written
        assert (let_go, moved) == ("let go", "uuid_transfer leg-a degraded XML degraded")

    def test_does_not_let_go_of_one_who_is_gone(self, hotline: Hotline) -> None:
        hotline.switch.refuses = lambda command: command.startswith("uuid_setvar_multi")
        let_go: list[str] = []
        with pytest.raises(CommandFailed):
            hotline.dead_man.hand_over(CALLER, lambda: let_go.append("let go"))
        assert let_go == []
