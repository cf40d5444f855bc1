"""The pages that are made from the code are as the code is."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.generate import ROOT, generate
from routing.callflow.states import State

PAGES = ("docs/callflow.md", "docs/configuration.md", "config/switchd.schema.json")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root")
    generate(folder)
    return folder


class TestGeneratedPages:
    @pytest.mark.parametrize("name", PAGES)
    def test_what_is_committed_is_what_make_docs_writes(self, name: str, fresh: Path) -> None:
        committed = (ROOT / name).read_text(encoding="utf-8")
        assert committed == (fresh / name).read_text(encoding="utf-8"), "run `make docs`"

    def test_the_way_of_a_call_names_every_state(self, fresh: Path) -> None:
        page = (fresh / "docs/callflow.md").read_text(encoding="utf-8")
        assert [state for state in State if f"| {state} |" not in page] == []
