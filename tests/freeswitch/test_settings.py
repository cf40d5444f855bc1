"""Settings that FreeSWITCH could not live with are refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from switchd.freeswitch.settings import SettingsError
from tests.freeswitch import city


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"domain": "a b"}, "domain"),
            ({"domain": "$${x}"}, "domain"),
            ({"prompts_dir": Path("relative")}, "prompts_dir"),
            ({"recordings_dir": Path("/re cordings")}, "recordings_dir"),
            ({"all_busy": Path("/a|b.wav")}, "all_busy"),
            ({"modules_dir": Path("/mod'ules")}, "modules_dir"),
            ({"music": {"mo h": Path("/music")}}, "music"),
            ({"music": {"moh": Path("/music/${x}")}}, "music: moh"),
            ({"sip_address": "localhost"}, "sip_address"),
            ({"external_address": "example"}, "external_address"),
            ({"event_socket_address": "0.0.0.0"}, "event_socket_address"),
            ({"event_socket_address": "::"}, "event_socket_address"),
            ({"trunk_addresses": {"default": ("10.0.0.0/33",)}}, "trunk_addresses: default"),
            ({"trunk_addresses": {"default": ()}}, "trunk_addresses"),
            ({"trunk_addresses": {'de"fault': ("10.0.0.1",)}}, "trunk_addresses"),
            ({"seat_addresses": ("anywhere",)}, "seat_addresses"),
            ({"trunk_port": 0}, "ports"),
            ({"trunk_port": 5062, "seats_port": 5062}, "trunk_port and seats_port"),
            ({"rtp_ports": (20000, 20010)}, "rtp_ports"),
            ({"max_sessions": 0}, "max_sessions"),
            ({"codecs": ("PCMA,G729",)}, "codecs"),
            ({"feature_codes": {".*": "sign_in"}}, "feature_codes"),
            ({"feature_codes": {"*10": 'a"b'}}, "feature_codes"),
            ({"log_level": "chatty"}, "log_level"),
        ],
        ids=str,
    )
    def test_names_the_setting(self, tmp_path: Path, changes: dict[str, Any], named: str) -> None:
        with pytest.raises(SettingsError, match=f"^{named}"):
            city.settings(tmp_path, **changes)

    def test_ipv6_addresses_are_taken(self, tmp_path: Path) -> None:
        settings = city.settings(
            tmp_path, sip_address="::1", trunk_addresses={"default": ("fd00::/8",)}
        )
        assert settings.sip_address == "::1"
