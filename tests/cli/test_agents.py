"""What an admin types about agents and tokens, and what is kept of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from routing.credentials import SignInRules, token_hash
from switchd.cli.app import app
from switchd.records.agents import Agents
from switchd.records.audit import Audit
from switchd.records.tokens import Tokens

CITY = """\
city: {title: 平顶山市12345, area_code: "0375"}
lines:
  "12345": {kind: hotline, title: 政务服务便民热线, group: intake}
groups:
  intake: {title: 受理}
seats: {"1001": intake}
agents:
  A017: {title: 小王, skills: {intake: 3}}
  B01: {title: 组长, role: team_lead, leads: [intake]}
"""
RULES = SignInRules()
Type = Callable[..., Result]


@pytest.fixture
def sql(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state' / 'records.sqlite3'}"


@pytest.fixture
def typed(tmp_path: Path) -> Type:
    """Type a command for a city where nothing has run yet."""
    folder = tmp_path / "testcity"
    folder.mkdir()
    (folder / "city.yaml").write_text(CITY + f"folders: {{state: {tmp_path / 'state'}}}\n")

    def typed(*words: str, keys: str = "") -> Result:
        return CliRunner().invoke(app, [*words, "-c", str(folder)], input=keys)

    return typed


def pin_is(sql: str, agent: str, pin: str) -> bool:
    agents = Agents(sql, "testcity")
    try:
        return agents.check(agent, pin, time.time(), RULES).right
    finally:
        agents.close()


def audited(sql: str) -> list[tuple[str, str, str]]:
    audit = Audit(sql)
    try:
        return [(one.verb, one.target, one.who) for one in audit.latest("testcity", 10)]
    finally:
        audit.close()


class TestPins:
    def test_the_first_pin_is_made_and_shown_once(self, typed: Type, sql: str) -> None:
        done = typed("agents", "add", "A017", "--by", "root")
        assert done.exit_code == 0
        pin = done.stdout.removeprefix("agent A017: PIN ").strip()
        assert pin_is(sql, "A017", pin)
        assert audited(sql) == [("agent_added", "A017", "root")]

    def test_one_may_be_typed_instead_and_is_not_repeated(self, typed: Type, sql: str) -> None:
        done = typed("agents", "add", "A017", "--ask", keys="2580\n2580\n")
        assert done.exit_code == 0
        assert "2580" not in done.output
        assert pin_is(sql, "A017", "2580")

    def test_a_pin_that_everybody_tries_is_refused(self, typed: Type, sql: str) -> None:
        done = typed("agents", "add", "A017", "--ask", keys="1234\n1234\n")
        assert done.exit_code == 1
        assert "anybody tries" in done.stderr
        assert not pin_is(sql, "A017", "1234")

    def test_a_new_one_ends_the_old_one(self, typed: Type, sql: str) -> None:
        typed("agents", "add", "A017", "--ask", keys="2580\n2580\n")
        assert typed("agents", "pin", "A017", "--ask", keys="7391\n7391\n").exit_code == 0
        assert pin_is(sql, "A017", "7391")
        assert not pin_is(sql, "A017", "2580")

    def test_adding_twice_and_changing_what_is_not_there_is_refused(self, typed: Type) -> None:
        assert "`switchd agents add A017`" in typed("agents", "pin", "A017").stderr
        typed("agents", "add", "A017")
        assert "`switchd agents pin A017`" in typed("agents", "add", "A017").stderr

    def test_who_cannot_be_dialled_is_told_so(self, typed: Type) -> None:
        typed("agents", "add", "A017")
        assert "017 does not mean B017 alone" in typed("agents", "add", "B017").stderr
        assert "no digits does not mean" in typed("agents", "add", "chief").stderr

    def test_somebody_outside_the_plan_may_be_added_with_a_warning(self, typed: Type) -> None:
        done = typed("agents", "add", "A099")
        assert done.exit_code == 0
        assert "the plan has no agent A099" in done.stderr

    def test_who_leaves_loses_pin_and_tokens(self, typed: Type, sql: str) -> None:
        typed("agents", "add", "A017", "--ask", keys="2580\n2580\n")
        typed("tokens", "make", "phone", "--agent", "A017")
        assert "1 tokens revoked" in typed("agents", "remove", "A017").stdout
        assert not pin_is(sql, "A017", "2580")
        assert typed("tokens", "list").stdout == "no tokens\n"
        assert typed("agents", "remove", "A017").exit_code == 1

    def test_the_list_has_everybody_and_no_hash(self, typed: Type) -> None:
        typed("agents", "add", "A099")
        shown = typed("agents", "list").stdout
        assert [line.split()[0] for line in shown.splitlines()[1:]] == ["A017", "A099", "B01"]
        rows = orjson.loads(typed("agents", "list", "--json").stdout)
        assert [(row["agent"], row["pin"] is None) for row in rows] == [
            ("A017", True),
            ("A099", False),
            ("B01", True),
        ]
        assert "scrypt" not in typed("agents", "list", "--json").stdout


class TestTokens:
    def test_one_is_made_shown_and_kept_as_a_hash(self, typed: Type, sql: str) -> None:
        done = typed("tokens", "make", "softphone 1001", "--seat", "1001", "--by", "root")
        written = done.stdout.strip()
        tokens = Tokens(sql, "testcity")
        (kept,) = tokens.in_force(time.time())
        tokens.close()
        assert kept.hash == token_hash(written)
        assert (str(kept.role), kept.seat, kept.made_by) == ("seat", "1001", "root")
        assert audited(sql) == [("token_made", f"token:{kept.id}", "root")]

    def test_an_agents_token_has_the_agents_role_and_groups(self, typed: Type) -> None:
        typed("tokens", "make", "desk of the lead", "--agent", "B01")
        (row,) = orjson.loads(typed("tokens", "list", "--json").stdout)
        assert (row["role"], row["agent"], row["groups"]) == ("team_lead", "B01", ["intake"])

    @pytest.mark.parametrize(
        ("words", "word"),
        [
            (["--seat", "1009"], "no seat 1009"),
            (["--role", "reader", "--group", "web"], "no group web"),
            ([], "needs the seat or the agent"),
            (["--role", "admin", "--seat", "1001"], "at no seat"),
        ],
    )
    def test_one_that_would_open_nothing_or_too_much_is_refused(
        self, typed: Type, words: list[str], word: str
    ) -> None:
        done = typed("tokens", "make", "x", *words)
        assert done.exit_code == 1
        assert word in done.stderr

    def test_a_revoked_one_is_listed_only_if_asked_for(self, typed: Type) -> None:
        typed("tokens", "make", "wall", "--role", "reader", "--days", "0")
        assert "for ever" in typed("tokens", "list").stdout
        assert typed("tokens", "revoke", "1", "--by", "root").stdout == "token 1: revoked\n"
        assert typed("tokens", "list").stdout == "no tokens\n"
        assert "revoked" in typed("tokens", "list", "--all").stdout
        assert typed("tokens", "revoke", "1").exit_code == 1
