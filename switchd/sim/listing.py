"""What FreeSWITCH lists when asked: channels, registrations, profiles, itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import orjson

from switchd.sim.channel import Channel

if TYPE_CHECKING:
    from switchd.sim.switch import Switch

VERSION_LINE = (
    "FreeSWITCH Version 1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit "
    "(git cc93a68 2026-08-21 14:10:14Z 64bit)\n"
)


def show(switch: Switch, args: str) -> str:
    """`show channels|calls|registrations as json`, and `show … count`."""
    words = args.split()
    if words[:1] == ["channels"]:
        lists = switch.faults.lists
        rows = [_channel_row(leg) for leg in switch.channels.values() if lists(leg.uuid)]
    elif words[:1] == ["calls"]:
        rows = [
            {**_channel_row(leg), "b_uuid": leg.other.uuid}
            for leg in switch.channels.values()
            if leg.is_originator and leg.other is not None
        ]
    elif words[:1] == ["registrations"]:
        rows = switch.directory.rows()
    else:
        return f"-USAGE: {args}\n"
    if words[1:2] == ["count"]:
        return f"\n{len(rows)} total.\n"
    if words[1:] == ["as", "json"]:
        answer = {"row_count": len(rows), "rows": rows}
        return orjson.dumps(answer).decode() + "\n" if rows else '{"row_count": 0}\n'
    if not rows:
        return "\n0 total.\n"
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    return "\n".join(lines) + f"\n\n{len(rows)} total.\n"


def _channel_row(leg: Channel) -> dict[str, str]:
    created = leg.created // 1_000_000
    application, argument = leg.last_execute
    return {
        "uuid": leg.uuid,
        "direction": leg.direction,
        "created": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(created)),
        "created_epoch": str(created),
        "name": leg.name,
        "state": leg.state,
        "cid_name": leg.caller_name,
        "cid_num": leg.caller_number,
        "ip_addr": "127.0.0.1",
        "dest": leg.destination,
        "application": application,
        "application_data": argument,
        "dialplan": "XML" if leg.direction == "inbound" else "",
        "context": leg.context,
        "read_codec": "PCMA",
        "read_rate": "8000",
        "read_bit_rate": "64000",
        "write_codec": "PCMA",
        "write_rate": "8000",
        "write_bit_rate": "64000",
        "secure": "",
        "hostname": "standin",
        "presence_id": "",
        "presence_data": "",
        "accountcode": "",
        "callstate": leg.call_state,
        "callee_name": "",
        "callee_num": "",
        "callee_direction": "",
        "call_uuid": leg.uuid,
        "sent_callee_name": "",
        "sent_callee_num": "",
        "initial_cid_name": leg.caller_name,
        "initial_cid_num": leg.caller_number,
        "initial_ip_addr": "127.0.0.1",
        "initial_dest": leg.destination,
        "initial_dialplan": "XML" if leg.direction == "inbound" else "",
        "initial_context": leg.context,
    }


RULE = "=" * 97


def sofia(switch: Switch, args: str) -> str:
    """`sofia [xml]status [profile NAME [reg [USER]]]`; other verbs are accepted."""
    words = args.split()
    if words[:1] == ["xmlstatus"] and words[1:2] == ["profile"] and words[3:4] == ["reg"]:
        return _registrations_xml(switch)
    if words[:1] != ["status"]:
        return "+OK\n"
    if words[1:2] != ["profile"]:
        return (
            f"{'Name':>25}\t{'Type':>8}\t{'Data':>40}\tState\n{RULE}\n"
            f"{'seats':>25}\tprofile\tsip:mod_sofia@127.0.0.1:5060\tRUNNING (0)\n"
            f"{'trunk':>25}\tprofile\tsip:mod_sofia@127.0.0.1:5080\tRUNNING (0)\n{RULE}\n"
            "2 profiles 0 aliases\n"
        )
    name = "".join(words[2:3])
    if name not in ("trunk", "seats"):
        return "Invalid Profile!\n"
    if words[3:4] == ["reg"]:
        return _registrations(switch, "".join(words[4:5]))
    return (
        f"{RULE}\nName             \t{name}\nDomain Name      \tN/A\nDialplan         \tXML\n"
        f"Context          \tswitchd\nRTP-IP           \t127.0.0.1\n"
        f"SIP-IP           \t127.0.0.1\nREGISTRATIONS    \t{len(switch.directory.rows())}\n"
    )


def _registrations_xml(switch: Switch) -> str:
    users = "".join(
        f"    <registration>\n        <call-id>{row['token']}</call-id>\n"
        f"        <user>{row['reg_user']}@{row['realm']}</user>\n"
        f"        <status>Registered(UDP)</status>\n    </registration>\n"
        for row in switch.directory.rows()
    )
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<profile>\n  <registrations>\n'
    return f"{head}{users}  </registrations>\n</profile>\n"


def _registrations(switch: Switch, wanted: str) -> str:
    rows = [row for row in switch.directory.rows() if wanted in row["reg_user"]]
    items = "".join(
        f"Call-ID:    \t{row['token']}\nUser:       \t{row['reg_user']}@{row['realm']}\n"
        f"Contact:    \t{row['url']}\nStatus:     \tRegistered(UDP)(unknown)\n\n"
        for row in rows
    )
    return f"\nRegistrations:\n{RULE}\n{items}Total items returned: {len(rows)}\n{RULE}\n"


def contact(switch: Switch, args: str) -> str:
    """`sofia_contact [PROFILE/]USER@DOMAIN`."""
    user = args.rpartition("/")[2].partition("@")[0]
    for row in switch.directory.rows():
        if row["reg_user"] == user:
            return row["url"]
    return "error/user_not_registered"


def status(switch: Switch) -> str:
    """`status`."""
    up = int(switch.clock.now() - switch.started)
    return (
        f"UP 0 years, {up // 86400} days, {up // 3600 % 24} hours, {up // 60 % 60} minutes, "
        f"{up % 60} seconds, 0 milliseconds, 0 microseconds\n"
        "FreeSWITCH (Version 1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit) is ready\n"
        f"{switch.sessions} session(s) since startup\n"
        f"{len(switch.channels)} session(s) - peak {len(switch.channels)}, "
        f"last 5min {len(switch.channels)} \n"
        "0 session(s) per Sec out of max 2000, peak 0, last 5min 0 \n"
        "20000 session(s) max\nmin idle cpu 0.00/96.80\nCurrent Stack Size/Max 240K/8192K\n"
    )


def formatted_time(switch: Switch, args: str) -> str:
    """`strftime [FORMAT]`."""
    return time.strftime(args or "%Y-%m-%d %T", time.localtime(switch.clock.now()))
