"""The pages that are made from the code are as the code is."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.generate import ROOT, SEAT_GUIDES, generate
from docs.seat_tables import MEANINGS, filled, keys
from routing.callflow.states import State
from routing.keys import DEFAULT_CODES, KeyVerb
from switchd.config.server import FeatureCodes
from switchd.prompts.manifest import load_manifest

SPOKEN = (
    "transfer_busy",
    "transfer_no_answer",
    "transfer_unavailable",
    "transfer_not_allowed",
    "caller_gone",
)
"""What a seat hears of a transfer."""

PAGES = (
    "docs/http-api.md",
    "docs/callflow.md",
    "docs/configuration.md",
    "config/switchd.schema.json",
    *SEAT_GUIDES,
)


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


class TestSeatGuides:
    """Whoever has only a phone finds every code in both languages."""

    @pytest.mark.parametrize("name", SEAT_GUIDES)
    def test_every_code_is_there(self, name: str) -> None:
        page = (ROOT / name).read_text(encoding="utf-8")
        codes = [*(f"*{code}" for code in DEFAULT_CODES), *FeatureCodes().model_dump().values()]
        assert [code for code in codes if f"| `{code}`" not in page] == []

    def test_every_key_has_its_words(self) -> None:
        assert set(MEANINGS) == set(KeyVerb)

    def test_a_key_with_a_number_says_so(self) -> None:
        assert "| `*2` number `#` | consult" in keys(chinese=False)
        assert "| `*2` 号码 `#` | 咨询" in keys(chinese=True)

    def test_the_emergency_numbers_are_named(self) -> None:
        for number in ("110", "119", "120", "122"):
            assert f"call {number} into the call at once" in keys(chinese=False)

    def test_a_page_without_a_place_for_the_table_is_refused(self) -> None:
        with pytest.raises(ValueError, match="keys"):
            filled("# Seat guide", chinese=False)

    @pytest.mark.parametrize("name", SEAT_GUIDES)
    def test_what_is_said_is_what_the_prompts_say(self, name: str) -> None:
        page = (ROOT / name).read_text(encoding="utf-8")
        language = "zh" if SEAT_GUIDES[name] else "en"
        prompts = load_manifest(ROOT / "ivr_prompts").prompts
        said = [prompts[prompt].text[language] for prompt in SPOKEN]
        assert [text for text in said if text not in page] == []
