"""A phone that comes or goes costs the same in a small hall and in a large one.

Phones register again every few minutes, all of them: what each costs is multiplied by their number
already. Redis' own count of commands is compared, which no other work on the machine disturbs.
"""

from __future__ import annotations

from typing import Any

import pytest
import redis

from tests.queues.hall import Hall

SMALL, LARGE = 40, 400
WHOLE_LISTS = {"keys", "scan", "sscan", "hkeys", "hvals", "hscan", "zscan", "sort"}
"""Commands that look at all there is. SMEMBERS is none: it tells the slopes of lines."""


def a_hall(client: redis.Redis, size: int) -> Hall:
    """So many seats that talk, as many callers that wait, and one seat without a phone."""
    client.flushall()
    hall = Hall(client)
    for number in range(size):
        hall.seat(f"{2000 + number}")
        hall.talk(f"{2000 + number}", f"talk-{number}")
    for number in range(size):
        hall.call(f"call-{number}")
        hall.after(0.01)
    hall.seat("1001", "market")
    hall.list.phone("1001", False, hall.now)
    hall.define("1002", "hotline")
    hall.list.sign_in("1002", "agent-1002", hall.now)
    hall.list.ready("1002", hall.now)
    return hall


def commands(client: redis.Redis) -> dict[str, int]:
    """How often Redis has run each command since the last look, those within scripts included."""
    stats: dict[str, Any] = client.info("commandstats")  # type: ignore[assignment]
    client.config_resetstat()
    counts = {name.removeprefix("cmdstat_"): row["calls"] for name, row in stats.items()}
    return {
        name: calls for name, calls in counts.items() if name not in ("info", "config|resetstat")
    }


def cost(client: redis.Redis, size: int, what: str) -> dict[str, int]:
    hall = a_hall(client, size)
    if what == "leaves":
        hall.list.phone("1001", True, hall.now)
    commands(client)
    match what:
        case "comes and nobody waits for the seat":
            hall.list.phone("1001", True, hall.now)
        case "comes and the next caller is matched":
            hall.list.phone("1002", True, hall.now)
            assert [offer.call for offer in hall.offers()] == ["call-0"]
        case "leaves":
            hall.list.phone("1001", False, hall.now)
        case "registers again":
            hall.list.phone("2000", True, hall.now)
    return commands(client)


@pytest.mark.parametrize(
    "what",
    [
        "comes and nobody waits for the seat",
        "comes and the next caller is matched",
        "leaves",
        "registers again",
    ],
)
class TestAPhone:
    def test_costs_the_same_however_many_phones_and_callers_there_are(
        self, client: redis.Redis, what: str
    ) -> None:
        small, large = cost(client, SMALL, what), cost(client, LARGE, what)
        assert small == large
        assert small["evalsha"] == 1
        assert not WHOLE_LISTS & set(small)
