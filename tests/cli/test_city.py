"""Reading a city again, as the process does that a reload starts."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from switchd.city import load_city, read_again
from switchd.places import share

CITIES = [folder for folder in sorted(share("config").iterdir()) if folder.is_dir()]
NOW = 1_800_000_000.0


class TestReadAgain:
    @pytest.mark.parametrize("folder", CITIES, ids=[folder.name for folder in CITIES])
    def test_what_it_finds_goes_through_a_pipe_unharmed(self, folder: Path) -> None:
        loaded = load_city(folder, NOW)
        found = read_again(folder, loaded.plan, NOW)
        assert found.differences == ()
        assert found.loaded == loaded
        assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - we wrote it

    def test_errors_leave_no_plan(self, tmp_path: Path) -> None:
        folder = Path(shutil.copytree(CITIES[0], tmp_path / "city"))
        in_force = load_city(folder, NOW).plan
        (folder / "broken.yaml").write_text("seats: [\n")
        found = read_again(folder, in_force, NOW)
        assert found.loaded is None
        assert found.problems[0].file == str(folder / "broken.yaml")
        assert found.differences == ()

    def test_the_text_of_every_file_is_kept(self) -> None:
        files = load_city(CITIES[0], NOW).files
        assert files == {path.name: path.read_text() for path in CITIES[0].glob("*.yaml")}
