"""A manifest is read whole, or refused with the place of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchd.prompts.manifest import Manifest, ManifestError, load_manifest, load_manifests

GOOD = """\
prompts:
  greeting:
    used_where: first words
    required: true
    text:
      zh: 您好，12345。
      en: Hello.
    spoken:
      zh: 您好，幺二三四五。
  comfort:
    used_where: while waiting
    required: false
    text: { zh: 请稍候。 }
music:
  calm:
    used_where: while waiting
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.yaml").write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path, text: str) -> str:
    """Why the manifest `text` is refused, without the folder."""
    with pytest.raises(ManifestError) as error:
        load_manifest(written(folder, text))
    return str(error.value).replace(f"{folder}/", "")


class TestReading:
    def test_tells_which_prompts_a_language_has(self, folder: Path) -> None:
        manifest = load_manifest(written(folder, GOOD))
        assert manifest.names("zh") == ("greeting", "comfort")
        assert manifest.names("en") == ("greeting",)

    def test_tells_which_are_required(self, folder: Path) -> None:
        manifest = load_manifest(written(folder, GOOD))
        assert manifest.names("zh", required_only=True) == ("greeting",)

    def test_a_voice_is_given_the_spoken_text_where_there_is_one(self, folder: Path) -> None:
        greeting = load_manifest(written(folder, GOOD)).prompts["greeting"]
        assert greeting.to_speak("zh") == "您好，幺二三四五。"
        assert greeting.to_speak("en") == "Hello."


class TestRefusing:
    def test_a_wrong_value_is_named_with_its_line_and_key(self, folder: Path) -> None:
        reason = refusal(folder, GOOD.replace("required: true", "required: sometimes"))
        assert reason.startswith("manifest.yaml:4: prompts.greeting.required: ")

    def test_a_misspelt_key_is_named(self, folder: Path) -> None:
        reason = refusal(folder, GOOD.replace("used_where: first", "use_where: first"))
        assert "manifest.yaml:3: prompts.greeting.use_where: " in reason

    def test_a_missing_key_is_named_with_the_line_of_its_prompt(self, folder: Path) -> None:
        reason = refusal(folder, GOOD.replace("    required: false\n", ""))
        assert reason.startswith("manifest.yaml:10: prompts.comfort.required: ")

    def test_every_mistake_is_named_at_once(self, folder: Path) -> None:
        text = GOOD.replace("true", "sometimes").replace("false", "never")
        assert len(refusal(folder, text).splitlines()) == 2

    def test_a_name_that_is_no_file_name_is_refused(self, folder: Path) -> None:
        reason = refusal(folder, GOOD.replace("  comfort:", "  ../comfort:"))
        assert reason.startswith("manifest.yaml:10: prompts.../comfort: ")

    def test_a_spoken_text_without_its_text_is_refused(self, folder: Path) -> None:
        reason = refusal(
            folder,
            GOOD.replace("      en: Hello.\n", "").replace(
                "    spoken:\n", "    spoken:\n      en: Hello.\n"
            ),
        )
        assert "manifest.yaml:2: prompts.greeting: " in reason
        assert "spoken has en" in reason

    def test_broken_yaml_is_named_with_its_line(self, folder: Path) -> None:
        assert refusal(folder, "prompts:\n  greeting: [\n").startswith("manifest.yaml:3: ")

    def test_a_prompt_given_twice_is_refused(self, folder: Path) -> None:
        again = GOOD.replace("  comfort:", "  greeting:")
        assert refusal(folder, again).startswith("manifest.yaml:10: ")

    @pytest.mark.parametrize("text", ["", "- greeting\n", "greeting\n"])
    def test_what_is_no_mapping_is_refused(self, folder: Path, text: str) -> None:
        assert "must be a mapping" in refusal(folder, text)

    def test_another_encoding_is_refused(self, folder: Path) -> None:
        (folder / "manifest.yaml").write_bytes("prompts: {} # 问候".encode("gb18030"))
        with pytest.raises(ManifestError, match="UTF-8"):
            load_manifest(folder)

    def test_no_manifest_is_refused_with_its_path(self, folder: Path) -> None:
        with pytest.raises(ManifestError, match=str(folder / "manifest.yaml")):
            load_manifest(folder)


class TestMerging:
    def test_a_city_adds_prompts_of_its_own(self, folder: Path) -> None:
        own = GOOD.replace("comfort", "greeting_12315").replace("calm", "opera")
        city = written(folder / "city", own)
        shipped = written(folder / "shipped", GOOD)
        merged = load_manifests([city, shipped])
        assert set(merged.prompts) == {"greeting", "comfort", "greeting_12315"}
        assert set(merged.music) == {"calm", "opera"}

    def test_the_citys_text_of_a_prompt_wins(self, folder: Path) -> None:
        city = written(folder / "city", GOOD.replace("Hello.", "Good day."))
        shipped = written(folder / "shipped", GOOD)
        assert load_manifests([city, shipped]).prompts["greeting"].text["en"] == "Good day."

    def test_a_folder_without_a_manifest_adds_nothing(self, folder: Path) -> None:
        assert load_manifests([folder]) == Manifest()
