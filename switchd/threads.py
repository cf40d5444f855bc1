"""What blocks is done in a thread, so that the event loop goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import gevent

_Found = TypeVar("_Found")


def in_thread(question: Callable[[], _Found]) -> _Found:
    """Run `question` in the hub's threadpool and return, or raise, what it does.

    Good for what is asked seldom: a thread that computes, as SQLAlchemy does, keeps the loop from
    the interpreter. What every call asks of SQL goes to `switchd.records.desks`.
    """
    found: _Found = gevent.get_hub().threadpool.apply(question)
    return found
