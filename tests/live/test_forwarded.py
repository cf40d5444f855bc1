"""Headers of forwarded calls, as a real FreeSWITCH hands them on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.hotline import LiveHotline

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
TRUNK = {"trust": ["diversion", "history_info", "request"], "caller_from": "asserted"}
CALLERS = {"blocked": [{"number": "13700000009", "reason": "threats"}]}


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    changes = {"trunks": {"trunk": TRUNK}, "callers": CALLERS}
    with LiveHotline(tmp_path_factory.mktemp("forwarded"), lambda _: changes) as hotline:
        yield hotline


@pytest.mark.parametrize(
    ("caller", "headers"),
    [
        ("13700000001", {"Diversion": "<sip:0375-12319@127.0.0.1>;reason=unconditional"}),
        ("13700000002", {"DIVERSION": '"x" <sip:12319@127.0.0.1>'}),
        ("13700000003", {"History-Info": "<sip:12319@a.b>;index=1, <sip:12345@a.b>;index=1.1"}),
    ],
)
def test_the_old_number_in_a_header_is_the_one_that_was_dialled(
    hotline: LiveHotline, caller: str, headers: dict[str, str]
) -> None:
    call = hotline.house.call(caller, "12345", headers=headers)
    assert call.wait(30)
    assert call.final == 410
    assert hotline.record(caller).line_dialled == "12319"


def test_the_caller_is_whom_the_carrier_asserts(hotline: LiveHotline) -> None:
    asserted = {"P-Asserted-Identity": '"x" <sip:+8613700000004@ims.example>'}
    call = hotline.house.call("10086", "12319", headers=asserted)
    assert call.wait(30)
    assert hotline.record("13700000004").line_dialled == "12319"


def test_a_withheld_number_is_not_written_down(hotline: LiveHotline) -> None:
    private = {"P-Asserted-Identity": "<sip:13700000005@ims.example>", "Privacy": "id"}
    call = hotline.house.call("13700000005", "12319", headers=private)
    assert call.wait(30)
    assert hotline.record("").line_dialled == "12319"


def test_a_blocked_caller_is_rejected_with_603(hotline: LiveHotline) -> None:
    call = hotline.house.call("13700000009", "12345")
    assert call.wait(30)
    assert (call.final, call.answered) == (603, False)
