"""The screen pop has the fields that integrators are told of, and no others."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from docs.generate import ROOT
from routing.screenpop import Earlier, EarlierCall, OpenCallback, screen_pop
from tests.routing.build import NOW, Story

PAGE = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
POP = screen_pop(Story().ringing().call, Story().plan, Earlier(), NOW)


def documented(heading: str) -> list[str]:
    """Names in the first column of the table with that heading, on the page's part about it."""
    part = PAGE.partition("### The screen pop")[2].partition("\n### ")[0]
    table = part.partition(f"| {heading} | meaning |\n|---|---|\n")[2].partition("\n\n")[0]
    assert table, f"there is no table of each {heading}"
    first = [row.split("|")[1] for row in table.splitlines()]
    return [name for cell in first for name in re.findall("`(.+?)`", cell)]


def names(kind: type) -> set[str]:
    return {field.name for field in fields(kind)}


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("field", set(POP)),
        ("field of `history`", set(POP["history"])),
        ("field of each of `last`", names(EarlierCall)),
        ("field of each of `callbacks`", names(OpenCallback)),
    ],
)
def test_every_field_is_explained_once(heading: str, told: set[str]) -> None:
    listed = documented(heading)
    assert sorted(listed) == sorted(told)


def test_the_fields_of_a_line_and_of_a_step_are_named() -> None:
    part = PAGE.partition("### The screen pop")[2].partition("\n### ")[0]
    rows = {row.split("|")[1].strip(): row for row in part.splitlines() if row.startswith("| `")}
    for field in POP["line_dialled"]:
        assert f"`{field}`" in rows["`line_dialled`"]
    for field in POP["trace"][0]:
        assert f"`{field}`" in rows["`trace`"]
