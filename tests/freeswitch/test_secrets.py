"""Passwords that are made up once and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchd.freeswitch.secrets import SecretsError, load_or_generate, save


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "state" / "event-socket.password", tmp_path / "state" / "seats.json"


class TestKeptPasswords:
    def test_nothing_is_written_before_it_is_saved(self, files: tuple[Path, Path]) -> None:
        load_or_generate(*files, ["1001"])
        assert not files[0].exists()
        assert not files[1].exists()

    def test_come_back_as_they_were_saved(self, files: tuple[Path, Path]) -> None:
        secrets = load_or_generate(*files, ["1001", "1002"])
        save(*files, secrets)
        assert load_or_generate(*files, ["1001", "1002"]) == secrets

    def test_can_be_read_by_their_owner_only(self, files: tuple[Path, Path]) -> None:
        save(*files, load_or_generate(*files, ["1001"]))
        for path in files:
            assert path.stat().st_mode & 0o777 == 0o600

    def test_the_password_file_holds_one_line_for_other_programs(
        self, files: tuple[Path, Path]
    ) -> None:
        secrets = load_or_generate(*files, [])
        save(*files, secrets)
        assert files[0].read_text() == secrets.event_socket + "\n"

    def test_a_seat_that_returns_finds_its_old_password(self, files: tuple[Path, Path]) -> None:
        first = load_or_generate(*files, ["1001", "1002"])
        save(*files, first)
        save(*files, load_or_generate(*files, ["1002"]))
        assert load_or_generate(*files, ["1001"]).seats["1001"] == first.seats["1001"]


class TestAnUnusableFile:
    def test_that_others_can_read_is_refused_with_the_remedy(
        self, files: tuple[Path, Path]
    ) -> None:
        save(*files, load_or_generate(*files, ["1001"]))
        files[1].chmod(0o644)
        with pytest.raises(SecretsError, match="chmod 600"):
            load_or_generate(*files, ["1001"])

    @pytest.mark.parametrize("damage", ["", "{", "[]", '{"1001": 5}', '{"1001": ""}'])
    def test_that_is_damaged_is_not_overwritten(
        self, files: tuple[Path, Path], damage: str
    ) -> None:
        save(*files, load_or_generate(*files, ["1001"]))
        files[1].write_text(damage)
        with pytest.raises(SecretsError, match="backup"):
            load_or_generate(*files, ["1001"])
        assert files[1].read_text() == damage

    @pytest.mark.parametrize("password", ["ClueCon", "", "x" * 20 + " " + "y" * 20])
    def test_a_weak_password_is_refused(self, files: tuple[Path, Path], password: str) -> None:
        save(*files, load_or_generate(*files, []))
        files[0].write_text(password)
        with pytest.raises(SecretsError, match="at least 32"):
            load_or_generate(*files, [])
