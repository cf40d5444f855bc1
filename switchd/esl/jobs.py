"""Commands in the background: which BACKGROUND_JOB ends which of ours.

A job is known for as long as somebody holds it. One that nobody waits for any more leaves nothing
behind, and its late result counts as unknown, as do the results of other clients' jobs, which
FreeSWITCH sends to everybody.
"""

from __future__ import annotations

import uuid
from typing import cast
from weakref import WeakValueDictionary

from gevent.event import AsyncResult

from .counters import Counters
from .errors import CommandTimeout, EslError, UnsafeArgument
from .events import BackgroundJob


class Job:
    """A command that runs in the background of FreeSWITCH."""

    __slots__ = ("__weakref__", "_result", "command", "id")

    def __init__(self, command: str, job: str) -> None:
        self.command = command
        self.id = job
        self._result: AsyncResult[str] = AsyncResult()

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._result.ready()

    def wait(self, timeout: float) -> str:
        """Return the command's answer, without the line end after it: `+OK …`, `-ERR …`.

        Raises `CommandTimeout` after `timeout` seconds, and `NotConnected` as soon as the
        connection has gone: nobody will tell how the job ended.
        """
        self._result.wait(timeout=timeout)
        if not self.done:
            raise CommandTimeout(f"{self.command}: not ended within {timeout:g} s")
        return cast(str, self._result.get())

    def _end(self, answer: str) -> None:
        self._result.set(answer)

    def _fail(self, error: Exception) -> None:
        self._result.set_exception(error)


class Jobs:
    """The jobs that somebody holds, by id."""

    def __init__(self, counters: Counters) -> None:
        self._held: WeakValueDictionary[str, Job] = WeakValueDictionary()
        self._counters = counters

    def __len__(self) -> int:
        return len(self._held)

    def start(self, command: str, job: str | None) -> Job:
        """Make a job before its command is sent: its result may overtake the reply.

        Raises `UnsafeArgument` if a job with this id is still held.
        """
        job = job or str(uuid.uuid4())
        if job in self._held:
            raise UnsafeArgument(f"job id {job!r} is in use")
        started = self._held[job] = Job(command, job)
        return started

    def settle(self, event: BackgroundJob) -> None:
        """End the job that the event is about."""
        job = self._held.get(event.job)
        if job is None:
            self._counters.unknown_jobs += 1
        elif job.done:
            self._counters.duplicate_jobs += 1
        else:
            job._end(event.body)

    def fail_all(self, error: EslError) -> None:
        """End every wait with `error`."""
        for job in list(self._held.values()):
            if not job.done:
                job._fail(error)
        self._held.clear()
