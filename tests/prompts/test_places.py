"""Shipped data is found in a checkout, in an installation, and where an admin says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from switchd import places
from switchd.places import ShareNotFoundError, share


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SWITCHD_SHARE", raising=False)


class TestShare:
    def test_a_checkout_uses_its_own(self) -> None:
        assert (share("ivr_prompts") / "manifest.yaml").is_file()

    def test_an_installed_package_uses_its_installation(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(places, "_CHECKOUT", tmp_path / "site-packages")
        monkeypatch.setattr(sys, "prefix", str(tmp_path))
        installed = tmp_path / "share" / "switchd" / "dialplan"
        installed.mkdir(parents=True)
        assert share("dialplan") == installed

    def test_an_admin_may_say_where(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "ivr_prompts").mkdir()
        monkeypatch.setenv("SWITCHD_SHARE", str(tmp_path))
        assert share("ivr_prompts") == tmp_path / "ivr_prompts"

    def test_what_an_admin_says_is_not_second_guessed(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("SWITCHD_SHARE", str(tmp_path))
        with pytest.raises(ShareNotFoundError, match="SWITCHD_SHARE must name") as error:
            share("ivr_prompts")
        assert str(tmp_path / "ivr_prompts") in str(error.value)

    def test_an_incomplete_installation_says_what_was_searched(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(places, "_CHECKOUT", tmp_path / "site-packages")
        monkeypatch.setattr(sys, "prefix", str(tmp_path))
        with pytest.raises(ShareNotFoundError) as error:
            share("config")
        assert str(tmp_path / "site-packages" / "config") in str(error.value)
        assert str(tmp_path / "share" / "switchd" / "config") in str(error.value)
