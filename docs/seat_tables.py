"""The tables of the seat guides, in English and Chinese, made from the defaults of the codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routing.keys import DEFAULT_CODES, STAR, TAKES_NUMBER, Command, KeyVerb

MARKS = ("<!-- keys: made by docs/seat_tables.py -->", "<!-- end of keys -->")


@dataclass(frozen=True, slots=True)
class Row:
    """What one verb does, for people at a seat."""

    english: str
    chinese: str
    hears: str
    """What whoever pressed hears, and the caller; in English."""
    hears_chinese: str


MEANINGS: Mapping[KeyVerb, Row] = {
    KeyVerb.HOLD: Row(
        "hold (保持) the caller; once more: back to the caller",
        "保持；再按一次恢复通话",
        "you: nothing; the caller: music",
        "您：静音；市民：音乐",
    ),
    KeyVerb.CONSULT: Row(
        "consult (咨询) somebody",
        "咨询他人",
        "you: ring tone, then the other; the caller: music",
        "您：回铃音，接通后与对方通话；市民：音乐",
    ),
    KeyVerb.COMPLETE: Row(
        "leave the caller with whom you consult (完成转接)",
        "完成转接：市民与对方通话，您退出",
        "your phone hangs up",
        "您的话机挂机",
    ),
    KeyVerb.CANCEL: Row(
        "end the consultation, or let the third go (取消): back to the caller",
        "取消咨询，或请第三方退出，回到市民",
        "you and the caller hear each other",
        "您与市民恢复通话",
    ),
    KeyVerb.THREE_WAY: Row(
        "three-way call (三方通话) with whom you consult",
        "三方通话：市民、您和被咨询方",
        "all hear each other",
        "三方互相听到",
    ),
    KeyVerb.LEAVE: Row(
        "leave the three-way call (退出三方); the other two talk on",
        "退出三方，另外两方继续通话",
        "your phone hangs up",
        "您的话机挂机",
    ),
    KeyVerb.TRANSFER: Row(
        "hand the caller over at once (直接转接)",
        "直接转接，不先咨询",
        "your phone hangs up; the caller: music until somebody answers",
        "您的话机挂机；市民听音乐直到对方接听",
    ),
    KeyVerb.SWAP: Row(
        "change between the caller and whom you consult (切换)",
        "在市民与被咨询方之间切换",
        "the one whom you leave: music",
        "被暂时离开的一方：音乐",
    ),
    KeyVerb.PARK: Row(
        "park the caller (驻留) for any seat to pick up",
        "驻留，任何坐席都可取回",
        "your phone hangs up; the caller: music",
        "您的话机挂机；市民：音乐",
    ),
    KeyVerb.SUPERVISOR: Row(
        "call a supervisor (呼叫班长)",
        "呼叫班长席",
        "you: ring tone; the caller: music, or the talk goes on if the city chose so",
        "您：回铃音；市民：音乐（也可设为班长直接加入通话）",
    ),
    KeyVerb.EMERGENCY: Row(
        "call {target} into the call at once (一键转接)",
        "一键转接 {target}，直接加入通话",
        "you and the caller talk on until it answers; then all hear each other",
        "接通前您与市民照常通话，接通后三方互相听到",
    ),
    KeyVerb.SURVEY: Row(
        "let the caller go to the satisfaction survey (满意度评价)",
        "转满意度评价",
        "your phone hangs up; the caller: the question",
        "您的话机挂机；市民：评价语音",
    ),
    KeyVerb.MUTE: Row(
        "mute (静音); once more: heard again",
        "静音；再按一次取消",
        "the others do not hear you",
        "其他人听不到您",
    ),
}


def keys(*, chinese: bool) -> str:
    """Give the table of the keys during a call as Markdown."""
    head = ("| 按键 | 作用 | 听到什么 |" if chinese else "| press | does | who hears what |",)
    return "\n".join((*head, "|---|---|---|", *_rows(chinese)))


def _rows(chinese: bool) -> Iterator[str]:
    for code, command in DEFAULT_CODES.items():
        row = MEANINGS[command.verb]
        does, hears = (row.chinese, row.hears_chinese) if chinese else (row.english, row.hears)
        shown = f"`{STAR}{code}`{_number(command, chinese=chinese)}"
        yield f"| {shown} | {does.format(target=command.target)} | {hears} |"


def _number(command: Command, *, chinese: bool) -> str:
    if command.verb not in TAKES_NUMBER:
        return ""
    return " 号码 `#`" if chinese else " number `#`"


def filled(page: str, *, chinese: bool) -> str:
    """Give a page of the guide with its table as the codes are now.

    Raises ValueError if the page has no place for it.
    """
    begin, end = MARKS
    before, found, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found and found_end):
        raise ValueError(f"the page has no {begin} … {end}")
    return f"{before}{begin}\n\n{keys(chinese=chinese)}\n\n{end}{after}"
