"""`switchd install`: what it writes, that it may be run again, what systemd says of the unit."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from switchd import installing
from switchd.city import known_names
from switchd.config import check
from switchd.installing import UNIT, InstallError, differences, install, unseen
from switchd.places import share

PROGRAM = "/usr/local/bin/switchd"


def never(command: Sequence[str]) -> None:
    raise AssertionError(f"ran {command}")


def installed(root: Path) -> list[str]:
    return list(install(root, "mycity", PROGRAM, never))


class TestInstalling:
    def test_puts_the_unit_there_with_the_program_that_is_to_run(self, tmp_path: Path) -> None:
        installed(tmp_path)
        unit = (tmp_path / UNIT).read_text()
        assert f"ExecStart={PROGRAM} run -c /etc/switchd/%i" in unit

    def test_begins_a_city_that_can_be_checked(self, tmp_path: Path) -> None:
        steps = installed(tmp_path)
        folder = tmp_path / "etc" / "switchd" / "mycity"
        assert not check(folder, known_names)
        assert any(f"check {folder}" in step for step in steps)

    def test_a_second_time_changes_nothing_and_says_so(self, tmp_path: Path) -> None:
        installed(tmp_path)
        folder = tmp_path / "etc" / "switchd" / "mycity"
        (folder / "city.yaml").write_text("mine")
        steps = installed(tmp_path)
        assert (folder / "city.yaml").read_text() == "mine"
        assert sum("as it should be" in step for step in steps) == 3
        assert any("not touched" in step for step in steps)

    def test_a_unit_of_another_version_is_replaced(self, tmp_path: Path) -> None:
        installed(tmp_path)
        (tmp_path / UNIT).write_text("[Unit]\n")
        assert [what for what, _ in differences(tmp_path, PROGRAM) if UNIT in what]
        installed(tmp_path)
        assert not [what for what, _ in differences(tmp_path, PROGRAM) if UNIT in what]

    def test_the_doctor_names_what_is_missing(self, tmp_path: Path) -> None:
        missing = [what for what, _ in differences(tmp_path, PROGRAM) if "is missing" in what]
        assert len(missing) == 3


class TestAProgramThatAServiceCannotSee:
    @pytest.mark.parametrize("folder", ["/root/venv", "/home/ops/switchd", "/tmp/venv"])
    def test_is_told_before_anything_is_done(self, folder: str) -> None:
        with pytest.raises(InstallError, match=rf"does not see {folder}/bin/switchd.*elsewhere"):
            list(install(Path("/"), "mycity", f"{folder}/bin/switchd", never))

    def test_counts_with_the_python_that_runs_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Such as a virtual environment in /opt that was made with a Python in somebody's home."""
        monkeypatch.setattr(installing, "UNSEEN", ("/root",))
        (tmp_path / "switchd").touch()
        assert unseen(str(tmp_path / "switchd")) is None
        (tmp_path / "python3").symlink_to("/root/.local/bin/python3.11")
        assert unseen(str(tmp_path / "switchd")) == Path("/root/.local/bin/python3.11")

    def test_is_found_by_the_doctor(self, tmp_path: Path) -> None:
        program = "/root/venv/bin/switchd"
        told = [what for what, _ in differences(tmp_path, program) if "does not see" in what]
        assert told == ["a service cannot run /root/venv/bin/switchd: it does not see " + program]

    def test_is_none_where_servers_have_their_programs(self) -> None:
        assert unseen("/opt/nobody/has/this/bin/switchd") is None


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not on the PATH (Debian and Ubuntu: apt install systemd)")
    return found


class TestTheUnit:
    def test_is_one_that_systemd_understands(self, analyze: str, tmp_path: Path) -> None:
        text = share("systemd/switchd@.service").read_text()
        unit = tmp_path / "switchd@.service"
        unit.write_text(text.replace("/opt/switchd/bin/switchd", "/bin/true"))
        ran = subprocess.run(
            [analyze, "verify", str(unit)], capture_output=True, text=True, timeout=60
        )
        complaints = [line for line in ran.stderr.splitlines() if unit.name.split("@")[0] in line]
        assert complaints == []

    def test_exposes_little(self, analyze: str) -> None:
        """systemd's own scale goes from 0 to 10; below 2 is its best class but one."""
        unit = share("systemd/switchd@.service")
        ran = subprocess.run(
            [analyze, "security", "--offline=true", str(unit)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        found = re.search(r"exposure level for \S+ ([0-9.]+)", ran.stdout)
        if found is None:
            pytest.skip(f"this systemd-analyze cannot judge a file: {ran.stderr.strip()[:80]}")
        assert float(found[1]) < 2.0
