"""Processes that the demo starts: none of them outlives it, even if it is killed."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

STOP_SECONDS: Final = 10.0
_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    """Runs in the child before exec: one system call and nothing else, see prctl(2)."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def start(
    command: Sequence[str],
    output: Path,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program; what it says goes to the file `output`. Raises OSError.

    On Linux it ends with the thread that started it, so start it from the main thread. Ctrl-C on
    the terminal does not reach it.
    """
    with output.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - the programs are named by ourselves or the admin
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )


def end(process: subprocess.Popen[bytes], seconds: float = STOP_SECONDS) -> None:
    """End a program and wait for it; after `seconds` it is killed."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
