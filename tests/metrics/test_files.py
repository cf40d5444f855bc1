"""The alert rules and the dashboard name only figures that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from ruamel.yaml import YAML

from switchd.metrics.collector import HotlineCollector
from switchd.metrics.instruments import Instruments
from switchd.metrics.readings import Group, Reading

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "monitoring"
_NAME = re.compile(r"\bswitchd_[a-z_]+")
_SERIES = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)
_PARTS = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


class Still:
    def read(self) -> Reading:
        return Reading(
            owner=True,
            standbys=0,
            link_up=True,
            draining=False,
            calls={},
            seats={},
            groups={"intake": Group(0, 0.0)},
            queue_reached=True,
            without_queue=False,
            handed_over=0,
            spool=0,
        )


@pytest.fixture(scope="module")
def series() -> set[str]:
    registry: CollectorRegistry = Instruments().registry
    registry.register(HotlineCollector(Still()))
    text = generate_latest(registry).decode()
    return {
        name + part
        for name, kind in _SERIES.findall(text)
        for part in _PARTS[kind]
        if not name.endswith("_created")
    }


def names(text: str) -> set[str]:
    return set(_NAME.findall(text))


class TestAlertRules:
    def test_look_at_figures_that_there_are(self, series: set[str]) -> None:
        rules = YAML(typ="safe").load(FOLDER / "alerts.yml")["groups"][0]["rules"]
        for rule in rules:
            assert names(rule["expr"]), rule["alert"]
            assert names(rule["expr"]) <= series, rule["alert"]

    def test_each_says_what_to_do(self) -> None:
        rules = YAML(typ="safe").load(FOLDER / "alerts.yml")["groups"][0]["rules"]
        for rule in rules:
            assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
            assert rule["annotations"].keys() == {"summary", "action"}, rule["alert"]

    def test_fire_when_they_should(self) -> None:
        promtool = shutil.which("promtool")
        if promtool is None:
            pytest.skip("promtool is not on the PATH (Debian and Ubuntu: apt install prometheus)")
        ran = subprocess.run(
            [promtool, "test", "rules", "alerts_test.yml"],
            cwd=FOLDER,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


class TestTheDashboard:
    def test_draws_figures_that_there_are(self, series: set[str]) -> None:
        board = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
        for panel in board["panels"]:
            for target in panel["targets"]:
                assert names(target["expr"]) <= series, panel["title"]

    def test_draws_every_figure(self, series: set[str]) -> None:
        drawn = names((FOLDER / "grafana.json").read_text(encoding="utf-8"))
        families = {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in series}
        assert families <= {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in drawn}
