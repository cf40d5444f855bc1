"""What is known of callers before anybody answers: the number dialled, and their standing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from routing.record import Outcome
from tests.scenarios.hotline import CITY, Hotline

MOBILE = "13937512345"
TRUNK = {
    "trust": ["diversion", "history_info", "did", "request"],
    "dids": {"69001234": "12315"},
    "caller_from": "asserted",
}
CAREFUL_CITY: dict[str, Any] = {**CITY, "trunks": {"trunk": TRUNK}}


@pytest.fixture(scope="module")
def careful() -> Iterator[Hotline]:
    """A city that reads forwarded numbers and knows its callers."""
    hotline = Hotline(CAREFUL_CITY)
    hotline.start_daemon()
    yield hotline
    hotline.close()


class TestForwardedNumbers:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Diversion": "<sip:0375-12315@10.0.0.1>;reason=unconditional"},
            {"diVERSION": '"12345" <sip:12315@10.0.0.1>'},
            {"History-Info": "<sip:12315@a>;index=1, <sip:12345@a>;index=1.1"},
        ],
    )
    def test_a_forwarded_old_number_reaches_its_own_line(
        self, careful: Hotline, headers: dict[str, str]
    ) -> None:
        caller = careful.sim.call(MOBILE, "12345", headers=headers, patience=10.0)
        caller.ended.wait()
        record = careful.record_of(caller)
        assert (record.dialled, record.line_dialled, record.group) == ("12345", "12315", "market")

    def test_a_number_of_the_trunk_reaches_the_line_that_it_means(self, careful: Hotline) -> None:
        caller = careful.sim.call(MOBILE, "0375-69001234", patience=10.0)
        caller.ended.wait()
        assert careful.record_of(caller).line_dialled == "12315"

    def test_a_forged_diversion_takes_nobody_elsewhere(self, careful: Hotline) -> None:
        forged = {"Diversion": '<sip:4412345@a>, "<sip:12315@a>" <sip:12315|x=1@a>\n\nX: y'}
        caller = careful.sim.call(MOBILE, "12345", headers=forged, patience=10.0)
        caller.ended.wait()
        record = careful.record_of(caller)
        assert (record.line_dialled, record.outcome) == ("12345", Outcome.ABANDONED)

    def test_an_old_number_whose_month_is_over_has_changed(self, careful: Hotline) -> None:
        caller = careful.sim.call(MOBILE, "12345", headers={"Diversion": "<sip:12319@a>"})
        caller.ended.wait()
        assert caller.cause == "NUMBER_CHANGED"

    def test_the_caller_is_who_the_carrier_vouches_for(self, careful: Hotline) -> None:
        headers = {"P-Asserted-Identity": "<sip:+8613800138000@ims>"}
        caller = careful.sim.call("10086", "12345", headers=headers, patience=10.0)
        caller.ended.wait()
        assert careful.record_of(caller).caller == "13800138000"

    def test_a_withheld_number_stays_withheld(self, careful: Hotline) -> None:
        headers = {"P-Asserted-Identity": "<sip:13800138000@ims>", "Privacy": "id"}
        caller = careful.sim.call(MOBILE, "12345", headers=headers, patience=10.0)
        caller.ended.wait()
        assert careful.record_of(caller).caller == ""
