"""A city on disk that is right, of which a test spoils one file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from switchd.config import Known, Problem, check

NOW = 1_600_000_000.0  # 2020-09-13
RIGHT = {
    "city": 'city:\n  title: 示例市热线\n  area_code: "0375"\n',
    "lines": "lines:\n  12345:\n    kind: hotline\n    title: 热线\n    group: intake\n",
    "groups": "groups:\n  intake:\n    title: 受理\n",
    "seats": "seats:\n  1001-1003: intake\n",
}

Write = Callable[..., Path]
Judge = Callable[..., list[Problem]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the right city with some files replaced: write(lines="…", extra="…")."""

    def write(**files: str | bytes) -> Path:
        folder = tmp_path / "city"
        folder.mkdir(exist_ok=True)
        for name, content in {**RIGHT, **files}.items():
            raw = content.encode() if isinstance(content, str) else content
            (folder / f"{name}.yaml").write_bytes(raw)
        return folder

    return write


@pytest.fixture
def judge(write: Write) -> Judge:
    """Give the problems of the right city with some files replaced; file names without folder."""

    def judge(known: Known | None = None, now: float = NOW, **files: str | bytes) -> list[Problem]:
        folder = write(**files)
        found = check(folder, known or Known(), now)
        short = [one.file.removeprefix(f"{folder}/").removeprefix(str(folder)) for one in found]
        return [
            Problem(name, one.line, one.key, one.what, one.instead, one.severity)
            for name, one in zip(short, found, strict=True)
        ]

    return judge
