"""The stem: a process from which others are forked, as old as the daemon and never busy.

A daemon at work cannot be forked: the copy would have its loop, its greenlets, and the locks of
threads that it has not. Another interpreter would take a second to import what is needed. So a
copy is made at the start, when there is little but modules; it waits until it is handed a socket,
and forks a process that serves it. All of them end when the daemon does, however that comes about:
they read the end of their sockets. A stem that is killed is followed by one of another interpreter
after all (`again`).
"""

from __future__ import annotations

import _socket
import contextlib
import gc
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

import gevent
import gevent.socket
import structlog
from gevent._hub_local import set_hub
from gevent.hub import Hub
from gevent.monkey import get_original

from switchd.records.errors import StoreUnavailable

log = structlog.get_logger(__name__)

Serve = Callable[[socket.socket], None]
Again = Callable[[socket.socket, socket.socket], int]
"""Starts another stem on the second of two sockets, which is the other end of the first; returns
its process id. Raises OSError."""
CLOSE_SECONDS = 1.0
"""How long the stem's end is waited for, so that it leaves no zombie."""
_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that often go to a whole process group; the daemon needs these processes to its end."""

# As they are without gevent, which would need a loop for them.
_Socket: type[socket.socket] = get_original("socket", "socket")
_AFTER_THE_CALLS = 10
"""How much nicer than the daemon processes are that work on SQL: records can wait, calls cannot."""
_fork: Callable[[], int] = get_original("os", "fork")
_waitpid: Callable[[int, int], tuple[int, int]] = get_original("os", "waitpid")
_signal: Callable[[int, signal.Handlers], object] = get_original("signal", "signal")


class Stem:
    """Forks processes that run `serve` on a socket, which is without gevent.

    Make it before the daemon has greenlets, threads, or connections. When it has been killed,
    `again` makes another one.
    """

    def __init__(self, serve: Serve, again: Again | None = None) -> None:
        self._again = again
        self._control, theirs = _pair()
        self.pid = _fork()
        if not self.pid:
            _live(partial(stand, theirs, serve))
        theirs.close()
        self._control.setblocking(False)

    def fork(self) -> gevent.socket.socket:
        """Have a process forked and return the socket to it, without waiting for it.

        Where none can be made the socket is at its end. Raises StoreUnavailable if the stem is
        gone, or there is no room for a socket.
        """
        try:
            ours, theirs = _pair()
        except OSError as error:
            raise StoreUnavailable(f"no process to work on SQL: {error.strerror}") from error
        try:
            self._hand_over(theirs)
        except OSError as error:
            ours.close()
            raise StoreUnavailable(
                f"the process {self.pid}, from which those that work on SQL are started, is gone "
                f"({error.strerror}); restart switchd"
            ) from error
        finally:
            theirs.close()
        return gevent.socket.socket(fileno=ours.detach())

    def _hand_over(self, theirs: socket.socket) -> None:
        try:
            socket.send_fds(self._control, [b"."], [theirs.fileno()])
        except OSError:
            self._has_ended()
            if self._again is None:
                raise
            self._replace(self._again)
            socket.send_fds(self._control, [b"."], [theirs.fileno()])

    def _replace(self, again: Again) -> None:
        control, theirs = _pair()
        before = self.pid
        try:
            self.pid = again(control, theirs)
        except OSError:
            control.close()
            raise
        finally:
            theirs.close()
        self._control.close()
        self._control = control
        self._control.setblocking(False)
        log.warning("sql stem was gone, another one is started", gone=before, pid=self.pid)

    def close(self) -> None:
        """Let the stem end; what it has forked ends with its own socket."""
        self._control.close()
        until = time.monotonic() + CLOSE_SECONDS
        while not self._has_ended() and time.monotonic() < until:
            gevent.sleep(0.005)

    def _has_ended(self) -> bool:
        """Whether the stem has ended; it is no zombie then."""
        try:
            return _waitpid(self.pid, os.WNOHANG) != (0, 0)
        except ChildProcessError:  # gevent's loop has waited for it
            return True


def _pair() -> tuple[socket.socket, socket.socket]:
    one, other = _socket.socketpair()
    return _Socket(fileno=one.detach()), _Socket(fileno=other.detach())


def _live(life: Callable[[], None]) -> NoReturn:
    """Be a forked process, and never return to what its parent does."""
    try:
        life()
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(0)


def stand(control: socket.socket, serve: Serve) -> None:
    """Be the stem, until the daemon ends."""
    gc.freeze()  # what is the daemon's is never freed here: that might close its databases
    for number in _IGNORED:
        _signal(number, signal.SIG_IGN)
    _signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody has to wait for those who end
    _keep_only(control)
    _call_itself("switchd-stem")
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not descriptors:
            return
        theirs = _Socket(fileno=descriptors[0])
        pid = -1
        with contextlib.suppress(OSError):  # no room: the daemon sees the end of its socket
            pid = _fork()
        if not pid:
            control.close()
            _live(partial(_work, theirs, serve))
        theirs.close()


def _work(theirs: socket.socket, serve: Serve) -> None:
    """The life of a process that was forked from the stem."""
    _call_itself("switchd-sql")
    with contextlib.suppress(OSError):
        os.nice(_AFTER_THE_CALLS)
    # A database's driver may wait by gevent: it must not run what the daemon's loop has.
    set_hub(Hub(default=False))
    serve(theirs)


def _keep_only(kept: socket.socket) -> None:
    """Close what was inherited, but for stdin, stdout and stderr: locks, ports, databases."""
    number = kept.fileno()
    os.closerange(3, number)
    os.closerange(number + 1, os.sysconf("SC_OPEN_MAX"))


def _call_itself(name: str) -> None:
    """Take a name for `ps -o comm` and `top`."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)
