"""A part of a benchmark in a process of its own: nothing that others have left weighs on it."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict

from bench.figures import Figure


def apart(part: Callable[..., list[Figure]], *arguments: float) -> list[Figure]:
    """Run a module's function there and return its figures; what it says on stderr is seen here.

    Raises `subprocess.CalledProcessError` if it fails.
    """
    command = [sys.executable, "-m", "bench.apart", part.__module__, part.__name__]
    ran = subprocess.run(
        [*command, json.dumps(arguments)], stdout=subprocess.PIPE, text=True, check=True
    )
    return [Figure(**figure) for figure in json.loads(ran.stdout)]


def _main() -> None:
    module, name, arguments = sys.argv[1:]
    part = getattr(importlib.import_module(module), name)
    json.dump([asdict(figure) for figure in part(*json.loads(arguments))], sys.stdout)


if __name__ == "__main__":
    _main()
