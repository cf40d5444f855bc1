"""A link for a few questions, as the doctor and the demo ask them."""

from __future__ import annotations

import pytest

from switchd.esl.errors import NotConnected
from switchd.esl.link import asking
from tests.wire.peer import Peer


class TestAsking:
    def test_it_is_told_when_nobody_listens(self) -> None:
        with Peer() as peer:
            port = peer.port
        with (
            pytest.raises(NotConnected, match=f"cannot connect to localhost:{port}"),
            asking("localhost", port, "secret", 0.05),
        ):
            pytest.fail("there is nobody to ask")
