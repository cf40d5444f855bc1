"""A machine with a systemd of its own, for tests of the unit: namespaces around this one's files.

It has its own processes, network, control groups and host name; what it writes goes to memory and
is gone with it. It needs root, a kernel that allows all that, and systemd's programs.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_SYSTEMD = Path("/lib/systemd/systemd")
_BOOT_SECONDS = 30

# What is mounted belongs to the first namespace and ends with it. The control groups need an end of
# their own: systemd works below a group of this machine, which is removed behind it.
_OUTER = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/up" "$1/work" "$1/root" "$1/groups"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root"
mount -t cgroup2 none "$1/groups"
group="$1/groups/switchd-test-$$"
mkdir "$group"
trap 'echo $$ > "$1/groups/cgroup.procs"; find "$group" -depth -type d -exec rmdir {} +' EXIT
echo $$ > "$group/cgroup.procs"
unshare --cgroup --pid --fork --kill-child --mount --net --uts --ipc sh -c "$2" inner "$@" &
trap 'kill -9 $!' TERM
wait $! || wait $! || true
"""

# A user namespace (PrivateUsers=) can be made where the root is the mount's own: no chroot.
_INNER = """
set -e
cd "$1/root"
site="$3"; source="$4"; python="$5"
rm -rf opt/switchd etc/switchd var/lib/switchd
mkdir -p opt/switchd-site opt/switchd-source opt/switchd-python
mount --bind "$site" opt/switchd-site
mount --bind "$source" opt/switchd-source
mount --bind "$python" opt/switchd-python
mount -t proc proc proc
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs dev
for device in null zero full random urandom tty; do
    touch dev/$device
    mount --bind /dev/$device dev/$device
done
mkdir dev/shm dev/pts
mount -t devpts devpts dev/pts -o newinstance,ptmxmode=0666
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
ip link set lo up 2>/dev/null || true
mkdir -p old_root
pivot_root . old_root
umount -l /old_root
exec env -i container=test "PATH=$6" "$7" --system --unit=basic.target
"""

_PROGRAM = """#!/opt/switchd/bin/python3
import sys
from switchd.__main__ import main
sys.exit(main())
"""


class NoMachineError(Exception):
    """There can be none here; the text says why."""


class Machine:
    """A booted systemd, with switchd's program in /opt/switchd."""

    def __init__(self, folder: Path) -> None:
        """Boot, below the empty `folder`. Raises `NoMachineError`."""
        if os.getuid() != 0:
            raise NoMachineError("a machine with a systemd of its own needs root")
        for program in ("unshare", "nsenter", "pivot_root", "systemctl", "ip"):
            if shutil.which(program, path=_PATH) is None:
                raise NoMachineError(f"{program} is not here")
        if not _SYSTEMD.exists():
            raise NoMachineError("systemd is not here (Debian and Ubuntu: apt install systemd)")
        source = Path(__file__).parents[2]
        site = sysconfig.get_path("purelib")
        self._first = 0
        self._said = folder.with_name(f"{folder.name}.log")
        with self._said.open("w") as said:
            self._unshare = subprocess.Popen(
                [
                    *("unshare", "--mount", "sh", "-c", _OUTER, "outer", str(folder), _INNER),
                    *(site, str(source), sys.base_prefix, _PATH, str(_SYSTEMD)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        try:
            self._wait_until_booted()
            self._put_the_program_there()
        except BaseException:
            self.close()
            raise

    def run(self, *command: str, check: bool = True) -> str:
        """What `command` says there, on both its channels; with `check` it has to succeed."""
        ran = subprocess.run(
            [
                *("nsenter", "--target", str(self._first), "--all", "--wd=/"),
                *("env", "-i", f"PATH={_PATH}", "LANG=C.UTF-8", *command),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        if check and ran.returncode:
            raise AssertionError(f"{' '.join(command)}: {ran.returncode}\n{ran.stdout}")
        return ran.stdout

    def write(self, path: str, text: str, mode: str = "0644") -> None:
        """Put a file there."""
        self.run("sh", "-c", 'printf %s "$1" > "$2" && chmod "$3" "$2"', "-", text, path, mode)

    def start(self, unit: str) -> None:
        """Start a unit, which has to be ready then."""
        self.run("systemctl", "start", unit, check=False)
        assert self.shows(unit, "ActiveState") == "active", self.log(unit)

    def log(self, unit: str) -> str:
        """What systemd and the unit have said."""
        return self.run("journalctl", "--no-pager", "-o", "cat", "-u", unit)

    def shows(self, unit: str, what: str) -> str:
        """One of a unit's properties, as `systemctl show` tells it."""
        return self.run("systemctl", "show", "--property", what, "--value", unit).strip()

    def waits_until(self, ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """Ask again and again; systemd itself tells nobody here."""
        ends = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > ends:
                raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
            time.sleep(0.05)

    def close(self) -> None:
        """End it and everything in it."""
        self._unshare.send_signal(signal.SIGTERM)
        try:
            self._unshare.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._unshare.kill()

    def _wait_until_booted(self) -> None:
        ends = time.monotonic() + _BOOT_SECONDS
        state = ""
        while state != "running":
            if self._unshare.poll() is not None or time.monotonic() > ends:
                said = self._said.read_text().strip().splitlines() or [f"systemd says {state!r}"]
                raise NoMachineError(f"no systemd of its own here: {said[-1]}")
            self._first = self._first_process()
            if self._first:
                state = self.run("systemctl", "is-system-running", check=False).strip()
            time.sleep(0.05)

    def _first_process(self) -> int:
        """Its systemd, by this machine's number; 0 while there is none."""
        pid = self._unshare.pid
        for _ in range(2):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if not children:
                return 0
            pid = int(children[-1])
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        return pid if name == "systemd" else 0

    def _put_the_program_there(self) -> None:
        """A virtual environment of a Python that a service can see, with what is installed here."""
        # A Python that was built with a shared library looks for it where it was built.
        self.write("/etc/ld.so.conf.d/00-switchd.conf", "/opt/switchd-python/lib\n")
        self.run("ldconfig")
        self.run("/opt/switchd-python/bin/python3", "-m", "venv", "--without-pip", "/opt/switchd")
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        self.write(
            f"/opt/switchd/lib/{version}/site-packages/switchd.pth",
            "/opt/switchd-site\n/opt/switchd-source\n",
        )
        self.write("/opt/switchd/bin/switchd", _PROGRAM, "0755")
