"""The built wheel is complete: it works where there is no checkout."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("routing", "switchd", "dialplan", "config", "ivr_prompts", "systemd")
FILES = ("setup.cfg", "setup.py", "pyproject.toml", "README.md", "LICENSE")
SHIPPED = {"dialplan": "*.j2", "config": "*.yaml", "ivr_prompts": "*.wav", "systemd": "*.service"}


class Installation:
    """switchd in an environment of its own, with the dependencies of the one that tests run in."""

    def __init__(self, folder: Path) -> None:
        self.elsewhere = folder / "elsewhere"
        self.elsewhere.mkdir()
        self.prefix = folder / "environment"
        wheel = self._build(folder)
        run(sys.executable, "-m", "venv", "--without-pip", str(self.prefix), at=folder)
        self.python = self.prefix / "bin" / "python"
        self._lend_dependencies()
        pip = [sys.executable, "-m", "pip", "--python", str(self.python)]
        run(*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel), at=folder)

    @staticmethod
    def _build(folder: Path) -> Path:
        """Build from a copy, so that nothing is left in the checkout and nothing old is found."""
        source = folder / "source"
        source.mkdir()
        for name in SOURCES:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
        for name in FILES:
            shutil.copy(ROOT / name, source / name)
        options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index")
        pip = (sys.executable, "-m", "pip", "wheel", *options)
        run(*pip, "--wheel-dir", str(folder / "wheels"), str(source), at=folder)
        (wheel,) = (folder / "wheels").glob("switchd-*.whl")
        return wheel

    def _lend_dependencies(self) -> None:
        """Put the tests' packages behind the environment's own.

        A path in a .pth file brings no .pth files of its own with it, so that a checkout that is
        installed as editable stays out of sight.
        """
        folder = self.prefix / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
        places = dict.fromkeys([sysconfig.get_path("purelib"), *site.getsitepackages()])
        (folder / "site-packages" / "dependencies.pth").write_text("\n".join(places) + "\n")

    @property
    def share(self) -> Path:
        return self.prefix / "share" / "switchd"

    def switchd(self, *arguments: str) -> str:
        """What the command says, run where there is nothing."""
        return run(str(self.python), "-m", "switchd", *arguments, at=self.elsewhere)


def run(*command: str, at: Path) -> str:
    hidden = ("PYTHONPATH", "SWITCHD_SHARE", "SWITCHD_CITY")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("wheel"))


class TestTheWheel:
    def test_runs_its_own_code(self, installed: Installation) -> None:
        code = "import switchd, routing; print(switchd.__file__, routing.__file__)"
        where = run(str(installed.python), "-c", code, at=installed.elsewhere).split()
        assert all(path.startswith(str(installed.prefix)) for path in where)

    @pytest.mark.parametrize("folder", SHIPPED)
    def test_carries_every_file_of(self, folder: str, installed: Installation) -> None:
        def names(root: Path) -> set[str]:
            files = (root / folder).rglob(SHIPPED[folder])
            return {str(file.relative_to(root)) for file in files}

        assert names(ROOT)
        assert names(installed.share) == names(ROOT)

    def test_has_the_command(self, installed: Installation) -> None:
        command = str(installed.prefix / "bin" / "switchd")
        assert "12345" in run(command, "--help", at=installed.elsewhere)

    def test_checks_a_city_and_finds_its_prompts(self, installed: Installation) -> None:
        city = str(installed.share / "config" / "minimal")
        assert "no errors" in installed.switchd("check", city)
        assert "0 errors" in installed.switchd("prompts", "check", "--city", city)

    def test_renders_freeswitch_s_configuration(
        self, installed: Installation, tmp_path: Path
    ) -> None:
        city = tmp_path / "city"
        shutil.copytree(installed.share / "config" / "minimal", city)
        with (city / "city.yaml").open("a") as file:
            file.write(f"folders:\n  state: {tmp_path / 'state'}\n")
        out = tmp_path / "freeswitch"
        installed.switchd("freeswitch", "render", "--city", str(city), "--out", str(out))
        prompts = str(installed.share / "ivr_prompts")
        assert prompts in (out / "vars.xml").read_text(encoding="utf-8")

    def test_brings_a_database_to_the_schema(self, installed: Installation, tmp_path: Path) -> None:
        database = tmp_path / "records.sqlite3"
        code = "import sys; from switchd.records.schema import migrate; migrate(sys.argv[1])"
        python = str(installed.python)
        run(python, "-c", code, f"sqlite:///{database}", at=installed.elsewhere)
        assert database.exists()

    @pytest.mark.parametrize("package", ["routing", "switchd"])
    def test_has_every_file_that_lies_beside_the_code(
        self, package: str, installed: Installation
    ) -> None:
        code = f"import {package}; print({package}.__file__)"
        module = Path(run(str(installed.python), "-c", code, at=installed.elsewhere).strip())

        def names(folder: Path) -> set[str]:
            files = (file for file in folder.rglob("*") if file.is_file())
            return {str(file.relative_to(folder)) for file in files if file.suffix != ".pyc"}

        assert names(module.parent) == names(ROOT / package)
