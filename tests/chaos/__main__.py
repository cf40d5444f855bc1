"""`python -m tests.chaos --faults 1000 --seed 1`: the long run. Stops at the first violation.

With --live on a real FreeSWITCH: FREESWITCH=/path/to/freeswitch, or freeswitch on the PATH.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import faults
from tests.chaos.city import City
from tests.chaos.real import RealSwitch
from tests.chaos.run import Run, Violation
from tests.chaos.switch import StandIn
from tests.live.house import reason_to_skip


def main() -> int:
    arguments = _arguments()
    if arguments.live and (reason := reason_to_skip()):
        sys.exit(f"no chaos on a real FreeSWITCH: {reason}")
    folder = Path(tempfile.mkdtemp(prefix="switchd-chaos-"))
    among = [
        fault
        for fault in (faults.ANYWHERE if arguments.live else faults.ALL)
        if arguments.only in fault.name and fault.name not in arguments.without
    ]
    city = City(arguments.seed, folder, RealSwitch if arguments.live else StandIn)
    run = Run(city, arguments.seed, among)
    say = sys.stdout.write
    say(f"seed {arguments.seed}, logs in {folder}\n")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leaves nothing behind, as Ctrl-C
    began, survived, keep = time.monotonic(), 0, True
    try:
        city.start()
        for seconds in run.faults(arguments.faults):
            survived += 1
            took = f"{time.monotonic() - began:6.0f} s  calm after {seconds:4.1f} s"
            calls = len(city.journal.calls)
            say(f"{survived:5}  {took}  {calls:6} calls  {run.befallen[-1]}\n")
            sys.stdout.flush()
        run.ends()
        keep = arguments.keep
    except Violation as violation:
        (folder / "violation.txt").write_text(f"{violation}\n")
        say(f"{violation}\n\n{survived} faults survived; logs and records are in {folder}\n")
        return 1
    except KeyboardInterrupt:
        say(f"stopped: {survived} faults survived, {len(city.journal.calls)} calls\n")
        return 130
    finally:
        city.close(keep=keep)
    say(f"{survived} faults survived, {len(city.journal.calls)} calls\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="which ones, and when")
    parser.add_argument("--live", action="store_true", help="on a real FreeSWITCH, with SIPp")
    parser.add_argument("--only", default="", help="those with this in their name")
    parser.add_argument("--without", action="append", default=[], help="not this one; repeatable")
    parser.add_argument("--keep", action="store_true", help="keep the folder in any case")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
