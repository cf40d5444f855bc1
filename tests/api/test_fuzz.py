"""Requests that nobody thought of, made from the OpenAPI document: every answer is one that the
document allows, what is wrong is refused, what is right is done."""

from __future__ import annotations

import itertools

import schemathesis
from hypothesis import HealthCheck, settings

from switchd.api.app import build
from switchd.api.door import TokenDoor
from switchd.api.replies import MemoryReplies
from tests.api.house import FakeCredentials, FakeHouse
from tests.api.network import OFTEN

clock = itertools.count(0, 60)
"""A minute passes between two requests: nobody asks too often."""
TOKEN = {"Authorization": "Bearer shift"}


class EveryKeyIsNew(MemoryReplies):
    """Whoever makes requests by chance takes the same Idempotency-Key for different ones."""

    def begin(self, name: str, mark: str) -> None:
        return None


door = TokenDoor(FakeCredentials(), lambda: float(next(clock)), OFTEN)
app = build(FakeHouse(), door, replies=EveryKeyIsNew())
schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", app, headers=TOKEN)


@schema.exclude(path="/v1/events").parametrize()
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_documented(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=TOKEN)
