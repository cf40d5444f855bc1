"""`python -m switchd.config.generate`: write the pages that are made from the models anew."""

from __future__ import annotations

from pathlib import Path

from switchd.config.reference import render
from switchd.config.schema import render_schema


def generate(root: Path) -> None:
    """Write the reference and the schema below the repository's `root`."""
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs/configuration.md").write_text(render(), encoding="utf-8")
    (root / "config/switchd.schema.json").write_text(render_schema(), encoding="utf-8")


if __name__ == "__main__":
    generate(Path(__file__).resolve().parents[2])
