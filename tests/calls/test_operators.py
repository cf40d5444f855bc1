"""Supervisors at work: Redis for the moment, SQL for the audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from routing.callflow import events as on
from routing.plan import Plan, SkillGroup
from routing.seats import Agent, Seat
from routing.skills import Need
from switchd.api.ports import Refused, Unavailable
from switchd.operators import Operators, heed
from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.facts import Told, read_event
from switchd.queues.keys import Keys
from switchd.queues.waitlist import Waitlist
from switchd.records.audit import OperatorAction
from switchd.records.errors import StoreUnavailable
from switchd.seating import Seating
from tests.routing.build import NOW, plan

CALL = "5f0c9a52-1d3e-4f9e-9c55-0242ac120002"
OTHER = "5f0c0000-1d3e-4f9e-9c55-0242ac120002"


def city() -> Plan:
    groups = {
        "intake": SkillGroup("intake", "受理"),
        "english": SkillGroup("english", "英语", needs=Need.parse("intake & english>=3")),
    }
    seats = {"1001": Seat("1001", ("intake",))}
    return plan(groups=groups, seats=seats, agents={"A017": Agent("A017", "", {"english": 2})})


@dataclass
class Ledger:
    """Keeps actions, or cannot."""

    actions: list[OperatorAction] = field(default_factory=list)
    trouble: Exception | None = None

    def add(self, action: OperatorAction, /) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.actions.append(action)


class House:
    """Operators on a Redis of their own."""

    def __init__(self, redis_url: str) -> None:
        self.client = connect(redis_url)
        self.list = Waitlist(self.client, "pingdingshan", "daemon-1")
        self.ledger = Ledger()
        self.seating = Seating(self.list, lambda: NOW, lambda: ())
        self.operators = Operators(
            self.list,
            self.seating,
            self.ledger,
            plan=city,
            missing_prompts=lambda names: set(names) - {"goodbye", "technical_fault"},
            now=lambda: NOW,
        )

    def waits(self, *calls: str) -> House:
        for call in calls or (CALL,):
            self.list.enqueue(call, "intake", enqueued_at=NOW, ring_seconds=15, now=NOW)
        return self

    def signs_in(self) -> House:
        self.seating.arrange(city())
        self.list.phone("1001", True, NOW)
        self.list.sign_in("1001", "A017", NOW)
        self.seating.seated("1001", "A017")
        return self

    def told(self) -> list[Told]:
        entries = iter(lambda: self.client.lpop(Keys("pingdingshan").inbox + "daemon-1"), None)
        events = [read_event(str(entry)) for entry in entries]
        return [event for event in events if isinstance(event, Told)]


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedRedis(Path(tmp_path_factory.mktemp("redis"))) as running:
        yield running.url


@pytest.fixture
def house(redis_url: str) -> Iterator[House]:
    house = House(redis_url)
    house.client.flushall()
    yield house
    house.client.close()


class TestACaller:
    def test_is_found_by_the_beginning_of_the_call(self, house: House) -> None:
        done = house.waits().operators.rank(CALL[:4], 600, "8001", "孕妇")
        assert done["target"] == CALL
        assert house.told() == [Told(CALL, "rank", {"priority": 600, "who": "8001"})]

    def test_a_beginning_that_two_calls_share_is_not_enough(self, house: House) -> None:
        with pytest.raises(Refused, match="2 calls begin with 5f0c: write more"):
            house.waits(CALL, OTHER).operators.rank("5f0c", 600, "8001", "")

    @pytest.mark.parametrize(("written", "what"), [("5f", "too short"), ("dead", "no caller")])
    def test_somebody_who_does_not_wait_is_not_there(
        self, house: House, written: str, what: str
    ) -> None:
        with pytest.raises(Refused, match=what):
            house.waits().operators.move(written, "english", "8001", "")
        assert house.ledger.actions == []

    def test_a_group_that_is_mistyped_is_told_with_the_one_that_was_meant(
        self, house: House
    ) -> None:
        with pytest.raises(Refused, match=r"no group englsh; did you mean english\?"):
            house.waits().operators.move(CALL, "englsh", "8001", "")

    def test_a_prompt_without_recording_is_refused(self, house: House) -> None:
        with pytest.raises(Refused, match="no recording farewell"):
            house.waits().operators.remove(CALL, "farewell", "8001", "")

    def test_a_kept_place_is_ranked_and_moved_but_ended_elsewhere(self, house: House) -> None:
        operators = house.waits("callback:7").operators
        operators.rank("callback:7", 60, "8001", "")
        operators.move("callback:7", "english", "8001", "")
        (caller,) = house.list.snapshot(NOW).groups["english"].first
        assert caller.priority == 60
        with pytest.raises(Refused, match="switchd callbacks cancel 7"):
            operators.remove("callback:7", "", "8001", "")


class TestAGroup:
    def test_is_paused_with_a_notice_and_goes_on(self, house: House) -> None:
        house.waits()
        done = house.operators.pause("intake", "technical_fault", "8001", "演练")
        assert done["facts"] == {"prompt": "technical_fault", "waiting": 1}
        assert house.list.notice("intake") == "technical_fault"
        house.operators.resume("intake", "8001", "")
        assert house.list.notice("intake") is None
        assert [told.facts["prompt"] for told in house.told()] == ["technical_fault", ""]

    def test_what_is_not_paused_cannot_be_resumed(self, house: House) -> None:
        with pytest.raises(Refused, match="not paused"):
            house.operators.resume("intake", "8001", "")

    def test_a_group_that_is_not_there_is_told(self, house: House) -> None:
        with pytest.raises(Refused, match="no group market"):
            house.operators.pause("market", "", "8001", "")


class TestAnAgent:
    def test_a_skill_counts_at_once_and_goes_again(self, house: House) -> None:
        house.signs_in()
        done = house.operators.skills("A017", {"english": 5}, "8001", "外语")
        assert (done["seat"], done["brings"]) == ("1001", {"english": 5})
        assert done["serves"] == ["english", "intake"]
        undone = house.operators.skills("A017", {"english": None}, "8001", "")
        assert (undone["brings"], undone["serves"]) == ({"english": 2}, ["intake"])

    def test_a_skill_that_the_seat_gives_is_taken_away_as_well(self, house: House) -> None:
        done = house.signs_in().operators.skills("A017", {"intake": 0}, "8001", "")
        assert (done["brings"], done["serves"]) == ({"english": 2}, [])

    def test_somebody_unknown_and_a_skill_that_nobody_needs_are_refused(self, house: House) -> None:
        house.signs_in()
        with pytest.raises(Refused, match=r"no agent A071; did you mean A017\?"):
            house.operators.skills("A071", {"english": 5}, "8001", "")
        with pytest.raises(Refused, match="no skill german"):
            house.operators.skills("A017", {"german": 5}, "8001", "")


class TestTheAudit:
    def test_has_who_what_whom_and_why(self, house: House) -> None:
        house.waits().operators.move(CALL, "english", "8001", "外语")
        assert house.ledger.actions == [
            OperatorAction("pingdingshan", NOW, "8001", "move", CALL, {"group": "english"}, "外语")
        ]

    def test_has_every_verb(self, house: House) -> None:
        operators = house.waits().signs_in().waits(OTHER).operators
        operators.rank(CALL, 600, "8001", "")
        operators.remove(CALL, "goodbye", "8001", "")
        operators.pause("intake", "", "8001", "")
        operators.resume("intake", "8001", "")
        operators.skills("A017", {"english": 5}, "8001", "")
        assert [(one.verb, one.target) for one in house.ledger.actions] == [
            ("rank", CALL),
            ("remove", CALL),
            ("pause", "intake"),
            ("resume", "intake"),
            ("skill", "A017"),
        ]

    def test_what_was_done_but_not_written_down_is_said(self, house: House) -> None:
        house.ledger.trouble = StoreUnavailable("the disk is full")
        done = house.waits().operators.rank(CALL, 600, "8001", "")
        assert done["trouble"] == "done, but it could not be written down: the disk is full"

    def test_without_redis_nothing_is_done(self, tmp_path: Path) -> None:
        cut_off = House(f"unix://{tmp_path}/nothing.sock")
        with pytest.raises(Unavailable):
            cut_off.operators.pause("intake", "", "8001", "")
        assert cut_off.ledger.actions == []


class Desk:
    """Notes what calls are told."""

    def __init__(self) -> None:
        self.delivered: list[tuple[str, on.Event]] = []

    def deliver(self, leg: str, event: on.Event) -> bool:
        self.delivered.append((leg, event))
        return True


class TestHeed:
    @pytest.mark.parametrize(
        ("what", "facts", "event"),
        [
            ("rank", {"priority": 60, "who": "8001"}, on.Ranked(60, "8001")),
            ("move", {"group": "web", "who": "8001"}, on.Moved("web", "8001")),
            ("take_out", {"prompt": "goodbye", "who": "8001"}, on.TakenOut("goodbye", "8001")),
            ("notice", {"prompt": ""}, on.Noticed("")),
        ],
    )
    def test_each_word_becomes_an_event_of_its_call(
        self, what: str, facts: dict[str, object], event: on.Event
    ) -> None:
        desk = Desk()
        heed(Told("leg-a", what, facts), desk)  # type: ignore[arg-type]
        assert desk.delivered == [("leg-a", event)]

    def test_a_word_of_a_newer_daemon_is_passed_over(self) -> None:
        desk = Desk()
        heed(Told("leg-a", "sing", {}), desk)  # type: ignore[arg-type]
        assert desk.delivered == []
