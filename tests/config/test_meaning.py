"""Each contradiction between sections is told with file, line and key."""

from datetime import UTC, datetime

import pytest

from switchd.config import Known, Severity

HOTLINE = "lines:\n  12345: {kind: hotline, title: 热线, group: intake}\n"
GROUPS = "groups:\n  intake: {title: 受理}\n"

ERRORS = [
    # a file, its text, then line, key, a part of what is wrong, a part of what to write
    ("lines", HOTLINE.replace("intake", "intak"), 2, "lines.12345.group",
     "no group intak", "Write intake"),
    ("lines", HOTLINE + "  110: {kind: parallel, title: x, group: intake}\n", 3, "lines.110",
     "110 is the emergency number (police)", "Delete it"),
    ("lines", HOTLINE + "  0375-119: {kind: parallel, title: x, group: intake}\n", 3,
     "lines.0375-119", "119 is the emergency number (fire)", "Delete it"),
    ("lines", HOTLINE[:-2] + ', numbers: ["+86120"]}\n', 2, "lines.12345.numbers.0",
     "120 is the emergency number (ambulance)", "Delete it"),
    ("lines", HOTLINE + "  0375-12345: {kind: parallel, title: x, group: intake}\n", 3,
     "lines.0375-12345", "12345 leads already to lines.12345 (", "Delete it in one"),
    ("lines", HOTLINE + "  12315: {kind: parallel, title: x, group: intake,\n"
     '    numbers: ["8637512345"]}\n', 4, "lines.12315.numbers.0", "lines.yaml:2)", "Delete it"),
    ("lines", HOTLINE + "  mayor: {kind: parallel, title: x, group: intake}\n", 3, "lines.mayor",
     "'mayor' is no telephone number", "0375-4882789"),
    ("lines", HOTLINE + "  12: {kind: parallel, title: x, group: intake}\n", 3, "lines.12",
     "'12' is no telephone number", "3 to 12 digits"),
    ("lines", HOTLINE.replace("hotline", "parallel"), 1, "lines",
     "no line is the hotline", "kind: hotline"),
    ("lines", HOTLINE + "  12316: {kind: retired, title: x}\n", 3, "lines.12316",
     "needs merged_on", "`merged_on:` and the day on which it merged"),
    ("lines", HOTLINE[:-2] + ", merged_on: 2020-01-03}\n", 2, "lines.12345.merged_on",
     "kind hotline has no merged_on", "it belongs to: retired, remote"),
    ("lines", HOTLINE + "  12316: {kind: retired, title: x, merged_on: 2020-09-01,\n"
     "    into: 12354}\n", 4, "lines.12316.into", "no line 12354", "Write 12345"),
    ("lines", HOTLINE + "  12316: {kind: retired, title: x, merged_on: 2020-09-01,\n"
     "    into: 12316}\n", 4, "lines.12316.into", "retired itself", "12345"),
    ("lines", HOTLINE + "  12340: {kind: hotline, title: x, group: intake}\n"
     "  12316: {kind: retired, title: x, merged_on: 2020-09-01}\n", 4, "lines.12316",
     "several hotlines", "12345, 12340"),
    ("lines", HOTLINE + "  12316: {kind: retired, title: x, merged_on: 2020-02-30}\n", 3,
     "lines.12316.merged_on", "'2020-02-30' is not a date", "2020-01-03"),
    ("groups", GROUPS + "  expert: {title: x}\n  unused: {title: y}\n", 4, "groups.unused",
     "no seat and no line", "delete it"),
    ("seats", "seats:\n  1001: [intake, dispach]\n", 2, "seats.1001.groups.1",
     "no group dispach", "Write one of: intake"),
    ("seats", "seats:\n  1001-1005: intake\n  1005: intake\n", 3, "seats.1005",
     "the seat 1005 stands also in seats.1001-1005 (", "other extensions"),
    ("seats", "seats:\n  108-110: intake\n", 2, "seats.108-110",
     "the seat 110 is an emergency number", "other extensions"),
    ("seats", "seats:\n  12344-12345: intake\n", 2, "seats.12344-12345",
     "the seat 12345 is the number of a line (", "other extensions"),
    ("seats", "seats:\n  1010-1001: intake\n", 2, "seats.1010-1001", "upwards", "1001-1015"),
    ("seats", "seats:\n  1-10: intake\n", 2, "seats.1-10", "1-10 is no seat", "2 to 8 digits"),
    ("seats", "seats:\n  1000-9999: intake\n", 2, "seats.1000-9999", "more than 1000", "shorter"),
    ("seats", "seats:\n  alice: intake\n", 2, "seats.alice", "alice is no seat", "extension"),
    ("extra", 'feature_codes:\n  ready: "1002"\n', 2, "seats.1001-1003",
     "the seat 1002 is the feature code ready", "other extensions"),
    ("extra", 'feature_codes:\n  ready: "*10"\n', 2, "feature_codes.ready",
     "*10 means sign_in already", "another code"),
    ("extra", 'feature_codes:\n  sign_out: "122"\n', 2, "feature_codes.sign_out",
     "122 is an emergency number", '"*10"'),
    ("city", "city: {title: x, area_code: 0375,\n  time_zone: Asia/Shangai}\n", 2,
     "city.time_zone", "no time zone 'Asia/Shangai'", "Write Asia/Shanghai"),
    ("extra", "trunks:\n  east:\n    addresses: [10.0.0.0/8, 10.0.0.300]\n", 3,
     "trunks.east.addresses.1", "'10.0.0.300' is no IP address", "10.20.0.0/24"),
    ("extra", "freeswitch:\n  sip:\n    seats_port: 5060\n", 3, "freeswitch.sip.seats_port",
     "5060 is used by freeswitch.sip.trunk_port", "another port"),
    ("extra", "storage:\n  redis: redis://127.0.0.1:8021/0\n", 2, "storage.redis",
     "8021 is used by freeswitch.event_socket.port", "another port"),
    ("extra", "storage:\n  redis: redis://127.0.0.1:port/0\n", 2, "storage.redis",
     "no URL of a Redis server", "redis://"),
    ("extra", "storage:\n  redis: redis+sentinel://10.0.0.1:26379\n", 2, "storage.redis",
     "no URL of Sentinels", "redis+sentinel://10.20.0.1"),
    ("extra", "storage:\n  redis: redis+sentinel://one:x,two/hotline\n", 2, "storage.redis",
     "no URL of Sentinels", "redis+sentinel://10.20.0.1"),
    ("extra", "freeswitch:\n  sip:\n    trunk_port: 20000\n", 3, "freeswitch.sip.trunk_port",
     "lies in the range of media ports", "16384 to 32768"),
    ("extra", "freeswitch:\n  rtp:\n    last_port: 16384\n", 3, "freeswitch.rtp.last_port",
     "is empty", "above the first"),
    ("extra", "freeswitch:\n  max_sessions: 9000\n", 2, "freeswitch.max_sessions",
     "enough for 8192 sessions", "Widen"),
    ("extra", "freeswitch:\n  event_socket:\n    host: 10.0.0.9\n", 3,
     "freeswitch.event_socket.host", "over the network in clear", "127.0.0.1"),
    ("extra", "api:\n  listen: 10.0.0.9:8345\n", 2, "api.listen",
     "tokens and callers' numbers would go over the network in clear", "behind_tls_proxy: yes"),
    ("extra", "api:\n  listen: 0.0.0.0:8345\n", 2, "api.listen", "in clear", "127.0.0.1"),
    ("extra", 'api:\n  listen: "[::]:8345"\n', 2, "api.listen", "in clear", "127.0.0.1"),
    ("extra", "api:\n  listen: 10.0.0.300:8345\n", 2, "api.listen", "no IP address", "[::1]:8345"),
    ("extra", "api:\n  listen: 127.0.0.1:83450\n", 2, "api.listen", "with a port", "8345"),
    ("extra", "api:\n  connections: 100\n", 1, "api.streams", "100 connections for 600 streams",
     "fewer streams"),
]  # fmt: skip
WARNINGS = {"groups.unused", "freeswitch.max_sessions", "freeswitch.event_socket.host"}


@pytest.mark.parametrize(("file", "text", "line", "key", "what", "instead"), ERRORS)
def test_a_contradiction(judge, file, text, line, key, what, instead):
    problem = next(one for one in judge(**{file: text}) if one.key == key)
    at_home = "seats" if key.startswith("seats") else file
    assert (problem.file, problem.line) == (f"{at_home}.yaml", line)
    assert what in problem.what
    assert instead in problem.instead
    assert (problem.severity is Severity.WARNING) is (key in WARNINGS)


class TestGroups:
    """A line whose group nobody serves would keep its callers waiting for ever."""

    def test_a_group_without_seats_is_an_error_where_a_line_needs_it(self, judge):
        [problem] = judge(
            lines=HOTLINE + "  12315: {kind: parallel, title: x, group: market}\n",
            groups=GROUPS + "  market: {title: 市监}\n",
        )
        assert (problem.line, problem.key) == (3, "lines.12315.group")
        assert problem.what == "the group market, which serves this line, has no seats"

    def test_a_line_without_group_must_choose_among_several(self, judge):
        problem = judge(
            lines="lines:\n  12345: {kind: hotline, title: 热线}\n",
            groups=GROUPS + "  market: {title: 市监}\n",
            seats="seats:\n  1001: [intake, market]\n",
        )[0]
        assert (problem.line, problem.key) == (2, "lines.12345")
        assert "intake, market" in problem.instead

    def test_a_line_named_twice_in_itself_is_only_a_warning(self, judge):
        [problem] = judge(lines=HOTLINE[:-2] + ", numbers: [0375-12345]}\n")
        assert (problem.key, problem.severity) == ("lines.12345.numbers.0", Severity.WARNING)


class TestOverlappingRanges:
    """Two ranges that overlap are one problem, not one for each seat."""

    def test_the_first_seat_is_named_and_the_others_are_counted(self, judge):
        [problem] = judge(seats="seats:\n  1001-1500: intake\n  1401-1600: intake\n")
        assert problem.key == "seats.1401-1600"
        assert problem.what.startswith("the seat 1401 stands also in seats.1001-1500 (")
        assert problem.what.endswith("; 99 more of the range clash")


class TestLookalikes:
    """Whole numbers are compared."""

    def test_3312345_may_stand_beside_12345(self, judge):
        extra = "  3312345: {kind: parallel, title: 叶县县长热线, group: intake}\n"
        assert judge(lines=HOTLINE + extra) == []


class TestEndOfTheMonth:
    """A retired line whose announcement is over is worth knowing, not wrong."""

    LINES = HOTLINE + "  12319:\n    kind: retired\n    title: x\n    merged_on: 2020-01-03\n"

    @pytest.mark.parametrize(
        ("day", "warned"), [("2020-01-02", 0), ("2020-02-03", 0), ("2020-02-04", 1)]
    )
    def test_it_is_a_warning_from_the_day_after(self, judge, day, warned):
        noon = datetime.fromisoformat(f"{day}T04:00").replace(tzinfo=UTC).timestamp()
        assert len(judge(now=noon, lines=self.LINES)) == warned

    def test_the_warning_tells_the_last_day(self, judge):
        [problem] = judge(lines=self.LINES)
        assert (problem.line, problem.key) == (6, "lines.12319.merged_on")
        assert problem.severity is Severity.WARNING
        assert "ended with 2020-02-03" in problem.what


class TestSounds:
    """Names of prompts and music are compared with what the installation has, if that is known."""

    LINES = HOTLINE[:-2] + ",\n    greeting: greting, music: opera}\n"

    def test_a_prompt_that_is_not_there(self, judge):
        [problem] = judge(Known(prompts=frozenset({"greeting"})), lines=self.LINES)
        assert (problem.line, problem.key) == (3, "lines.12345.greeting")
        assert problem.instead == "Write greeting, if that is meant"

    def test_music_that_is_not_there(self, judge):
        [problem] = judge(Known(music=frozenset({"moh"})), lines=self.LINES)
        assert (problem.line, problem.key) == (3, "lines.12345.music")
        assert problem.instead == "Write one of: moh"

    def test_the_announcement_of_a_retired_line_is_a_prompt_as_well(self, judge):
        lines = HOTLINE + "  12316: {kind: retired, title: x, merged_on: 2020-09-01}\n"
        [problem] = judge(Known(prompts=frozenset({"greeting"})), lines=lines)
        assert (problem.line, problem.key) == (3, "lines.12316.announcement")

    def test_without_knowledge_nothing_is_said(self, judge):
        assert judge(lines=self.LINES) == []
