"""The sections `control`, `experts` and `dialling`."""

from __future__ import annotations

import pytest

from routing.control_rules import ControlRules
from routing.dialling import Allowed, Barred, Dialling
from routing.experts import Expert, Member, Ring
from routing.keys import DEFAULT_CODES, Command, KeyVerb
from switchd.config import load
from switchd.config.control import KeyCodes

TRUNKS = "trunks:\n  carrier: {proxy: '10.20.0.5:5060'}\n  inward: {}\n"
OFFICE = "calendars: {office: {week: {mon-fri: 09:00-17:00}}}\n"


class TestControl:
    def test_without_the_section_everything_has_its_default(self, write) -> None:
        assert load(write()).plan.control == ControlRules()

    def test_the_documented_codes_are_those_of_the_key_reader(self) -> None:
        written = KeyCodes()
        codes = [code for code in written.model_dump().values() if isinstance(code, str) and code]
        codes += written.emergency.values()
        assert {f"*{code}" for code in DEFAULT_CODES} == set(codes)

    def test_a_code_can_be_another_or_none(self, write) -> None:
        text = (
            'control: {keys: {hold: "*50", mute: "*51", park: "", three_way: "*7", transfer: ""}}\n'
        )
        codes = load(write(extra=text)).plan.control.keys.codes
        assert codes["50"] == Command(KeyVerb.HOLD)
        assert codes["51"] == Command(KeyVerb.MUTE)
        assert codes["7"] == Command(KeyVerb.THREE_WAY)
        assert "9" not in codes
        assert "1" not in codes

    def test_one_emergency_code_can_be_another(self, write) -> None:
        text = 'control: {keys: {emergency: {110: "*99"}, park: ""}}\n'
        codes = load(write(extra=text)).plan.control.keys.codes
        assert codes["99"] == Command(KeyVerb.EMERGENCY, "110")
        assert "110" not in codes
        assert codes["120"] == Command(KeyVerb.EMERGENCY, "120")

    def test_supervisors_and_times_can_be_set(self, write) -> None:
        text = (
            TRUNKS + "control:\n  supervisors: {group: intake, seats: [1003], joins: yes}\n"
            "  emergency_trunks: [carrier]\n  park_seconds: 60\n  code_seconds: 1.5\n"
        )
        rules = load(write(extra=text)).plan.control
        assert (rules.supervisor_group, rules.supervisor_seats) == ("intake", ("1003",))
        assert rules.supervisor_joins
        assert rules.emergency_trunks == ("carrier",)
        assert (rules.park_seconds, rules.keys.code_seconds) == (60.0, 1.5)

    @pytest.mark.parametrize(
        ("text", "key", "what", "instead"),
        [
            ('{keys: {hold: "*5"}}', "control.keys.hold", "*5 means hold already", "another code"),
            (
                '{keys: {emergency: {110: "*9"}}}',
                "control.keys.emergency.110",
                "*9 means park already",
                "another code",
            ),
            (
                '{keys: {hold: "*21"}}',
                "control.keys.hold",
                "*21 begins like *2",
                "begins otherwise",
            ),
            (
                '{keys: {transfer: "*1"}}',
                "control.keys.transfer",
                "means hold already",
                "another code",
            ),
            ('{keys: {hold: "1"}}', "control.keys.hold", "cannot stand here", '"*#"'),
            ('{keys: {emergency: {110: ""}}}', "control.keys.emergency.110", "cannot", "*110"),
            ("{supervisors: {group: lead}}", "control.supervisors.group", "no group", "intake"),
            ("{supervisors: {seats: [1009]}}", "control.supervisors.seats.0", "1009", "1003"),
            ("{emergency_trunks: [sky]}", "control.emergency_trunks.0", "no trunk sky", "carrier"),
            ("{emergency_trunks: [inward]}", "control.emergency_trunks.0", "no proxy", "proxy:"),
        ],
    )
    def test_a_mistake_is_told_with_what_to_write(
        self, judge, text: str, key: str, what: str, instead: str
    ) -> None:
        problems = judge(extra=f"{TRUNKS}control: {text}\n")
        problem = next(one for one in problems if one.key == key)
        assert problem.file == "extra.yaml"
        assert problem.line == 4
        assert what in problem.what
        assert instead in problem.instead

    def test_a_number_code_that_begins_other_codes_is_ambiguous_with_each(self, judge) -> None:
        problems = judge(extra='control: {keys: {hold: "", consult: "*1", supervisor: ""}}\n')
        assert [one.key for one in problems] == ["control.keys.consult"] * 4
        assert {one.what[:4] for one in problems} == {"*110", "*119", "*120", "*122"}


class TestExperts:
    def test_people_are_reached_by_telephone_or_at_a_seat(self, write) -> None:
        text = (
            TRUNKS + OFFICE + "shifts: {duty: {crews: [值班], calendar: office}}\n"
            "experts:\n  medical:\n    title: 医疗卫生\n    ring: together\n    open: office\n"
            "    members:\n"
            "      - {title: 王主任, phone: 139-0000-0001, trunk: carrier, shift: duty}\n"
            "      - {title: 驻场专家, seat: 1003}\n"
        )
        experts = load(write(extra=text)).plan.experts
        assert experts == {
            "medical": Expert(
                "medical",
                "医疗卫生",
                (
                    Member("王主任", number="13900000001", trunk="carrier", shift="duty"),
                    Member("驻场专家", seat="1003"),
                ),
                Ring.TOGETHER,
                open="office",
            )
        }

    def test_a_telephone_number_alone_is_a_person(self, write) -> None:
        text = "trunks: {carrier: {proxy: 10.20.0.5}}\n"
        text += "experts: {legal: {title: 法律, members: [13900000002]}}\n"
        (member,) = load(write(extra=text)).plan.experts["legal"].members
        assert member == Member("13900000002", number="13900000002", trunk="carrier")

    @pytest.mark.parametrize(
        ("member", "key", "what", "instead"),
        [
            ("{title: 王主任}", "", "telephone or at a seat", "`phone:`"),
            ("{phone: 1390000, seat: 1001}", "", "telephone or at a seat", "`seat:`"),
            ("{seat: 1009}", ".seat", "no seat 1009", "1003"),
            ("{seat: 1001, trunk: carrier}", ".trunk", "only for a telephone", "`phone:`"),
            ("{phone: 4882789}", ".phone", "not said over which trunk", "carrier"),
            ("{phone: 4882789, trunk: inward}", ".trunk", "no proxy", "proxy:"),
            ("{phone: 120, trunk: carrier}", ".phone", "emergency", "one key"),
            ("{phone: 12345, trunk: carrier}", ".phone", "lines.12345", "own number"),
            ("{seat: 1001, open: lunch}", ".open", "no calendar lunch", "always"),
            ("{seat: 1001, shift: duty}", ".shift", "no shift duty", "none to choose"),
            ("{seat: 1001, crew: 甲班}", ".crew", "without its shift", "`shift:`"),
        ],
    )
    def test_a_mistake_is_told_with_what_to_write(
        self, judge, member: str, key: str, what: str, instead: str
    ) -> None:
        text = f"experts:\n  medical:\n    title: 医疗卫生\n    members:\n      - {member}\n"
        (problem,) = judge(extra=TRUNKS + text)
        assert problem.key == f"experts.medical.members.0{key}"
        assert problem.line == 8
        assert what in problem.what
        assert instead in problem.instead


class TestDialling:
    def test_without_the_section_seats_dial_the_country_over_the_only_trunk_that_can(
        self, write
    ) -> None:
        rules = load(write(extra=TRUNKS)).plan.dialling
        assert rules == Dialling(trunk="carrier")

    def test_without_a_trunk_that_can_be_dialled_over_seats_do_not(self, write) -> None:
        assert load(write()).plan.dialling.trunk == ""

    def test_prefixes_trunks_and_shown_numbers(self, write) -> None:
        text = (
            TRUNKS + "dialling:\n  trunk: carrier\n  trunks: {40: carrier}\n"
            "  allowed: [1, '+852', 0371]\n  barred: ['168']\n  shown_number: 0375-12345\n"
            "  shown: {12345: 037596000}\n"
            "  short_numbers: {71: 'group:intake', 99: 'seat:1001'}\n"
        )
        rules = load(write(extra=text)).plan.dialling
        assert rules.ruling("13900000000", "12345") == Allowed("13900000000", "carrier", "96000")
        assert rules.ruling("0085221234567") == Allowed("0085221234567", "carrier", "12345")
        assert rules.ruling("16812345") == Barred("16812345", "168")
        assert rules.ruling("00442079460000") == Barred("00442079460000", "00")
        assert rules.trunks == {"40": "carrier"}
        assert rules.short_numbers == {"71": "group:intake", "99": "seat:1001"}

    @pytest.mark.parametrize(
        ("text", "key", "what", "instead"),
        [
            ("{trunk: inward}", ".trunk", "no proxy", "proxy:"),
            ("{trunks: {40: sky}}", ".trunks.40", "no trunk sky", "carrier"),
            ("{allowed: [1], barred: [1]}", ".barred.0", "1 stands already", "Keep one"),
            ("{allowed: ['+852', '00852']}", ".allowed.1", "stands already", "Keep one"),
            ("{allowed: [0375]}", ".allowed.0", "nothing begins with 0375", "behind it"),
            ("{allowed: ['+86139']}", ".allowed.0", "nothing begins with +86139", "behind it"),
            ("{allowed: [a]}", ".allowed.0", "cannot stand", "digits"),
            ("{shown_number: 110}", ".shown_number", "'110' is no number", "own"),
            ("{shown: {12319: 12345}}", ".shown.12319", "no line 12319", "12345"),
            ("{short_numbers: {110: 'seat:1001'}}", ".short_numbers.110", "emergency", "another"),
            ("{short_numbers: {1002: 'seat:1001'}}", ".short_numbers.1002", "a seat", "another"),
            ("{short_numbers: {12345: 'seat:1001'}}", ".short_numbers.12345", "a line", "another"),
            ("{short_numbers: {81: 'expert:law'}}", ".short_numbers.81", "no expert", "none"),
            ("{short_numbers: {81: 'group:law'}}", ".short_numbers.81", "no group", "intake"),
            ("{short_numbers: {81: 'agent:A17'}}", ".short_numbers.81", "no agent A17", "none"),
            ("{short_numbers: {81: 'line:12319'}}", ".short_numbers.81", "no line", "12345"),
            (
                "{short_numbers: {81: 'number:x'}}",
                ".short_numbers.81",
                "telephone number",
                "digits",
            ),
            ("{short_numbers: {81: law}}", ".short_numbers.81", "cannot stand", "expert:medical"),
        ],
    )
    def test_a_mistake_is_told_with_what_to_write(
        self, judge, text: str, key: str, what: str, instead: str
    ) -> None:
        (problem,) = judge(extra=f"{TRUNKS}dialling: {text}\n")
        assert problem.key == f"dialling{key}"
        assert problem.line == 4
        assert what in problem.what
        assert instead in problem.instead

    def test_a_section_without_any_trunk_that_can_be_dialled_over_is_a_mistake(self, judge) -> None:
        (problem,) = judge(extra="dialling: {barred: ['168']}\n")
        assert problem.key == "dialling"
        assert "trunk" in problem.what


class TestFeatureCodes:
    def test_a_code_may_not_look_like_picking_up_what_a_seat_parked(self, judge) -> None:
        (problem,) = judge(extra='feature_codes: {ready: "*91"}\n')
        assert problem.key == "feature_codes.ready"
        assert "*91 begins like *9" in problem.what

    def test_the_codes_that_lead_to_a_call_can_be_others(self, write) -> None:
        text = 'feature_codes: {pick_up: "*8", supervisor: "*90"}\n'
        codes = load(write(extra=text)).server.feature_codes
        assert (codes.pick_up, codes.supervisor) == ("*8", "*90")
