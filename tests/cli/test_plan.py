"""`switchd explain` and `switchd plan`, on a folder and without a daemon."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from switchd.city import load_city
from switchd.cli.app import app
from switchd.places import share

CITY = share("config") / "pingdingshan"


def switchd(*words: str, city: Path = CITY) -> Result:
    return CliRunner().invoke(app, [*words, "--city", str(city)])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The city's folder, to be changed."""
    return Path(shutil.copytree(CITY, tmp_path / "pingdingshan"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


class TestExplain:
    def test_a_retired_line_in_its_month(self) -> None:
        said = switchd("explain", "0375-12316", "--at", "2020-01-15")
        assert said.exit_code == 0
        rows = dict(line.strip().split("  ", 1) for line in said.stdout.splitlines())
        assert rows["line"] == "12316 市农业农村局 (retired)"
        assert rows["announcement"] == "from 2020-01-03 to 2020-02-03"
        assert rows["hears"] == "change_announcement, greeting"
        assert rows["offered to"] == "1001, 1002, 1003 and 12 more (15)"

    @pytest.mark.parametrize(
        ("moment", "taken"),
        [
            ("2020-01-02T23:59:59", True),
            ("2020-02-03T23:59:59", True),
            ("2020-02-04T00:00:00", False),
            ("2020-02-03T16:00:00+00:00", False),
        ],
    )
    def test_moments_are_those_of_the_city(self, moment: str, taken: bool) -> None:
        said = json.loads(switchd("explain", "12316", "--at", moment, "--json").stdout)
        assert said["taken"] is taken

    def test_a_refusal_has_its_cause(self) -> None:
        assert "refused  UNALLOCATED_NUMBER" in switchd("explain", "3312346").stdout

    def test_further_groups_are_told_with_their_times_and_seats(self) -> None:
        said = switchd("explain", "12315").stdout
        assert "   after 30 s  also intake (受理): 1001, 1002, 1003 and 12 more (15)" in said

    def test_a_line_that_is_passed_on_says_where_to_and_what_else(self) -> None:
        said = switchd("explain", "12329", city=share("config") / "jiayuguan").stdout
        assert "passed on to  4001 over government" in said
        assert "otherwise  the queue, after 30 s without an answer" in said

    def test_a_forwarded_call_is_read_as_the_trunk_says(self, copy: Path) -> None:
        change(copy, "city.yaml", "    strip_prefixes: []", "    trust: [diversion, request]")
        header = "<sip:12316@carrier.invalid>;reason=unconditional"
        said = switchd(
            "explain", "12345", "--diversion", header, "--at", "2020-01-15", "--json", city=copy
        )
        assert json.loads(said.stdout)["line"] == "12316"

    def test_a_time_that_is_none_is_told_with_a_right_one(self) -> None:
        said = switchd("explain", "12345", "--at", "tomorrow")
        assert said.exit_code == 2
        assert "2020-01-31" in said.output

    def test_a_trunk_that_is_not_there_is_told_with_those_that_are(self) -> None:
        said = switchd("explain", "12345", "--trunk", "carier")
        assert said.exit_code == 2
        assert "carier" in said.output

    def test_a_folder_with_errors_explains_nothing(self, copy: Path) -> None:
        change(copy, "lines.yaml", "kind: hotline", "kind: hotlin")
        said = switchd("explain", "12345", city=copy)
        assert said.exit_code == 78
        assert "lines.12345.kind" in said.stderr

    def test_seats_where_nobody_is_on_duty_are_told_apart(self, copy: Path) -> None:
        change(
            copy, "groups.yaml", "market: {title: 市场监管}", "market: {title: 市场, shift: web}"
        )
        by_day = switchd("explain", "12315", "--at", "2020-01-06T10:00", city=copy).stdout
        assert "on duty  网络 (day) until 12:00" in by_day
        assert "offered to  1101, 1102, 1103 (3)\n" in by_day
        by_night = switchd("explain", "12315", "--at", "2020-01-06T20:00", city=copy).stdout
        assert "offered to  nobody (0); off duty: 1101, 1102, 1103 (3)" in by_night

    def test_a_caller_beyond_the_limit_is_explained_as_one(self, copy: Path) -> None:
        limits = "callers: {limits: {calls_per_hour: 20}, repeat_days: 3}\n"
        (copy / "callers.yaml").write_text(limits, encoding="utf-8")
        call = ("explain", "12345", "--caller", "13937512345", "--calls-in-hour")
        assert "refused" not in switchd(*call, "20", city=copy).stdout
        assert "refused  CALL_REJECTED" in switchd(*call, "21", city=copy).stdout

    @pytest.mark.parametrize(
        ("supposed", "said"),
        [
            (["--overloaded"], "refused  NORMAL_CIRCUIT_CONGESTION"),
            (["--waiting", "60"], "refused  USER_BUSY"),
            (["--waiting", "59"], "waits for  intake"),
            (["--wait", "901"], "refused  USER_BUSY"),
            (["--waiting", "60", "--waits-already"], "entry.takes_over call=the earlier one"),
            (["--waiting", "60", "--cut-off"], "entry.place_kept call=the earlier one"),
        ],
    )
    def test_a_crowd_may_be_supposed(self, copy: Path, supposed: list[str], said: str) -> None:
        limits = "    kind: hotline\n    limits: {waiting: 60, wait_seconds: 900}\n"
        change(copy, "lines.yaml", "    kind: hotline\n", limits)
        call = ("explain", "12345", "--caller", "13937512345")
        assert said in switchd(*call, *supposed, city=copy).stdout

    def test_nobody_counts_callers_without_number(self) -> None:
        said = switchd("explain", "12345", "--repeat")
        assert said.exit_code == 2
        assert "--caller" in said.output


class TestRoster:
    def test_who_is_on_duty_now(self) -> None:
        said = switchd("roster", "--at", "2020-01-04T06:59").stdout.splitlines()
        assert said[0] == "Sat 2020-01-04 06:59 (Asia/Shanghai)"
        assert said[1] == "  1001-1008 (8): 丙班 (night) until 07:00"
        assert "  1201-1206 (6): off duty" in said

    def test_the_coming_days_have_a_row_each(self) -> None:
        said = switchd("roster", "--at", "2020-01-03", "--days", "2").stdout.splitlines()
        rows = [line.split() for line in said if line.startswith((" Fri", " Sat"))]
        assert rows == [
            ["Fri", "2020-01-03", "early", "-", "night", "late"],
            ["Sat", "2020-01-04", "late", "early", "-", "night"],
            ["Fri", "2020-01-03", "08:30-12:00", "14:30-18:00"],
            ["Sat", "2020-01-04", "-"],
        ]

    def test_for_programs(self) -> None:
        said = json.loads(switchd("roster", "--at", "2020-01-04T10:00", "--json").stdout)
        (seat,) = [post for post in said["seats"] if post["seat"] == "1201"]
        assert (seat["on_duty"], seat["by_shifts"], seat["duties"]) == (False, True, [])

    def test_a_city_without_shifts_is_on_duty_at_any_time(self) -> None:
        said = switchd("roster", city=share("config") / "minimal").stdout
        assert "1001-1005 (5): at any time, without shifts" in said


class TestDiff:
    def diff(self, old: Path, new: Path, *options: str) -> Result:
        at = ("--at", "2019-12-01")
        return CliRunner().invoke(app, ["plan", "diff", str(old), str(new), *at, *options])

    def test_the_same_plan(self, copy: Path) -> None:
        assert self.diff(CITY, copy).stdout == "no caller and no seat will notice\n"

    def test_another_date_is_told_by_who_notices_and_when(self, copy: Path) -> None:
        change(
            copy,
            "lines.yaml",
            "市农业农村局\n    merged_on: 2020-01-03",
            "市农业农村局\n    merged_on: 2020-03-03",
        )
        said = self.diff(CITY, copy).stdout.splitlines()
        assert said[0].startswith("12316, from 2020-01-03 00:00: hears greeting, waits for intake")
        assert said[1].endswith("(old plan: number changed, not answered)")

    def test_for_programs(self, copy: Path) -> None:
        change(copy, "seats.yaml", "1001-1008", "1001-1007")
        said = json.loads(self.diff(CITY, copy, "--json").stdout)
        assert said["settings"] == ["group intake loses the seats 1008 and has 14 then"]


class TestTimeline:
    def test_each_month_has_a_sign(self) -> None:
        said = switchd("plan", "timeline", "--from", "2019-12", "--to", "2020-03").stdout
        rows = {line.split()[0]: line.split()[1] for line in said.splitlines()[1:-1]}
        assert rows["12345"] == "████"
        assert rows["12316"] == "█▒▒·"

    def test_many_months_share_a_sign(self) -> None:
        said = switchd("plan", "timeline", "--from", "2019-12", "--to", "2029-11").stdout
        assert "each sign 3 months" in said
        (row,) = [line.split()[1] for line in said.splitlines() if line.strip().startswith("12316")]
        assert row == "▒" + "·" * 39

    def test_a_picture_has_a_row_for_each_line(self, tmp_path: Path) -> None:
        picture = tmp_path / "plan.svg"
        options = ("--from", "2019-12", "--to", "2020-03", "--svg", str(picture))
        assert switchd("plan", "timeline", *options).exit_code == 0
        root = ElementTree.parse(picture).getroot()  # noqa: S314 - we wrote it
        texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert sum(str(text).startswith("123") for text in texts) == 14
        hints = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
        assert hints.count("change announcement: 2020-01-03 to 2020-02-03") == 11

    @pytest.mark.parametrize(
        "months", [("--from", "2020"), ("--from", "2021-01", "--to", "2020-01")]
    )
    def test_months_that_are_none_are_told(self, months: tuple[str, ...]) -> None:
        assert switchd("plan", "timeline", *months).exit_code == 2


class TestGraph:
    def test_each_group_has_its_numbers_and_seats(self) -> None:
        said = switchd("plan", "graph").stdout
        assert "  <- 12345 政务服务便民热线 (hotline)" in said
        assert "12316 市农业农村局 (retired, 2020-01-03 to 2020-02-03)" in said
        assert "  <- 12315 市市场监督管理局, after 30 s" in said
        assert "  -> seats 1001-1008 (8)" in said

    def test_as_mermaid(self) -> None:
        said = switchd("plan", "graph", "--format", "mermaid").stdout
        assert said.startswith("flowchart LR\n")
        assert "  n12345 --> g0\n" in said
        assert '  n12316 -. "from 2020-01-03" .-> n12345\n' in said
        assert '  s0("seats 1001-1008 (8)")\n' in said

    def test_as_a_picture_with_a_box_for_each_line_group_and_block_of_seats(
        self, tmp_path: Path
    ) -> None:
        picture = tmp_path / "graph.svg"
        said = switchd("plan", "graph", "--format", "svg", "--out", str(picture))
        assert said.stdout == f"{picture}: written\n"
        root = ElementTree.parse(picture).getroot()  # noqa: S314 - we wrote it
        svg = "{http://www.w3.org/2000/svg}"
        texts = [str(element.text) for element in root.iter(f"{svg}text")]
        plan = load_city(CITY).plan
        assert {*plan.lines, *plan.groups, "seats 1001-1008 (8)"} <= set(texts)
        dashed = [path for path in root.iter(f"{svg}path") if path.get("stroke-dasharray")]
        assert len(dashed) == sum(len(line.overflow) for line in plan.lines.values()) > 0

    def test_a_file_that_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        said = switchd("plan", "graph", "--out", str(tmp_path / "nowhere" / "graph.txt"))
        assert said.exit_code == 1
        assert "cannot be written" in said.stderr


class TestWithoutADaemon:
    def test_a_reload_says_that_nobody_answers(self, copy: Path) -> None:
        change(copy, "server.yaml", "state: /var/lib/switchd/pingdingshan", f"state: {copy}/state")
        said = switchd("reload", city=copy)
        assert said.exit_code == 69
        assert f"no switchd answers on {copy}/state/switchd.sock" in said.stderr

    def test_a_log_that_was_never_begun_is_not_begun_by_asking(self, copy: Path) -> None:
        change(copy, "server.yaml", "state: /var/lib/switchd/pingdingshan", f"state: {copy}/state")
        said = switchd("plan", "log", city=copy)
        assert said.exit_code == 1
        assert "no plan has been in force yet" in said.stderr
        assert not (copy / "state").exists()
