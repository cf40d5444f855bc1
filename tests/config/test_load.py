"""What a right folder becomes."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.entry import Arrival, Refusal, decide
from routing.lines import LineKind
from routing.numbers import EMERGENCY
from switchd.config import ConfigError, load

NOW = 1_600_000_000.0
LINES = "lines:\n  12345: {kind: hotline, title: 热线, group: intake, numbers: [4912345]}\n"


class TestPlan:
    """The plan has every default worked out and every name leads somewhere."""

    def test_a_range_of_seats_is_that_many_seats(self, write):
        plan = load(write(seats="seats:\n  1001-1003: {groups: [intake], title: 受理}\n")).plan
        assert list(plan.seats) == ["1001", "1002", "1003"]
        assert plan.seats["1002"].groups == ("intake",)

    @pytest.mark.parametrize("form", ["intake", "[intake]", "{groups: [intake]}"])
    def test_a_seat_has_three_forms(self, write, form):
        assert load(write(seats=f"seats:\n  1001: {form}\n")).plan.seats["1001"].groups == (
            "intake",
        )

    def test_the_only_group_needs_no_mention(self, write):
        plan = load(write(lines="lines:\n  12345: {kind: hotline, title: 热线}\n")).plan
        assert plan.lines["12345"].group == "intake"

    def test_a_line_is_named_by_its_normal_number(self, write):
        plan = load(write(lines=LINES.replace("12345:", "0375-12345:"))).plan
        assert plan.lines["12345"].numbers == {"12345", "4912345"}
        assert plan.by_number["4912345"] is plan.lines["12345"]

    def test_a_retired_line_merges_into_the_only_hotline(self, write):
        retired = "  12316: {kind: retired, title: 农业, merged_on: 2020-09-01, connects: no}\n"
        line = load(write(lines=LINES + retired), now=NOW).plan.lines["12316"]
        assert (line.kind, line.group) == (LineKind.RETIRED, "intake")
        assert (line.retirement.into, line.retirement.connects) == ("12345", False)

    def test_a_retired_line_may_say_into_which_in_any_written_form(self, write):
        more = (
            "  12340: {kind: hotline, title: b, group: night}\n"
            "  12316: {kind: retired, title: c, merged_on: 2020-09-01, into: 0375-12340}\n"
        )
        folder = write(
            lines=LINES + more,
            groups="groups:\n  intake: {title: 受理}\n  night: {title: 夜班}\n",
            seats="seats:\n  1001: [intake, night]\n",
        )
        line = load(folder, now=NOW).plan.lines["12316"]
        assert (line.retirement.into, line.group) == ("12340", "night")

    def test_the_longest_prefix_of_a_trunk_comes_first(self, write):
        extra = "trunks:\n  east: {strip_prefixes: [9, 9911, 99]}\n"
        assert load(write(extra=extra)).plan.trunks["east"].strip_prefixes == ("9911", "99", "9")

    def test_the_city_is_named_after_its_folder(self, write):
        assert load(write()).plan.city == "city"
        named = "city: {title: x, area_code: 0375, name: pingdingshan}\n"
        assert load(write(city=named)).plan.city == "pingdingshan"

    def test_a_folder_whose_name_cannot_serve_needs_a_name(self, write):
        folder = write().rename(write().parent / "平顶山")
        with pytest.raises(ConfigError) as error:
            load(folder)
        assert "the folder's name '平顶山'" in error.value.problems[0].what


class TestServer:
    """The server's settings are absolute and complete."""

    def test_the_defaults(self, write):
        server = load(write()).server
        state = Path("/var/lib/switchd/city")
        assert (server.folders.state, server.folders.recordings) == (state, state / "recordings")
        assert server.folders.prompts is None
        assert server.password_file == state / "event-socket.password"
        assert server.redis is None
        assert server.sql == "sqlite:////var/lib/switchd/city/records.sqlite3"
        assert server.feature_codes.sign_in == "*10"
        assert server.trunk_addresses == {"trunk": ("127.0.0.1/32",)}

    def test_relative_folders_are_below_the_citys_folder(self, write):
        folder = write(extra="folders: {state: data, recordings: rec, prompts: own}\n")
        server = load(folder).server
        assert server.folders.state == folder / "data"
        assert server.folders.recordings == folder / "rec"
        assert server.folders.prompts == folder / "own"

    def test_a_postgresql_url_gets_the_driver_that_is_installed(self, write):
        folder = write(extra="storage: {redis: 'redis://r/1', sql: 'postgresql://u@h/d'}\n")
        server = load(folder).server
        assert (server.redis, server.sql) == ("redis://r/1", "postgresql+psycopg://u@h/d")

    def test_settings_do_not_change_after_loading(self, write):
        server = load(write()).server
        with pytest.raises(ValueError, match="frozen"):
            server.freeswitch.max_sessions = 1


class TestVersion:
    """The version tells two contents apart."""

    def test_it_changes_with_the_content_only(self, write):
        first = load(write()).plan.version
        assert load(write()).plan.version == first
        assert load(write(groups="groups:\n  intake: {title: 受理组}\n")).plan.version != first


class TestRefusal:
    """A wrong folder raises with everything, warnings included."""

    def test_the_error_has_all_problems_and_reads_as_lines(self, write):
        folder = write(lines=LINES + "  110: {kind: parallel, title: x}\n", extra="")
        with pytest.raises(ConfigError) as error:
            load(folder)
        assert [one.severity for one in error.value.problems] == ["warning", "error"]
        assert f"{folder}/lines.yaml:3:lines.110: 110 is the emergency number" in str(error.value)


NUMBERS = st.one_of(
    st.text(alphabet="0123456789", min_size=1, max_size=8),
    st.builds(
        "{}{}".format,
        st.sampled_from(["", "0375", "+86375", "0375-", "+86", "0086", "9"]),
        st.sampled_from([*sorted(EMERGENCY), "12345", "3312110"]),
    ),
)


class TestEmergencyNumbers:
    """No plan that loads captures one, whatever an admin writes."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        st.lists(NUMBERS, max_size=3, unique=True),
        st.lists(NUMBERS, max_size=3),
        st.lists(st.sampled_from(["9", "1", "11", "037", "0375", "+8"]), max_size=2),
    )
    def test_a_call_to_one_is_never_routed(self, write, names, further, prefixes):
        lines = LINES + "".join(
            f'  "{name}": {{kind: parallel, title: x, group: intake}}\n' for name in names
        )
        lines += f"  777: {{kind: parallel, title: y, group: intake, numbers: {further}}}\n"
        folder = write(lines=lines, extra=f"trunks: {{trunk: {{strip_prefixes: {prefixes}}}}}\n")
        try:
            plan = load(folder, now=NOW).plan
        except ConfigError:
            return
        assert not EMERGENCY & plan.by_number.keys()
        for number in EMERGENCY:
            for form in (number, f"0375{number}", f"+86375{number}", f"9{number}"):
                found = decide(Arrival("", form, "trunk"), plan, NOW)
                assert isinstance(found, Refusal) or found.called not in EMERGENCY
            assert isinstance(decide(Arrival("", number, "trunk"), plan, NOW), Refusal)
