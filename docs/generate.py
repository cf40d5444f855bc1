"""`python -m docs.generate`: write the pages that are made from the code anew."""

from __future__ import annotations

from pathlib import Path

from docs.seat_tables import filled
from routing.callflow.diagram import page
from switchd.api import reference
from switchd.config.generate import generate as generate_configuration

ROOT = Path(__file__).resolve().parents[1]
SEAT_GUIDES = {"docs/seat-guide.md": False, "docs/seat-guide.zh-CN.md": True}
"""Page → whether it is in Chinese."""


def generate(root: Path) -> None:
    """Write docs/callflow.md, docs/configuration.md and the schema below `root`, and the keys into
    the seat guides."""
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs" / "callflow.md").write_text(page(), encoding="utf-8")
    (root / "docs" / "http-api.md").write_text(reference.page(), encoding="utf-8")
    (root / "config").mkdir(exist_ok=True)
    generate_configuration(root)
    for name, chinese in SEAT_GUIDES.items():
        guide = (ROOT / name).read_text(encoding="utf-8")
        (root / name).write_text(filled(guide, chinese=chinese), encoding="utf-8")


if __name__ == "__main__":
    generate(ROOT)
