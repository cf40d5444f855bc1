"""`python -m docs.generate`: write the pages that are made from the code anew."""

from __future__ import annotations

from pathlib import Path

from routing.callflow.diagram import page
from switchd.config.generate import generate as generate_configuration

ROOT = Path(__file__).resolve().parents[1]


def generate(root: Path) -> None:
    """Write docs/callflow.md, docs/configuration.md and the schema below `root`."""
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs" / "callflow.md").write_text(page(), encoding="utf-8")
    (root / "config").mkdir(exist_ok=True)
    generate_configuration(root)


if __name__ == "__main__":
    generate(ROOT)
