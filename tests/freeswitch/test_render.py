"""The configuration folder that FreeSWITCH starts with."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.lines import Forward
from routing.plan import Trunk
from switchd.freeswitch.render import MODULES, RenderError, plain_text, render
from switchd.freeswitch.settings import SettingsError
from tests.freeswitch import city

HOSTILE = (
    "席\"><user id='0'/>&amp; ${system(id)} $${domain} $(x) `y` \\ {a=b}[c] "
    '<!--#set "d=e"-->\r\nf\x00'
)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def parse(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(path.read_bytes())  # noqa: S314 - rendered by us


def parameters(path: Path) -> dict[str | None, str | None]:
    return {each.get("name"): each.get("value") for each in parse(path).iter("param")}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "freeswitch"


class TestTheFolder:
    def test_every_xml_file_is_well_formed(self, tmp_path: Path, out: Path) -> None:
        render(city.plan(), city.settings(tmp_path), out)
        files = list(out.rglob("*.xml"))
        assert len(files) > 10
        for path in files:
            parse(path)

    def test_the_same_plan_gives_the_same_bytes(self, tmp_path: Path, out: Path) -> None:
        render(city.plan(), city.settings(tmp_path), out)
        first = contents(out)
        render(city.plan(), city.settings(tmp_path), out)
        assert contents(out) == first

    def test_no_template_syntax_is_left(self, tmp_path: Path, out: Path) -> None:
        render(city.plan(), city.settings(tmp_path), out)
        for name, text in contents(out).items():
            assert b"{{" not in text, name
            assert b"{%" not in text, name

    def test_modules_are_loaded_with_sip_last(self, tmp_path: Path, out: Path) -> None:
        """No call may arrive before the dialplan is there to receive it."""
        render(city.plan(), city.settings(tmp_path), out)
        loads = parse(out / "autoload_configs/modules.conf.xml").iter("load")
        loaded = [each.get("module") for each in loads]
        assert loaded == list(MODULES)
        assert loaded[-1] == "mod_sofia"

    def test_limits_come_from_the_settings(self, tmp_path: Path, out: Path) -> None:
        settings = city.settings(
            tmp_path, max_sessions=123, sessions_per_second=45, rtp_ports=(20000, 20999)
        )
        render(city.plan(), settings, out)
        found = parameters(out / "autoload_configs/switch.conf.xml")
        assert found["max-sessions"] == "123"
        assert found["sessions-per-second"] == "45"
        assert (found["rtp-start-port"], found["rtp-end-port"]) == ("20000", "20999")

    def test_files_cannot_be_read_by_everybody(self, tmp_path: Path, out: Path) -> None:
        """Passwords are in the directory and in the event socket's configuration."""
        render(city.plan(), city.settings(tmp_path), out)
        assert out.stat().st_mode & 0o007 == 0
        for path in out.rglob("*"):
            assert path.stat().st_mode & 0o007 == 0, path

    def test_nothing_is_left_beside_it(self, tmp_path: Path, out: Path) -> None:
        render(city.plan(), city.settings(tmp_path), out)
        render(city.plan(), city.settings(tmp_path), out)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["freeswitch", "state"]

    def test_a_seat_that_left_the_plan_is_gone(self, tmp_path: Path, out: Path) -> None:
        render(city.plan(), city.settings(tmp_path), out)
        render(city.plan(seats={"1001": ""}), city.settings(tmp_path), out)
        users = parse(out / "directory/seats.xml").iter("user")
        assert [each.get("id") for each in users] == ["1001"]

    def test_a_city_without_seats_is_rendered(self, tmp_path: Path, out: Path) -> None:
        render(city.plan(seats={}), city.settings(tmp_path), out)
        assert b"user/" not in (out / "contexts/degraded.xml").read_bytes()


class TestPasswords:
    def test_the_event_socket_has_a_long_password_on_loopback(
        self, tmp_path: Path, out: Path
    ) -> None:
        rendered = render(city.plan(), city.settings(tmp_path), out)
        found = parameters(out / "autoload_configs/event_socket.conf.xml")
        assert found["listen-ip"] == "127.0.0.1"
        assert found["password"] == rendered.event_socket_password
        assert len(rendered.event_socket_password) >= 32

    def test_every_seat_has_its_own(self, tmp_path: Path, out: Path) -> None:
        rendered = render(city.plan(), city.settings(tmp_path), out)
        assert set(rendered.seat_passwords) == {"1001", "1002", "1003"}
        assert len(set(rendered.seat_passwords.values())) == 3

    def test_they_survive_a_new_render_and_a_new_seat(self, tmp_path: Path, out: Path) -> None:
        first = render(city.plan(seats={"1001": ""}), city.settings(tmp_path), out)
        second = render(city.plan(), city.settings(tmp_path), tmp_path / "elsewhere")
        assert second.event_socket_password == first.event_socket_password
        assert second.seat_passwords["1001"] == first.seat_passwords["1001"]


class TestHostileText:
    def test_a_title_stays_text(self, tmp_path: Path, out: Path) -> None:
        """Neither XML nor the preprocessor nor the dialplan finds anything to act upon."""
        render(city.plan(seats={"1001": HOSTILE}, title=HOSTILE), city.settings(tmp_path), out)
        users = list(parse(out / "directory/seats.xml").iter("user"))
        assert [each.get("id") for each in users] == ["1001"]
        name = users[0].find("variables/variable[@name='effective_caller_id_name']")
        assert name is not None
        value = name.get("value", "")
        assert value.startswith("席")
        assert not set("${}<>\"'\\[]\r\n\x00") & set(value)

    @given(st.text())
    def test_no_text_keeps_anything_that_is_expanded(self, text: str) -> None:
        plain = plain_text(text)
        assert not set("${}<>\"'\\[]^|,;@") & set(plain)
        assert plain.isprintable() or all(c.isprintable() or ord(c) > 127 for c in plain)
        assert plain_text(plain) == plain

    def test_a_title_of_plain_words_is_kept(self) -> None:
        assert plain_text("受理席 1 (班长)") == "受理席 1 (班长)"

    @pytest.mark.parametrize(
        "changes",
        [
            {"seats": {"10 01": ""}},
            {"seats": {"1001|error/x": ""}},
            {"seats": {"${x}": ""}},
            {"city": "a/b"},
            {"language": "zh,en"},
        ],
        ids=str,
    )
    def test_a_name_that_cannot_be_made_safe_is_refused(
        self, tmp_path: Path, out: Path, changes: dict[str, object]
    ) -> None:
        with pytest.raises(RenderError, match="another name"):
            render(city.plan(**changes), city.settings(tmp_path), out)  # type: ignore[arg-type]
        assert not out.exists()

    def test_a_feature_code_is_matched_literally(self, tmp_path: Path, out: Path) -> None:
        """In a regular expression a star would mean something else."""
        settings = city.settings(tmp_path, feature_codes={"*10": "sign_in"})
        render(city.plan(), settings, out)
        text = (out / "contexts/switchd-seats.xml").read_text()
        assert r'expression="^(\*10)$"' in text

    def test_behind_the_code_for_a_result_comes_the_result(self, tmp_path: Path, out: Path) -> None:
        settings = city.settings(tmp_path, feature_codes={"*15": "follow_up_result"})
        render(city.plan(), settings, out)
        text = (out / "contexts/switchd-seats.xml").read_text()
        assert r'expression="^(\*15[0-9]{1,8})$"' in text
        assert 'data="switchd_code=$1"' in text

    def test_a_number_that_a_seat_dials_is_parked_behind_the_codes(
        self, tmp_path: Path, out: Path
    ) -> None:
        settings = city.settings(tmp_path, feature_codes={"*10": "sign_in"})
        render(city.plan(), settings, out)
        text = (out / "contexts/switchd-seats.xml").read_text()
        assert text.index("switchd_kind=code") < text.index("switchd_kind=outgoing")
        assert 'data="switchd_seat=${sip_auth_username}"' in text

    def test_a_code_that_leads_to_a_call_is_dialled_like_a_number(
        self, tmp_path: Path, out: Path
    ) -> None:
        codes = {"*10": "sign_in", "*9": "pick_up", "*0": "supervisor"}
        render(city.plan(), city.settings(tmp_path, feature_codes=codes), out)
        text = (out / "contexts/switchd-seats.xml").read_text()
        assert r'expression="^(\+?[0-9]{1,24}|\*9[0-9]{0,8}|\*0)$"' in text
        assert text.count("switchd_kind=code") == 1


class TestAFailedRender:
    def test_changes_nothing(self, tmp_path: Path, out: Path) -> None:
        settings = city.settings(tmp_path)
        render(city.plan(), settings, out)
        before = contents(tmp_path)
        with pytest.raises(RenderError):
            render(city.plan(seats={"a b": ""}), settings, out)
        broken = tmp_path / "templates"
        broken.mkdir()
        (broken / "freeswitch.xml.j2").write_text("{{ nobody.knows }}")
        before["templates/freeswitch.xml.j2"] = b"{{ nobody.knows }}"
        with pytest.raises(RenderError, match="nobody"):
            render(city.plan(), city.settings(tmp_path, templates=broken), out)
        assert contents(tmp_path) == before

    def test_a_folder_of_somebody_else_is_not_replaced(self, tmp_path: Path, out: Path) -> None:
        out.mkdir()
        (out / "freeswitch.xml").write_text("<document/>")
        with pytest.raises(RenderError, match="not rendered by switchd"):
            render(city.plan(), city.settings(tmp_path), out)
        assert contents(out) == {"freeswitch.xml": b"<document/>"}

    def test_music_without_a_folder_is_named(self, tmp_path: Path, out: Path) -> None:
        with pytest.raises(SettingsError, match="music: no folder is given for moh"):
            render(city.plan(), city.settings(tmp_path, music={}), out)

    def test_a_trunk_without_addresses_is_named(self, tmp_path: Path, out: Path) -> None:
        settings = city.settings(tmp_path, trunk_addresses={"telecom": ("10.0.0.0/8",)})
        with pytest.raises(SettingsError, match=r"trunks are \['default'\]"):
            render(city.plan(), settings, out)


class TestContexts:
    def test_each_trunk_is_known_by_its_addresses(self, tmp_path: Path, out: Path) -> None:
        trunks = {"telecom": ("10.0.0.0/8",), "mobile": ("192.0.2.1/32", "192.0.2.2/32")}
        settings = city.settings(tmp_path, trunk_addresses=trunks)
        render(city.plan(trunks=dict.fromkeys(trunks)), settings, out)
        lists = {
            each.get("name"): [node.get("cidr") for node in each.iter("node")]
            for each in parse(out / "autoload_configs/acl.conf.xml").iter("list")
        }
        assert lists["trunk-telecom"] == ["10.0.0.0/8"]
        assert lists["trunk-mobile"] == ["192.0.2.1/32", "192.0.2.2/32"]
        assert lists["trunks"] == ["10.0.0.0/8", "192.0.2.1/32", "192.0.2.2/32"]

    def degraded(self, folder: Path) -> dict[str, list[tuple[str, str]]]:
        """Extension → its actions, of the context in which nobody controls calls."""
        return {
            each.get("name", ""): [
                (action.get("application", ""), action.get("data", ""))
                for action in each.iter("action")
            ]
            for each in parse(folder / "contexts/degraded.xml").iter("extension")
        }

    def test_the_degraded_context_rings_the_seats_in_turn(self, tmp_path: Path, out: Path) -> None:
        render(city.plan(), city.settings(tmp_path), out)
        rings = [
            data
            for application, data in self.degraded(out)["ring the seats in turn"]
            if application == "limit_execute"
        ]
        assert [re.findall(r"user/([0-9]+)@", data) for data in rings] == [
            ["1001"],
            ["1002"],
            ["1003"],
        ]

    def test_no_more_callers_look_for_a_phone_there_than_there_are(
        self, tmp_path: Path, out: Path
    ) -> None:
        render(city.plan(), city.settings(tmp_path), out)
        (turn,) = (
            data
            for application, data in self.degraded(out)["ring the seats in turn"]
            if application == "limit"
        )
        assert turn == "hash switchd turns 3 degraded-pause XML degraded"
        assert '["1003"] = true' in (out / "scripts/dead_man.lua").read_text()

    def test_an_emergency_number_goes_straight_to_its_trunk_there(
        self, tmp_path: Path, out: Path
    ) -> None:
        plan = city.plan(
            emergency={"110": Forward("03750110", "default"), "120": Forward("120", "nowhere")},
            trunks={"default": Trunk("default", proxy="10.0.0.9:5060")},
        )
        render(plan, city.settings(tmp_path), out)
        extensions = self.degraded(out)
        assert ("bridge", "sofia/trunk/03750110@10.0.0.9:5060") in extensions["emergency 110"]
        assert "emergency 120" not in extensions
        before = list(extensions)[: list(extensions).index("switchd is there again")]
        assert "emergency 110" in before

    def test_a_new_call_is_parked_only_while_a_switchd_is_there(
        self, tmp_path: Path, out: Path
    ) -> None:
        render(city.plan(), city.settings(tmp_path), out)
        condition = parse(out / "contexts/switchd.xml").find(
            ".//condition[@field='${switchd_alive}']"
        )
        assert condition is not None
        assert condition.get("expression") == "^(true|without_queue)$"
        assert [each.get("application") for each in condition.iter("action")] == ["park"]
        (otherwise,) = condition.iter("anti-action")
        assert otherwise.get("data") == "degraded XML degraded"

    def test_the_arguments_name_the_folder_and_every_writable_place(
        self, tmp_path: Path, out: Path
    ) -> None:
        modules = tmp_path / "mod"
        rendered = render(city.plan(), city.settings(tmp_path, modules_dir=modules), out)
        arguments = rendered.arguments(tmp_path / "work")
        assert arguments[arguments.index("-conf") + 1] == str(out)
        assert arguments[arguments.index("-mod") + 1] == str(modules)
        for option in ("-log", "-db", "-run"):
            assert Path(arguments[arguments.index(option) + 1]).is_dir()


class TestPeers:
    """Calls from the city's other FreeSWITCHes."""

    def context(self, folder: Path) -> ElementTree.Element | None:
        return parse(folder / "contexts" / "switchd-peers.xml").find("context")

    def test_without_peers_there_is_neither_profile_nor_context(
        self, tmp_path: Path, out: Path
    ) -> None:
        render(city.plan(), city.settings(tmp_path), out)
        assert parse(out / "sip_profiles" / "peers.xml").find("profile") is None
        assert self.context(out) is None

    def test_a_peer_is_known_by_its_address_and_port(self, tmp_path: Path, out: Path) -> None:
        peers = {"south": ("10.20.0.12", 5081)}
        render(city.plan(), city.settings(tmp_path, peers=peers, peers_port=5082), out)
        profile = parameters(out / "sip_profiles" / "peers.xml")
        assert profile["sip-port"] == "5082"
        assert (profile["context"], profile["apply-inbound-acl"]) == ("switchd-peers", "peers")
        allowed = parse(out / "autoload_configs" / "acl.conf.xml").find(".//list[@name='peers']")
        assert allowed is not None
        assert allowed.get("default") == "deny"
        assert [node.get("cidr") for node in allowed] == ["10.20.0.12/32"]
        context = self.context(out)
        assert context is not None
        conditions = {
            each.get("field"): each.get("expression") for each in context[0].iter("condition")
        }
        assert conditions["${network_addr}"] == r"^10\.20\.0\.12$"
        assert conditions["${sip_network_port}"] == "^5081$"

    def test_whoever_else_comes_is_rejected(self, tmp_path: Path, out: Path) -> None:
        render(city.plan(), city.settings(tmp_path, peers={"south": ("10.20.0.12", 5081)}), out)
        context = self.context(out)
        assert context is not None
        (last,) = context[-1].iter("action")
        assert (last.get("application"), last.get("data")) == ("hangup", "CALL_REJECTED")

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"peers": {"a b": ("10.0.0.1", 5080)}}, "peers: 'a b'"),
            ({"peers": {"south": ("10.0.0.1/8", 5080)}}, "peers: south"),
            ({"peers": {"south": ("10.0.0.1", 5080)}, "peers_port": 5060}, "peers_port: 5060"),
        ],
    )
    def test_what_cannot_be_rendered_is_refused(
        self, tmp_path: Path, changes: dict[str, object], complaint: str
    ) -> None:
        with pytest.raises(SettingsError, match=complaint):
            city.settings(tmp_path, **changes)
