"""What a busy call asks of SQL, apart from the daemon: to be written, and to be known.

Two processes: who looks a caller up does not wait for those who write. Both start when they are
first asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from routing.outgoing import Callback
from routing.record import CallRecord
from routing.screenpop import Earlier
from routing.sessions import Change, Sitting
from switchd.records.apart import Apart
from switchd.records.callbacks import Callbacks
from switchd.records.clerk import Desks, serve
from switchd.records.earlier import EarlierCalls
from switchd.records.sessions import Reader, Sessions
from switchd.records.stem import Again, Stem
from switchd.records.store import Store

_CALLS, _SESSIONS, _EARLIER, _CALLBACKS = "calls", "sessions", "earlier", "callbacks"


def desks_at(url: str, city: str) -> Desks:
    """Who is asked in a process, by name."""
    return {
        _CALLS: lambda: Store(url),
        _SESSIONS: lambda: Sessions(url, city),
        _EARLIER: lambda: EarlierCalls(url, city),
        _CALLBACKS: lambda: Callbacks(url, city),
    }


class SqlDesks:
    """The database at `url`, as one city's calls need it. Ask it in greenlets, not in threads.

    What is raised are the records' errors.
    """

    def __init__(self, url: str, city: str, again: Again | None = None) -> None:
        """Forks this process, which must not have greenlets or threads yet; `again` is that of
        `Stem`."""
        self._stem = Stem(partial(serve, desks=desks_at(url, city)), again)
        writing, looking_up = Apart(self._stem.fork), Apart(self._stem.fork)
        self._processes = (writing, looking_up)
        self.calls = CallsApart(writing)
        self.sessions = SessionsApart(writing)
        self.earlier = EarlierApart(looking_up)
        self.callbacks = CallbacksApart(looking_up)

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.close()
        self._stem.close()


class CallsApart:
    """`Store`, as far as the writer needs it."""

    def __init__(self, apart: Apart) -> None:
        self._apart = apart

    def write(self, records: Sequence[CallRecord]) -> int:
        """Do `Store.write`."""
        return int(self._apart.ask(_CALLS, "write", records))

    def known(self, calls: Sequence[str]) -> list[str]:
        """Do `Store.known`."""
        found: list[str] = self._apart.ask(_CALLS, "known", calls)
        return found


class SessionsApart:
    """`Sessions`, as far as attendance needs them."""

    def __init__(self, apart: Apart) -> None:
        self._apart = apart

    def reader(self) -> Reader | None:
        """Do `Sessions.reader`."""
        found: Reader | None = self._apart.ask(_SESSIONS, "reader")
        return found

    def write(self, before: Reader, after: Reader, changes: Sequence[Change]) -> bool:
        """Do `Sessions.write`."""
        return bool(self._apart.ask(_SESSIONS, "write", before, after, changes))

    def mend(self, before: Reader | None, after: Reader, sitting: Sequence[Sitting]) -> bool:
        """Do `Sessions.mend`."""
        return bool(self._apart.ask(_SESSIONS, "mend", before, after, sitting))


class EarlierApart:
    """`EarlierCalls`."""

    def __init__(self, apart: Apart) -> None:
        self._apart = apart

    def of(self, number: str, since: float, most: int) -> Earlier:
        """Do `EarlierCalls.of`."""
        found: Earlier = self._apart.ask(_EARLIER, "of", number, since, most)
        return found


class CallbacksApart:
    """`Callbacks`, as far as a call and its end need them."""

    def __init__(self, apart: Apart) -> None:
        self._apart = apart

    def open_for(self, number: str) -> Callback | None:
        """Do `Callbacks.open_for`."""
        found: Callback | None = self._apart.ask(_CALLBACKS, "open_for", number)
        return found

    def count_open(self) -> int:
        """Do `Callbacks.count_open`."""
        return int(self._apart.ask(_CALLBACKS, "count_open"))
