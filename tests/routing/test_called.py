"""Which number was called and by whom, as trunks write it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.called import called_number, caller_number, normal_called, normal_caller
from routing.entry import Arrival, Cause, Refusal, Route, decide
from routing.lines import LineKind
from routing.numbers import EMERGENCY, normalise
from routing.plan import CallerFrom, Plan, Source, Trunk
from routing.sipheaders import LONGEST, MOST, users
from tests.routing.build import NOW, hotline, plan

FORWARDED = (Source.DIVERSION, Source.HISTORY_INFO, Source.REQUEST)


def parallel(number: str) -> object:
    return hotline(name=number, kind=LineKind.PARALLEL, numbers=frozenset({number}))


CITY: Plan = plan(hotline(), parallel("12315"), parallel("12316"), parallel("3312345"))  # type: ignore[arg-type]


def called(
    request: str, diversion: str = "", history_info: str = "", **trunk: object
) -> tuple[str, str]:
    settings = replace(Trunk("carrier"), **trunk)  # type: ignore[arg-type]
    found = called_number(request, diversion, history_info, settings, CITY)
    return found.number, found.source.value


class TestRequest:
    """By default the number that the trunk asks for is the dialled one."""

    @pytest.mark.parametrize("form", ["12316", "0375-12316", "+8637512316", "8637512316"])
    def test_every_written_form_is_the_number(self, form: str) -> None:
        assert called(form) == ("12316", "request")

    def test_headers_are_not_believed_unless_the_trunk_is_trusted_so(self) -> None:
        assert called("12345", "<sip:12316@a>", "<sip:12315@a>;index=1") == ("12345", "request")

    @pytest.mark.parametrize("request_", ["3312345", "0375-3312345"])
    def test_3312345_is_not_12345(self, request_: str) -> None:
        assert called(request_) == ("3312345", "request")

    def test_a_number_that_only_ends_like_a_line_is_no_line(self) -> None:
        assert called("4412345", trust=FORWARDED) == ("4412345", "request")


class TestForwardedCalls:
    """The old number, forwarded to 12345, keeps its identity."""

    @pytest.mark.parametrize(
        "header",
        [
            "<sip:12316@10.0.0.1>",
            "<sip:12316@10.0.0.1;user=phone>;reason=unconditional;counter=1",
            '"A, B <sip:12315@x>" <sip:12316@10.0.0.1>;reason=no-answer',
            "sip:12316@10.0.0.1;reason=unconditional",
            "<tel:+86-375-12316>;reason=deflection",
            "<tel:12316;phone-context=+86>",
            "<sip:%2B8637512316@10.0.0.1>",
            "<SIP:0375-12316;isub=1@10.0.0.1>",
            "12316@10.0.0.1",
        ],
    )
    def test_the_number_in_diversion_counts_however_it_is_written(self, header: str) -> None:
        assert called("12345", header, trust=FORWARDED) == ("12316", "diversion")

    def test_of_several_diversions_the_one_dialled_first_counts(self) -> None:
        header = "<sip:12315@a>;reason=busy, <sip:12316@a>;reason=unconditional"
        assert called("12345", header, trust=FORWARDED) == ("12316", "diversion")

    def test_of_the_history_the_first_target_counts(self) -> None:
        header = (
            "<sip:12316@a>;index=1, <sip:12315@a?Reason=SIP%3Bcause%3D302>;index=1.1, "
            "<sip:12345@a>;index=1.2"
        )
        assert called("12345", "", header, trust=FORWARDED) == ("12316", "history_info")

    def test_a_diversion_of_somebody_elses_number_is_passed_over(self) -> None:
        header = "<sip:13912345678@a>"
        assert called("12345", header, trust=FORWARDED) == ("12345", "request")

    def test_an_entry_that_is_no_line_does_not_hide_one_that_is(self) -> None:
        header = "<sip:12316@a>, <sip:13912345678@a>"
        assert called("12345", header, trust=FORWARDED) == ("12316", "diversion")

    def test_the_order_of_trust_decides_between_headers(self) -> None:
        both = ("<sip:12316@a>", "<sip:12315@a>;index=1")
        assert called("12345", *both, trust=FORWARDED) == ("12316", "diversion")
        turned = (Source.HISTORY_INFO, Source.DIVERSION)
        assert called("12345", *both, trust=turned) == ("12315", "history_info")

    @pytest.mark.parametrize("trust", [FORWARDED, (Source.DIVERSION,)])
    def test_what_was_passed_over_is_in_the_trace(self, trust: tuple[Source, ...]) -> None:
        trunk = Trunk("carrier", trust=trust)
        found = called_number("12345", "<sip:nobody@a>", "", trunk, CITY)
        assert found.number == "12345"
        assert [reason.what for reason in found.reasons] == [
            "entry.source_passed_over",
            "entry.number",
        ]

    def test_a_suffix_in_diversion_is_no_match_either(self) -> None:
        assert called("12315", "<sip:4412345@a>", trust=FORWARDED) == ("12315", "request")


class TestDids:
    """A number of the trunk's own stands for a line."""

    TABLE = {"69001234": "12316"}  # noqa: RUF012 - never changed

    @pytest.mark.parametrize("form", ["69001234", "0375-69001234", "+8637569001234"])
    def test_the_number_leads_to_the_line(self, form: str) -> None:
        trust = (Source.DID, Source.REQUEST)
        assert called(form, dids=self.TABLE, trust=trust) == ("12316", "did")

    def test_another_number_is_taken_as_it_is(self) -> None:
        trust = (Source.DID, Source.REQUEST)
        assert called("12315", dids=self.TABLE, trust=trust) == ("12315", "request")


class TestOneTrunksWays:
    """Prefixes, shortened numbers and area codes are those of the trunk."""

    def test_what_the_carrier_leaves_away_is_put_back(self) -> None:
        assert called("2345", add_prefixes={4: "331"}) == ("3312345", "request")
        assert called("12345", add_prefixes={4: "331"}) == ("12345", "request")

    def test_strip_comes_before_add(self) -> None:
        trunk = Trunk("carrier", ("9",), add_prefixes={4: "331"})
        assert normal_called("92345", trunk, "0375") == "3312345"

    def test_a_caller_without_the_zero_of_the_area_code_gets_it(self) -> None:
        trunk = Trunk("carrier", caller_add_prefixes={10: "0", 11: "0"})
        assert normal_caller("3716590123", trunk, "0375") == "03716590123"

    def test_a_mobile_is_left_alone(self) -> None:
        trunk = Trunk("carrier", caller_add_prefixes={11: "0"})
        assert normal_caller("13937512345", trunk, "0375") == "13937512345"

    def test_on_a_trunk_of_another_area_a_bare_number_belongs_there(self) -> None:
        trunk = Trunk("zhengzhou", area_code="0371")
        assert normal_caller("65901234", trunk, "0375") == "037165901234"
        assert normal_called("3312345", trunk, "0375") == "03713312345"
        assert normal_called("0375-3312345", trunk, "0375") == "3312345"

    def test_another_citys_12345_is_not_ours(self) -> None:
        trunk = Trunk("zhengzhou", area_code="0371")
        assert normal_called("0371-12345", trunk, "0375") == "037112345"

    @pytest.mark.parametrize("number", ["12345", "96118", "110"])
    def test_short_codes_have_no_area(self, number: str) -> None:
        assert normal_called(number, Trunk("zhengzhou", area_code="0371"), "0375") == number


class TestAssertedCaller:
    """Whom the carrier vouches for, where the plan says so."""

    TRUSTED = Trunk("carrier", caller_from=CallerFrom.ASSERTED)

    def test_the_asserted_identity_counts_on_a_trunk_that_wants_it(self) -> None:
        header = '"x" <sip:+8613937512345@ims.example>, <tel:+8613937512345>'
        assert caller_number("10086", header, self.TRUSTED, "0375") == "13937512345"

    def test_elsewhere_it_does_not(self) -> None:
        assert caller_number("10086", "<sip:1@a>", Trunk("carrier"), "0375") == "10086"

    @pytest.mark.parametrize("header", ["", "<sip:alice@a>", "<<<", "sip:"])
    def test_without_a_number_in_it_from_counts(self, header: str) -> None:
        assert caller_number("13937512345", header, self.TRUSTED, "0375") == "13937512345"

    def test_a_caller_who_withholds_the_number_stays_unknown(self) -> None:
        city = replace(CITY, trunks={"carrier": self.TRUSTED})
        arrival = Arrival("x", "12345", "carrier", privacy=True, asserted="<sip:13937512345@a>")
        found = decide(arrival, city, NOW)
        assert found.caller == ""


class TestEmergencyNumbers:
    """Nothing on a trunk captures an emergency number, and none is made of another number."""

    TRUNK = Trunk(
        "carrier",
        ("1",),
        add_prefixes={3: "12"},
        trust=(Source.DID, Source.DIVERSION, Source.REQUEST),
        dids=dict.fromkeys(EMERGENCY, "12345"),
    )

    @pytest.mark.parametrize("number", sorted(EMERGENCY))
    def test_a_call_to_one_is_that_whatever_the_trunk_says(self, number: str) -> None:
        city = replace(CITY, trunks={"carrier": self.TRUNK})
        found = decide(Arrival("1", number, "carrier", diversion="<sip:12316@a>"), city, NOW)
        assert isinstance(found, Refusal)
        assert (found.called, found.cause) == (number, Cause.UNALLOCATED_NUMBER)
        assert found.reasons[-1].what == "entry.emergency"

    @pytest.mark.parametrize("number", sorted(EMERGENCY))
    def test_a_diversion_from_one_does_not_refuse_the_call(self, number: str) -> None:
        assert called("12345", f"<sip:{number}@a>", trust=FORWARDED) == ("12345", "request")


class TestHeaders:
    """Entries of a header, however hostile."""

    def test_a_header_that_is_too_long_has_no_numbers(self) -> None:
        entry = "<sip:12316@a>"
        assert users(entry + " " * (LONGEST - len(entry))) == ("12316",)
        assert users(entry + " " * LONGEST) == ()

    def test_a_header_with_too_many_entries_has_no_numbers(self) -> None:
        assert len(users(",".join(["<sip:1@a>"] * MOST))) == MOST
        assert users(",".join(["<sip:1@a>"] * (MOST + 1))) == ()

    @pytest.mark.parametrize(
        "header",
        ["", ",", "<", ">", '"', "<sip:12316@a", '"<sip:12316@a>', "sip:12316", "<sip:@a>", "\\"],
    )
    def test_what_is_broken_has_none(self, header: str) -> None:
        assert users(header) == ()

    def test_line_ends_do_not_become_part_of_a_number(self) -> None:
        assert called("12345", "<sip:12316%0d%0aX@a>", trust=FORWARDED) == ("12345", "request")


PIECES = st.sampled_from(
    [
        "<",
        ">",
        '"',
        "\\",
        ",",
        ";",
        "@",
        "sip:",
        "tel:",
        "%",
        "%0a",
        "%2B86",
        "12316",
        "110",
        "0375",
    ]
)
HEADERS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))
TRUNKS = st.builds(
    Trunk,
    st.just("carrier"),
    strip_prefixes=st.lists(st.sampled_from(["9", "17951", "+", "0"]), max_size=2).map(tuple),
    add_prefixes=st.dictionaries(st.integers(1, 12), st.sampled_from(["331", "0", "11", "86"])),
    caller_add_prefixes=st.dictionaries(st.integers(1, 12), st.sampled_from(["0", "86"])),
    area_code=st.sampled_from(["", "0375", "0371", "010"]),
    trust=st.lists(st.sampled_from(Source), min_size=1, max_size=4).map(tuple),
    dids=st.just({"69001234": "12316", "110": "12345"}),
    caller_from=st.sampled_from(CallerFrom),
)


class TestInvariants:
    """What holds for everything that a trunk may bring."""

    @given(HEADERS, HEADERS, HEADERS, TRUNKS)
    def test_the_number_is_a_lines_or_the_requests_own(
        self, request_: str, diversion: str, history: str, trunk: Trunk
    ) -> None:
        found = called_number(request_, diversion, history, trunk, CITY)
        own = normal_called(request_, trunk, "0375")
        assert found.number == own or found.number in CITY.by_number
        assert found.source is Source.REQUEST or found.source in trunk.trust

    @given(HEADERS, TRUNKS)
    def test_numbers_are_normal_forms(self, raw: str, trunk: Trunk) -> None:
        for number in (
            normal_called(raw, trunk, "0375"),
            normal_caller(raw, trunk, "0375"),
            caller_number("", raw, trunk, "0375"),
        ):
            assert normalise(number, "0375") == number
            assert len(number) <= 24

    @given(st.sampled_from(sorted(EMERGENCY)), HEADERS, HEADERS, TRUNKS)
    def test_a_request_for_an_emergency_number_is_never_a_line(
        self, number: str, diversion: str, history: str, trunk: Trunk
    ) -> None:
        city = replace(CITY, trunks={"carrier": trunk})
        found = decide(
            Arrival("1", number, "carrier", diversion=diversion, history_info=history), city, NOW
        )
        assert not isinstance(found, Route)
        assert found.called == number

    @given(HEADERS)
    def test_no_header_breaks_the_parser(self, header: str) -> None:
        assert all(user == user.strip() for user in users(header))
