"""Voicemail: what a city's plan says about messages that callers leave."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VoicemailRules:
    """How messages are taken."""

    greeting: tuple[str, ...] = ("voicemail_greeting",)
    """Prompts before the beep."""
    longest_seconds: float = 120.0
    silence_seconds: float = 5.0
    """Silence that ends the message."""
    shortest_seconds: float = 2.0
    """A shorter message is none: the caller hung up."""
    notify: str = ""
    """URL to which each message is told; "" for none."""
