"""Rolling back writes files, and loses none."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchd.config.exchange import exchange, put_back

STAMP = "20260101-000000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "city.yaml").write_text("city: now\n")
    (tmp_path / "extra.yaml").write_bytes(b"\xff not even text")
    (tmp_path / "notes.txt").write_text("mine")
    return tmp_path


class TestExchange:
    def test_the_folder_has_exactly_the_files_given(self, folder: Path) -> None:
        exchange(folder, {"city.yaml": "city: then\n", "lines.yaml": "lines: 平\n"}, STAMP)
        assert {path.name for path in folder.glob("*.yaml")} == {"city.yaml", "lines.yaml"}
        assert (folder / "city.yaml").read_text() == "city: then\n"
        assert (folder / "notes.txt").read_text() == "mine"

    def test_what_was_there_is_kept_whatever_it_is(self, folder: Path) -> None:
        backup = exchange(folder, {"city.yaml": ""}, STAMP)
        assert backup == folder / f".before-rollback-{STAMP}"
        assert (backup / "extra.yaml").read_bytes() == b"\xff not even text"

    def test_a_file_keeps_its_mode(self, folder: Path) -> None:
        (folder / "city.yaml").chmod(0o600)
        exchange(folder, {"city.yaml": ""}, STAMP)
        assert (folder / "city.yaml").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("name", ["../city.yaml", "/etc/passwd", "city.txt", ".."])
    def test_nothing_is_written_elsewhere(self, folder: Path, name: str) -> None:
        with pytest.raises(ValueError, match="no name of a YAML file"):
            exchange(folder, {name: ""}, STAMP)
        assert not (folder / f".before-rollback-{STAMP}").exists()

    def test_it_can_be_undone(self, folder: Path) -> None:
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        put_back(folder, exchange(folder, {"lines.yaml": "lines: {}\n"}, STAMP))
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
