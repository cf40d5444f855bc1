"""The sections `callbacks`, `follow_ups` and `voicemail` as the plan has them."""

from __future__ import annotations

from routing.callbacks import CallbackRules, Missed
from routing.following_up import FollowUpRules
from routing.voicemail import VoicemailRules
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup


def build_callbacks(draft: Draft, lookup: Lookup) -> CallbackRules:
    """Build the rules; without the section nobody is called back."""
    if not draft.has(("callbacks",)):
        return CallbackRules()
    callbacks = draft.callbacks
    missed = callbacks.missed
    return CallbackRules(
        trunk=callbacks.trunk or lookup.only_trunk or "",
        lines=_lines(lookup, callbacks.lines),
        tries=callbacks.tries,
        pause_seconds=callbacks.pause_seconds,
        ring_seconds=callbacks.ring_seconds,
        open=callbacks.open,
        shown_number=lookup.normal(callbacks.shown_number or ""),
        longest_days=callbacks.longest_days,
        missed=Missed(
            lines=_lines(lookup, missed.lines),
            after_seconds=missed.after_seconds,
            congested=missed.congested,
            declined=missed.declined,
            most_open=missed.most_open,
            delay_seconds=missed.delay_seconds,
            open=missed.open,
        ),
    )


def build_follow_ups(draft: Draft, lookup: Lookup) -> FollowUpRules:
    """Build the rules; without the section nobody is asked."""
    if not draft.has(("follow_ups",)):
        return FollowUpRules()
    rules = draft.follow_ups.model_dump(exclude={"trunk", "shown_number", "group"})
    return FollowUpRules(
        trunk=draft.follow_ups.trunk or lookup.only_trunk or "",
        shown_number=lookup.normal(draft.follow_ups.shown_number or ""),
        group=draft.follow_ups.group or "",
        **rules,
    )


def _lines(lookup: Lookup, written: tuple[str, ...]) -> frozenset[str]:
    return frozenset(line for one in written if (line := lookup.line_called(one)) is not None)


def build_voicemail(draft: Draft) -> VoicemailRules:
    """Build how messages are taken."""
    return VoicemailRules(**draft.voicemail.model_dump())
