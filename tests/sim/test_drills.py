"""What can be made to go wrong, seen by a client of the running stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gevent import socket

from switchd.sim import Simulator
from tests.contract.client import Client


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    running = Simulator(password="secret", seats=["1001"], recording_seconds=0.0).start()
    running.is_controlled()
    yield running
    running.stop()


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    with Client(simulator.host, simulator.port, "secret") as client:
        yield client


class TestFaults:
    def test_originates_can_be_refused(self, simulator: Simulator, client: Client) -> None:
        simulator.faults.refuse_originates = "NORMAL_CIRCUIT_CONGESTION"
        client.bgapi("originate user/1001@pingdingshan &park()", "j")
        assert client.job("j") == "-ERR NORMAL_CIRCUIT_CONGESTION\n"

    def test_a_job_can_be_lost(self, simulator: Simulator, client: Client) -> None:
        simulator.faults.lose_jobs = 1
        client.bgapi("echo lost", "lost")
        client.bgapi("echo found", "found")
        assert client.job("found") == "found"
        assert [event["Job-UUID"] for event in client.seen] == ["found"]

    def test_connections_can_be_cut_and_made_again(
        self, simulator: Simulator, client: Client
    ) -> None:
        simulator.drop_connections()
        assert client.closed.wait(5)
        assert client.goodbye == ""
        with Client(simulator.host, simulator.port, "secret") as again:
            assert again.api("echo back") == "back"

    def test_a_silent_switch_sends_what_it_owes_when_it_speaks_again(
        self, simulator: Simulator, client: Client
    ) -> None:
        simulator.silence()
        caller = simulator.call("13800138000", "12345")
        assert client.seen == []
        simulator.silence(False)
        assert client.event("CHANNEL_PARK")["Unique-ID"] == caller.uuid

    def test_after_a_restart_no_leg_is_left_and_the_core_is_another(
        self, simulator: Simulator, client: Client
    ) -> None:
        caller = simulator.call("13800138000", "12345")
        core = client.event("CHANNEL_PARK")["Core-UUID"]
        simulator.restart()
        assert client.closed.wait(5)
        assert caller.ended.wait(5)
        simulator.clock.later(0.0, simulator.call, "13800138001", "12345")
        with Client(simulator.host, simulator.port, "secret") as again:
            assert again.api("show channels count").strip() in ("0 total.", "1 total.")
            registered = again.event("CUSTOM", Event_Subclass="sofia::register")
            assert registered["Core-UUID"] != core
            assert registered["from-user"] == "1001"


class TestRejection:
    def test_a_client_that_is_not_allowed_hears_so_and_is_cut(self, simulator: Simulator) -> None:
        simulator.faults.reject_connections = True
        with socket.create_connection((simulator.host, simulator.port)) as rejected:
            heard = b"".join(iter(lambda: rejected.recv(4096), b""))
        assert heard.startswith(b"Content-Type: text/rude-rejection\nContent-Length: 24\n\n")
        assert heard.count(b"Content-Type: text/disconnect-notice") == 1


class TestTheEnd:
    def test_is_announced(self, simulator: Simulator) -> None:
        with Client(simulator.host, simulator.port, "secret", "SHUTDOWN") as client:
            simulator.stop()
            client.event("SHUTDOWN")
            assert client.closed.wait(5)
