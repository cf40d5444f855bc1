"""`python -m switchd.reader`: reads a city's folder in a process of its own.

A pickled question comes on stdin, a pickled `Reading` goes out on stdout (see `reloading`).
"""

from __future__ import annotations

import pickle
import sys

from switchd.city import read_again


def main() -> None:
    """Answer one question."""
    folder, in_force, now = pickle.load(sys.stdin.buffer)  # noqa: S301 - switchd itself asks
    pickle.dump(read_again(folder, in_force, now), sys.stdout.buffer)


if __name__ == "__main__":
    main()
