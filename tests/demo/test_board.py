"""The wallboard fits its terminal and shows who serves callers."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from switchd.demo.board import Board
from switchd.demo.digits import columns
from switchd.demo.picture import save_picture
from tests.records.examples import ANSWERED_CALL

SIZES = [(80, 24), (120, 40), (200, 60), (60, 20)]


class Hotline:
    """Eight seats that answer callers and three that do not; two callers wait."""

    def __init__(self, seats: int = 8) -> None:
        self.intake = [str(1001 + number) for number in range(seats)]

    def status(self) -> Mapping[str, Any]:
        return {
            "title": "平顶山市12345政务服务便民热线",
            "now": 1000.0,
            "started_at": 940.0,
            "freeswitch": {"connected": True, "trouble": ""},
            "waiting": 2,
            "longest_wait": 17.0,
            "figures": {
                "answered": 128,
                "abandoned": 12,
                "in_time_rate": 1.0,
            },
        }

    def queues(self) -> Sequence[Mapping[str, Any]]:
        seats = {"talking": 5, "not_ready": 3}
        groups = [("intake", "受理"), ("dispatch", "交办督办")]
        return [
            {
                "group": name,
                "title": title,
                "waiting": 2,
                "longest_wait": 17.0,
                "seats": seats,
                "today": {"connect_rate": 0.875, "in_time_rate": None},
            }
            for name, title in groups
        ]

    def seats(self) -> Sequence[Mapping[str, Any]]:
        rows = [(seat, "not_ready", "intake") for seat in self.intake]
        rows += [(seat, "signed_out", "dispatch") for seat in ("9001", "9002", "9003")]
        return [
            {"seat": seat, "state": state, "since": 400.0, "groups": (group,)}
            for seat, state, group in rows
        ]


def board(house: Hotline) -> Board:
    drawn = Board(house, "on a stand-in", {"intake"})
    drawn.look()
    return drawn


def screen(drawn: Board, width: int, height: int) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), color_system=None)
    lines = console.render_lines(drawn.draw(width, height), pad=False)
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


class TestTheWallboard:
    @pytest.mark.parametrize(("width", "height"), SIZES)
    @pytest.mark.parametrize("seats", [1, 8, 200])
    def test_fits_the_terminal(self, width: int, height: int, seats: int) -> None:
        lines = screen(board(Hotline(seats)), width, height)
        assert max(map(cell_len, lines)) <= width
        assert len(lines) <= height or height < 24

    @pytest.mark.parametrize(("width", "height"), SIZES)
    def test_shows_every_seat_that_serves_callers_and_no_other(
        self, width: int, height: int
    ) -> None:
        text = "\n".join(screen(board(Hotline()), width, height))
        assert all(seat in text for seat in Hotline().intake)
        assert "10:00" in text
        assert "9001" not in text
        assert "dispatch" not in text

    def test_says_how_many_seats_have_no_room(self) -> None:
        assert "182 more" in "\n".join(screen(board(Hotline(200)), 80, 24))

    def test_is_one_line_in_a_log(self) -> None:
        line = board(Hotline()).line()
        assert "waiting 2 (longest 17 s) · seats 8 not_ready · answered 128" in line
        assert "\n" not in line

    def test_calls_a_minute_are_those_that_ended_in_the_last_minute(self) -> None:
        drawn = board(Hotline())
        for ended_at in (939.9, 940.0, 999.0):
            drawn.ended(replace(ANSWERED_CALL, ended_at=ended_at))
        assert "2 calls a minute" in drawn.line()
        assert drawn.figures.answered == 3

    def test_groups_are_shown_with_their_rates_of_today(self) -> None:
        text = "\n".join(screen(board(Hotline()), 120, 40))
        assert "接通率" in text
        assert "88%" in text


class TestThePicture:
    def test_loads_nothing_from_elsewhere(self, tmp_path: Path) -> None:
        save_picture(board(Hotline()).draw(120, 40), tmp_path / "board.svg")
        picture = (tmp_path / "board.svg").read_text(encoding="utf-8")
        assert "受理" in picture
        assert "://" not in picture.replace("http://www.w3.org/2000/svg", "")


class TestTheColumns:
    def test_are_as_high_as_their_values(self) -> None:
        assert columns([0, 1, 2, 4], 2) == ["   █", " ▄██"]

    def test_a_single_caller_is_not_drawn_like_a_crowd(self) -> None:
        assert columns([1], 4) == [" ", " ", " ", "█"]
