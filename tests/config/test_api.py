"""Where the HTTP interface listens."""

from __future__ import annotations

import pytest

from switchd.config.addresses import Address, read_address


class TestAddresses:
    @pytest.mark.parametrize(
        ("written", "address"),
        [
            ("127.0.0.1:8345", Address("127.0.0.1", 8345)),
            ("[::1]:8345", Address("::1", 8345)),
            ("10.0.0.300:8345", None),
            ("127.0.0.1:0", None),
            ("127.0.0.1:65536", None),
            ("", None),
        ],
    )
    def test_are_read(self, written: str, address: Address | None) -> None:
        assert read_address(written) == address

    @pytest.mark.parametrize(
        ("host", "local"),
        [
            ("127.0.0.1", True),
            ("127.8.8.8", True),
            ("::1", True),
            ("0.0.0.0", False),
            ("::", False),
        ],
    )
    def test_of_this_machine_alone_are_known(self, host: str, local: bool) -> None:
        assert Address(host, 8345).is_local is local
