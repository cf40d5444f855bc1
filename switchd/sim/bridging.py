"""Two legs talk, part, and what becomes of the one that stays.

Sources: switch_ivr_bridge.c switch_ivr_uuid_bridge, uuid_bridge_on_soft_execute,
audio_bridge_on_exchange_media; recorded traffic 01, 04, 14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchd.sim import apps
from switchd.sim.channel import Channel, pairs

if TYPE_CHECKING:
    from switchd.sim.switch import Switch

FRAME = 0.02


def bridge(switch: Switch, a: Channel, b: Channel) -> bool:
    """Join two legs in a moment; False if neither has media or one is about to end.

    `a` is the originator if it can be.
    """
    if not a.up or not b.up or a.doomed or b.doomed or a is b:
        return False
    if not _has_media(a):
        a, b = b, a
    if not _has_media(a):
        return False
    for leg, peer in ((a, b), (b, a)):
        leg.set("bridge_channel", peer.name)
        leg.set("bridge_uuid", peer.uuid)
        leg.set("signal_bond", peer.uuid)
    switch.clock.later(FRAME, _leave_what_they_do, switch, a, b)
    return True


def _has_media(leg: Channel) -> bool:
    return leg.answer_state in ("answered", "early")


def _leave_what_they_do(switch: Switch, a: Channel, b: Channel) -> None:
    if not _both_there(switch, a, b):
        return
    for leg in (a, b):
        if leg.other not in (None, a, b):
            part(switch, leg)
    now = switch.micros()
    for leg in (a, b):
        leg.step_profile(now)
    a.face(b, "originatee")
    b.face(a, "originator")
    for leg in (b, a):
        apps.stop_all(switch, leg, "PLAYBACK ERROR")
    a.other, b.other = b, a
    switch.clock.later(FRAME, _talk, switch, a, b)


def _talk(switch: Switch, a: Channel, b: Channel) -> None:
    if a.other is not b or b.other is not a:
        return
    a.is_originator, b.is_originator = True, False
    now = switch.micros()
    for leg, peer in ((a, b), (b, a)):
        leg.state = "CS_SOFT_EXECUTE"
        leg.note_time("bridged", now)
        leg.last_execute = ("uuid_bridge", peer.uuid)
        values = {"Application": "uuid_bridge", "Application-Data": peer.uuid}
        switch.emit("CHANNEL_EXECUTE", leg, pairs(values))
    a.set("last_bridge_to", b.uuid)
    b.set("last_bridge_to", a.uuid)
    b.set("last_bridge_role", "originatee")
    switch.emit("CHANNEL_BRIDGE", a, first=_both(a, b))
    switch.emit("CALL_UPDATE", a)
    b.state = "CS_EXCHANGE_MEDIA"
    switch.emit("CALL_UPDATE", b)
    a.party.talks(a)
    b.party.talks(b)


def part(switch: Switch, leg: Channel) -> None:
    """The leg leaves its bridge, if it is in one; the other goes where its variables say."""
    other = leg.other
    if other is None:
        return
    leg.other = other.other = None
    a, b = (leg, other) if leg.is_originator else (other, leg)
    talked = a.is_originator
    a.is_originator = False
    if talked:
        for one in (a, b):
            one.set("last_bridge_hangup_cause", leg.cause or "NORMAL_CLEARING")
            one.set("bridge_hangup_cause", leg.cause or "NORMAL_CLEARING")
        switch.emit("CHANNEL_UNBRIDGE", a, first=_both(a, b))
    after_bridge(switch, other)


def after_bridge(switch: Switch, leg: Channel) -> None:
    """A leg stays behind: it parks, is transferred or is hung up, in this order of preference."""
    if not leg.up or leg.doomed:
        return
    apps.stop_all(switch, leg, "PLAYBACK ERROR")
    transfer_to = leg.variables.get("transfer_after_bridge")
    if leg.is_true("park_after_bridge") and leg.answered:
        apps.park_hidden(switch, leg)
        leg.party.left(leg)
    elif transfer_to and leg.answered:
        transfer(switch, leg, transfer_to.split(":")[0])
    else:
        switch.hang_up(leg, reported_later=switch.whims.random() < 0.5)


def _both_there(switch: Switch, a: Channel, b: Channel) -> bool:
    """Whether both legs are still up; the survivor of two is parked or hung up."""
    if a.up and b.up:
        return True
    for leg in (a, b):
        if leg.up and leg.is_true("park_after_bridge"):
            apps.stop_all(switch, leg, "PLAYBACK ERROR")
            apps.park_hidden(switch, leg)
        elif leg.up:
            switch.hang_up(leg, "DESTINATION_OUT_OF_ORDER")
    return False


def _both(a: Channel, b: Channel) -> bytes:
    return pairs({"Bridge-A-Unique-ID": a.uuid, "Bridge-B-Unique-ID": b.uuid})


def transfer(switch: Switch, leg: Channel, extension: str, dialplan: str = "") -> None:
    """Send a leg elsewhere in a moment: to inline actions `app:arg,app:arg` or to an extension."""
    actions: list[tuple[str, str]] | None
    if dialplan.lower() == "inline":
        actions = [
            (name, arg) for name, _, arg in (part.partition(":") for part in extension.split(","))
        ]
    else:
        actions = None
    switch.clock.later(FRAME, _go_elsewhere, switch, leg, extension, actions)


def _go_elsewhere(
    switch: Switch, leg: Channel, extension: str, actions: list[tuple[str, str]] | None
) -> None:
    if not leg.up:
        return
    part(switch, leg)
    leg.face(None)
    apps.stop_all(switch, leg, "PLAYBACK ERROR")
    switch.count_out(leg)
    leg.step_profile(switch.micros())
    leg.state = "CS_EXECUTE"
    if actions is None:
        plan = switch.plans.get(extension)
        actions = [] if plan is None else list(plan(leg))
    if not actions:
        switch.hang_up(leg, "NO_ROUTE_DESTINATION")
        return
    leg.plan.extend(actions)
    apps.go_on(switch, leg)
