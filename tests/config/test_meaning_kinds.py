"""What a line may not have, what it needs, and groups, seats and menus that lead nowhere."""

import pytest

from switchd.config import Known, Severity

HOTLINE = "lines:\n  12345: {kind: hotline, title: 热线, group: intake}\n"
GROUPS = "groups:\n  intake: {title: 受理}\n"
MARKET = GROUPS + "  market: {title: 市监}\n"
SEATS = "seats:\n  1001: intake\n  1101: market\n"
PARALLEL = HOTLINE + "  12315: {kind: parallel, title: 市监, group: market}\n"
OUT = "trunks:\n  carrier: {proxy: 10.0.0.1}\n  bare: {}\n"
MENU = "menus:\n  main:\n    prompts: [calm]\n    keys:\n"

ERRORS = [
    # files, then line, key, a part of what is wrong, a part of what to write
    ({"lines": HOTLINE + "  12315: {kind: parallel, title: x, group: intake,\n    then: tell}\n"},
     "4:lines.12315.then", "kind parallel has no then", "it belongs to: deferred"),
    ({"lines": HOTLINE + "  12315: {kind: parallel, title: x, group: intake,\n    into: 12345}\n"},
     "4:lines.12315.into", "kind parallel has no into", "retired, remote, sub_centre"),
    ({"lines": HOTLINE[:-2] + ",\n    trunk: carrier}\n", "extra": OUT},
     "3:lines.12345.trunk", "kind hotline has no trunk", "sub_centre, expert, deferred"),
    ({"lines": HOTLINE + "  12121: {kind: deferred, title: 气象}\n"},
     "3:lines.12121", "deferred needs then", "`then:` and pass_on"),
    ({"lines": HOTLINE + "  12121: {kind: deferred, title: 气象, then: tel}\n"},
     "3:lines.12121.then", "'tel' is not known", "tell"),
    ({"lines": HOTLINE + "  12121: {kind: deferred, title: 气象, then: tell,\n"
     "    failed_prompt: calm}\n"},
     "4:lines.12121.failed_prompt", "no failed_prompt", "then: pass_on"),
    ({"lines": HOTLINE + "  12121: {kind: deferred, title: 气象, then: pass_on, trunk: carrier,\n"
     "    tell: 96121}\n", "extra": OUT},
     "4:lines.12121.tell", "not told a number", "`to:`"),
    ({"lines": HOTLINE + "  12121: {kind: deferred, title: 气象, then: tell, tell: weather}\n"},
     "3:lines.12121.tell", "'weather' is no telephone number", "12366"),
    ({"lines": HOTLINE + "  6026789: {kind: remote, title: 汝州, group: intake}\n"},
     "3:lines.6026789", "remote needs merged_on", "2020-01-03"),
    ({"lines": HOTLINE + "  962777: {kind: sub_centre, title: 燃气, trunk: carier}\n",
      "extra": OUT},
     "3:lines.962777.trunk", "no trunk carier", "Write carrier"),
    ({"lines": HOTLINE + "  962777: {kind: sub_centre, title: 燃气, trunk: bare}\n",
      "extra": OUT},
     "3:lines.962777.trunk", "bare has no proxy", "`proxy: host:5060` in trunks.bare"),
    ({"lines": HOTLINE + "  962777: {kind: sub_centre, title: 燃气}\n", "extra": OUT},
     "3:lines.962777", "over which trunk", "carrier, bare"),
    ({"lines": HOTLINE + "  962777: {kind: sub_centre, title: 燃气}\n"},
     "3:lines.962777", "the trunk trunk has no proxy", "trunks.trunk"),
    ({"lines": HOTLINE + "  962777: {kind: sub_centre, title: 燃气, trunk: carrier,\n"
     "    to: 0375-110}\n", "extra": OUT},
     "4:lines.962777.to", "110 is an emergency number", "own number"),
    ({"lines": HOTLINE + "  12329: {kind: expert, title: 公积金, to: 2990011}\n", "extra": OUT},
     "3:lines.12329", "over which trunk", "carrier"),
    ({"lines": HOTLINE + "  12329: {kind: expert, title: 公积金, into: 12121}\n"
      "  12121: {kind: deferred, title: 气象, then: tell}\n"},
     "3:lines.12329.into", "12121 is deferred itself", "12345"),
    ({"lines": HOTLINE[:-2] + ",\n    overflow: {group: market}}\n"},
     "3:lines.12345.overflow.group", "no group market", "intake"),
    ({"lines": HOTLINE[:-2] + ",\n    overflow: [{group: intake}]}\n"},
     "3:lines.12345.overflow.0.group", "the line's own group", "another group"),
    ({"lines": HOTLINE[:-2] + ",\n    overflow: [{group: market}]}\n", "groups": MARKET},
     "3:lines.12345.overflow.0.group", "market has no seats", "section seats"),
    ({"lines": HOTLINE[:-2] + ",\n    overflow: [{group: market},\n      {group: market}]}\n",
      "groups": MARKET, "seats": SEATS},
     "4:lines.12345.overflow.1.group", "a second time", "shorter wait"),
    ({"lines": PARALLEL, "groups": MARKET.replace("市监}", "市监, inbound: no}"), "seats": SEATS},
     "3:groups.market.inbound", "callers come to the group market", "Delete the key"),
    ({"lines": HOTLINE[:-2] + ",\n    menu: mian}\n", "extra": MENU + "      1: intake\n"},
     "3:lines.12345.menu", "no menu mian", "Write main"),
    ({"extra": MENU + "      1: intak\n"},
     "5:menus.main.keys.1.group", "no group intak", "Write intake"),
    ({"extra": MENU + "      1: {menu: more}\n"},
     "5:menus.main.keys.1.menu", "no menu more", "main"),
    ({"extra": MENU + "      1: {menu: main}\n"},
     "5:menus.main.keys.1.menu", "leads back to the menu main", "skill group"),
    ({"extra": MENU + "      1: {menu: more}\n  more:\n    prompts: [calm]\n    keys:\n"
      "      9: {menu: main}\n"},
     "9:menus.more.keys.9.menu", "leads back to the menu main", "skill group"),
    ({"extra": MENU + "      1: {}\n"},
     "5:menus.main.keys.1", "leads nowhere", "a skill group"),
    ({"extra": MENU + "      12: intake\n"},
     "5:menus.main.keys.12", "'12' cannot stand", "one key of the phone"),
    ({"extra": MENU + "      1: {language: fr}\n"},
     "5:menus.main.keys.1.language", "'fr' is not known", "zh"),
    ({"extra": MENU + "      1: market\n", "groups": MARKET},
     "5:menus.main.keys.1", "market, to which the key leads, has no seats", "section seats"),
    ({"extra": "emergency: {trunk: carier}\n" + OUT},
     "1:emergency.trunk", "no trunk carier", "Write carrier"),
    ({"extra": "emergency:\n  110: bare\n" + OUT},
     "2:emergency.110", "bare has no proxy", "trunks.bare"),
    ({"extra": "emergency:\n  119: {number: 8119}\n" + OUT},
     "2:emergency.119", "over which trunk", "carrier, bare"),
    ({"extra": "emergency:\n  110: {trunk: carrier, number: 0375-12345}\n" + OUT},
     "2:emergency.110.number", "calls to 110 would come to lines.12345 (", "own number"),
    ({"extra": "emergency:\n  12345: carrier\n" + OUT},
     "2:emergency.12345", "'12345' is not known", "110"),
    ({"extra": "emergency:\n  trunk: {trunk: carrier, number: 110}\n" + OUT},
     "2:emergency.trunk.number", "cannot stand for four", "under 110"),
    ({"seats": "seats:\n  1001: intake\n  2001: {groups: [intake],\n    trunk: carrier}\n",
      "extra": OUT},
     "4:seats.2001.trunk", "only for a seat with a telephone", "`phone:`"),
    ({"seats": 'seats:\n  1001: intake\n  2001: {groups: [intake],\n    phone: "139000"}\n'},
     "4:seats.2001.phone", "the trunk trunk has no proxy", "`proxy:"),
    ({"seats": "seats:\n  2001-2002: {groups: [intake], trunk: carrier,\n"
      "    phone: 13900000000}\n", "extra": OUT},
     "3:seats.2001-2002.phone", "cannot ring for a range", "by itself"),
    ({"seats": "seats:\n  2001: {groups: [intake], phone: 139000, trunk: carrier}\n"
      "  2002: {groups: [intake], phone: 139000, trunk: carrier}\n", "extra": OUT},
     "3:seats.2002.phone", "rings already for seats.2001 (", "one seat"),
    ({"seats": "seats:\n  2001: {groups: [intake], phone: 12345, trunk: carrier}\n",
      "extra": OUT},
     "2:seats.2001.phone", "12345 is the number of lines.12345", "own number"),
    ({"seats": "seats:\n  2001: {groups: [intake], phone: 110, trunk: carrier}\n", "extra": OUT},
     "2:seats.2001.phone", "110 is an emergency number", "own number"),
    ({"extra": "trunks:\n  carrier: {proxy: 10.0.0.1/24}\n"},
     "2:trunks.carrier.proxy", "cannot stand here", "host:port"),
    ({"extra": "trunks:\n  carrier: {add_prefixes: {5: 331}}\n"},
     "2:lines.12345", "12345 can never be matched: the trunk carrier makes 33112345", "trunks."),
]  # fmt: skip


@pytest.mark.parametrize(("files", "place", "what", "instead"), ERRORS)
def test_an_error(judge, files, place, what, instead):
    line, key = place.split(":")
    problem = next(one for one in judge(**files) if one.key == key)
    assert problem.line == int(line)
    assert what in problem.what
    assert instead in problem.instead
    assert problem.severity is Severity.ERROR


MUTUAL = """\
lines:
  12345:
    kind: hotline
    title: 热线
    group: intake
    overflow: {group: market, after_seconds: 0}
  12315:
    kind: parallel
    title: 市监
    group: market
    overflow: {group: intake, after_seconds: 0}
"""
WARNINGS = [
    ({"groups": MARKET, "seats": SEATS},
     "groups.market", "so its seats get no calls", "`inbound: no`"),
    ({"lines": MUTUAL, "groups": MARKET, "seats": SEATS},
     "lines.12345.overflow", "neither has seats of its own", "`after_seconds:`"),
    ({"lines": HOTLINE + "  12329: {kind: expert, title: 公积金, ring_seconds: 20}\n"},
     "lines.12329.ring_seconds", "cannot reach without a trunk", "`trunk:`"),
    ({"lines": HOTLINE + "  962777: {kind: sub_centre, title: 燃气, trunk: carrier, to: 12345}\n",
      "extra": OUT},
     "lines.962777.to", "may come back here", "own number"),
    ({"extra": MENU + "      1: intake\n"},
     "menus.main", "no line and no menu leads", "`menu: main`"),
    ({"lines": HOTLINE + "  6026789: {kind: remote, title: 汝州, group: market,\n"
      "    merged_on: 2020-01-31}\n", "groups": MARKET, "seats": SEATS},
     "seats.1101", "the lines of market are gone", "a line in service"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "key", "what", "instead"), WARNINGS)
def test_a_warning(judge, files, key, what, instead):
    problem = next(one for one in judge(**files) if one.key == key)
    assert what in problem.what
    assert instead in problem.instead
    assert problem.severity is Severity.WARNING


class TestReservedOrgans:
    """人大, 政协, 法院, 检察院, 纪检监察, 国家安全 may not be merged (国办发〔2020〕53号)."""

    LINE = "  12388: {{kind: {kind}, title: {title}{more}}}\n"

    @pytest.mark.parametrize(
        "title",
        ["市人大热线", "市政协", "中级人民法院诉讼服务", "市检察院", "市纪委监委举报", "国家安全"],
    )
    def test_a_title_that_names_one_is_refused(self, judge, title):
        line = self.LINE.format(kind="parallel", title=title, more=", group: intake")
        [problem] = judge(lines=HOTLINE + line)
        assert (problem.key, problem.severity) == ("lines.12388.title", Severity.ERROR)
        assert "国办发〔2020〕53号" in problem.what
        assert "`department:`" in problem.instead

    def test_the_department_decides_if_it_is_written(self, judge):
        more = ", group: intake, department: 新华区法院路街道办事处"
        street = self.LINE.format(kind="parallel", title="法院路街道", more=more)
        [problem] = judge(lines=HOTLINE + street)
        assert problem.key == "lines.12388.department"
        more = ", group: intake, department: 新华区街道办事处"
        assert (
            judge(lines=HOTLINE + self.LINE.format(kind="parallel", title="法院路", more=more))
            == []
        )

    def test_callers_may_be_told_its_number(self, judge):
        line = self.LINE.format(kind="deferred", title="检察院", more=", then: tell")
        assert judge(lines=HOTLINE + line) == []


class TestGroupsInUse:
    """Seats without callers are told only where that cannot be meant."""

    def test_a_group_that_works_on_matters_is_not_inbound(self, judge):
        groups = MARKET.replace("市监}", "市监, inbound: no}")
        assert judge(groups=groups, seats=SEATS) == []

    def test_overflow_and_menus_lead_to_groups_too(self, judge):
        overflow = HOTLINE[:-2] + ", overflow: {group: market}}\n"
        assert judge(lines=overflow, groups=MARKET, seats=SEATS) == []
        menu = HOTLINE[:-2] + ", menu: main}\n"
        extra = MENU + "      1: market\n"
        assert judge(lines=menu, groups=MARKET, seats=SEATS, extra=extra) == []

    def test_a_group_of_a_line_that_is_gone_is_no_surprise_if_its_seats_have_another(self, judge):
        line = "  6026789: {kind: remote, title: x, group: market, merged_on: 2020-01-31}\n"
        seats = "seats:\n  1001: intake\n  1101: [market, intake]\n"
        problems = judge(lines=HOTLINE + line, groups=MARKET, seats=seats)
        assert [one.key for one in problems] == ["lines.6026789.merged_on"]


class TestNumbersThatArrive:
    """A number that no trunk can bring is an error; one that some trunk brings is not."""

    def test_a_shortened_number_is_lengthened(self, judge):
        line = "  3312345: {kind: parallel, title: x, group: intake}\n"
        trunks = "trunks:\n  carrier: {add_prefixes: {4: 331}}\n"
        assert judge(lines=HOTLINE + line, extra=trunks) == []

    def test_a_second_trunk_is_enough(self, judge):
        assert judge(extra="trunks:\n  a: {add_prefixes: {5: 331}}\n  b: {}\n") == []

    def test_a_number_that_stands_in_the_table_of_a_trunk_arrives(self, judge):
        table = "{add_prefixes: {5: 331}, trust: [did], dids: {69001234: 12345}}"
        assert judge(extra=f"trunks:\n  carrier: {table}\n") == []


class TestSounds:
    """Prompts and music of menus, announcements and the city exist."""

    KNOWN = Known(prompts=frozenset({"greeting", "change_announcement"}), music=frozenset({"moh"}))

    @pytest.mark.parametrize(
        ("files", "key"),
        [
            ({"extra": MENU + "      1: intake\n"}, "menus.main.prompts.0"),
            ({"lines": HOTLINE + "  12319: {kind: retired, title: x, merged_on: 2020-09-01,\n"
              "    connects: no}\n"}, "lines.12319.announcement"),
            ({"lines": HOTLINE + "  12121: {kind: deferred, title: x, then: pass_on,\n"
              "    trunk: carrier, otherwise: announce}\n", "extra": OUT},
             "lines.12121.failed_prompt"),
            ({"city": 'city: {title: x, area_code: "0375", music: mo}\n'}, "city.music"),
        ],
    )  # fmt: skip
    def test_one_that_is_missing(self, judge, files, key):
        found = [one for one in judge(self.KNOWN, **files) if one.severity is Severity.ERROR]
        assert [one.key for one in found] == [key]
