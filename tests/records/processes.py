"""Processes as an operator sees them in /proc."""

from __future__ import annotations

import contextlib
from pathlib import Path

import gevent


def below(pid: int, name: str = "") -> list[int]:
    """Processes that `pid` or its children have started, those of a name if one is given."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, _, rest = stat.read_text().rpartition(")")
            process, _, comm = number.partition(" (")
            state, parent = rest.split()[:2]
            if state != "Z":
                parents[int(process)] = (int(parent), comm)
    found = [pid]
    for known in found:
        found += [process for process, (parent, _) in parents.items() if parent == known]
    return [process for process in found[1:] if not name or parents[process][1] == name]


def is_there(pid: int) -> bool:
    """Whether a process lives; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(*pids: int, seconds: float = 30.0) -> None:
    with gevent.Timeout(seconds, AssertionError(f"{pids} are still there")):
        while any(is_there(pid) for pid in pids):
            gevent.sleep(0.01)
