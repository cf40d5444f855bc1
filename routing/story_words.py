"""What the story of a call is told with, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing import story_steps


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Templates are filled with the facts of a step of the trace."""

    units: tuple[str, str, str]
    """Hours, minutes, seconds, with the blank before them if there is one."""
    between: str
    withheld: str
    called: str
    in_progress: str
    waited: str
    never_offered: str
    seats_busy: str
    turn_came: str
    offer: str
    score: str
    next_callers: str
    idle_seats: str
    pool_counts: str
    not_offered: str
    rejected: str
    more: str
    colon: str
    semicolon: str
    comma: str
    stop: str
    outcomes: Mapping[str, str]
    states: Mapping[str, str]
    steps: Mapping[str, str]
    delays: Mapping[str, str]
    """Steps that made the wait longer, or were taken against it."""
    causes: Mapping[str, str]
    strategies: Mapping[str, str]
    how: Mapping[str, str]
    seat_states: Mapping[str, str]
    passed_over: Mapping[str, str]
    """Why a seat was not offered a caller, where that is not its state."""
    busy: Mapping[str, str] = field(init=False)
    """States of seats that take no caller."""

    def __post_init__(self) -> None:
        taking = ("ready", "signed_out")
        busy = {state: word for state, word in self.seat_states.items() if state not in taking}
        object.__setattr__(self, "busy", busy)

    def duration(self, seconds: float) -> str:
        """Say a duration in hours, minutes and whole seconds."""
        whole = max(0, round(seconds))
        parts = zip((whole // 3600, whole // 60 % 60, whole % 60), self.units, strict=True)
        said = [f"{number}{unit}" for number, unit in parts if number]
        return self.between.join(said) or f"0{self.units[2]}"


ENGLISH = Words(
    units=(" h", " min", " s"),
    between=" ",
    withheld="A caller without number",
    called="{caller} dialled {dialled} at {time} ",
    in_progress="{caller} dialled {dialled} at {time} and is {doing}.",
    waited="waited {time}",
    never_offered="no seat was found",
    seats_busy="seats at that moment: {counts}",
    turn_came="the turn came with the highest score, {score} points",
    offer="seat {seat} (agent {agent}) is rung for group {group}",
    score="score {score}",
    next_callers="next would be {callers}",
    idle_seats="idle seats in turn: {seats}",
    pool_counts="seats: {counts}",
    not_offered="not offered to: {seats}",
    rejected="{state} ({reason})",
    more="{many} more",
    colon=": ",
    semicolon="; ",
    comma=", ",
    stop=".",
    outcomes={
        "answered": "and talked for {talk} with seat {seat} (agent {agent}).",
        "abandoned": "and hung up while waiting.",
        "abandoned_at_entry": "and hung up before asking for a person.",
        "forwarded": "and was passed on.",
        "redirected": "and was told to dial another number.",
        "closed": "and was told that the line is closed.",
        "refused": "and was not taken.",
        "timed_out": "and waited for as long as the plan allows.",
        "removed": "and was taken out of the queue by a supervisor.",
        "callback": "and asked to be called back.",
        "voicemail": "and left the queue for a message.",
        "congested": "and could not enter the queue.",
        "turned_away": "and was turned away while the hotline was stopping.",
        "not_reached": "and could not be reached.",
        "seat_missed": "and was not called, since the seat did not pick up.",
        "repeated": "and goes on with another call of the same number.",
        "failed": "and was cut off by a fault.",
    },
    states={
        "greeting": "hearing the greeting",
        "menu": "in a menu",
        "waiting": "waiting",
        "ringing": "waiting, and a seat is being rung",
        "whisper": "waiting, and the seat hears who comes",
        "staff_number": "hearing who serves",
        "connecting": "being connected",
        "talking": "talking",
        "survey": "being asked for satisfaction",
        "closing": "hearing good-bye",
    },
    steps=story_steps.ENGLISH,
    delays={
        "queue.widened": "after {after} seats of {group} could serve, too ({cause})",
        "queue.restored": "after {after} the queue had lost its data",
        "queue.again": "after {after} seat {seat} was gone again ({cause})",
        "offer.refused": "after {after} seat {seat} did not take it ({cause})",
        "offer.lost": "after {after} seat {seat} was rung no more ({cause})",
        "callback.declined": "after {after} would rather wait than be called back",
    },
    causes={
        "waited": "waited long enough",
        "nobody signed in": "nobody was signed in",
        "no_answer": "nobody answered",
        "time over": "nobody answered",
        "busy": "busy",
        "refused": "declined on the phone",
        "unreachable": "phone not reachable",
        "withdrawn": "rung for somebody else",
        "break": "break",
        "no_number": "no number that can be called",
        "emergency": "an emergency number",
        "own": "a number of the city's own",
        "blocked": "a blocked number",
        "signed_in": "just signed in",
        "dialling": "still on the phone with the code for ready",
    },
    strategies={
        "longest_idle": "the seat idle longest",
        "round_robin": "the seat whose turn it is",
        "fewest_calls": "the seat with the fewest calls",
        "level_first": "the seat with the highest level",
    },
    how={
        "preferred": "the agent asked for",
        "withdrawn": "taken from a caller for whom another seat rings",
        "further": "one of several that ring",
    },
    seat_states={
        "ready": "ready",
        "offered": "ringing",
        "talking": "talking",
        "wrap_up": "in wrap-up",
        "not_ready": "not ready",
        "signed_out": "signed out",
    },
    passed_over={
        "unreachable": "without phone",
        "later_in_turn": "later in turn",
        "not_preferred": "idle, not asked for",
    },
)

CHINESE = Words(
    units=("小时", "分", "秒"),
    between="",
    withheld="未显示号码的来电",
    called="{caller} 于 {time} 拨打 {dialled}，",
    in_progress="{caller} 于 {time} 拨打 {dialled}，目前{doing}。",
    waited="等待 {time}",
    never_offered="没有坐席可以接听",
    seats_busy="当时坐席：{counts}",
    turn_came="以最高分 {score} 分轮到",
    offer="坐席 {seat}（工号 {agent}）振铃，技能组 {group}",
    score="得分 {score}",
    next_callers="其后为 {callers}",
    idle_seats="空闲坐席依次为 {seats}",
    pool_counts="坐席：{counts}",
    not_offered="未派给：{seats}",
    rejected="{state}（{reason}）",
    more="另有 {many} 席",
    colon="：",
    semicolon="；",
    comma="、",
    stop="。",
    outcomes={
        "answered": "与坐席 {seat}（工号 {agent}）通话 {talk}。",
        "abandoned": "等待时挂机。",
        "abandoned_at_entry": "转人工之前挂机。",
        "forwarded": "已转接至外部号码。",
        "redirected": "已提示改拨其他号码。",
        "closed": "已提示非服务时间。",
        "refused": "未予接听。",
        "timed_out": "等待达到上限。",
        "removed": "被班长移出队列。",
        "callback": "选择回拨。",
        "voicemail": "转入留言。",
        "congested": "排队已满，未能进入。",
        "turned_away": "系统即将停止，未能进入。",
        "not_reached": "未接通对方。",
        "seat_missed": "坐席未接听，未拨打市民电话。",
        "repeated": "同一号码已另有通话在排队。",
        "failed": "因技术故障中断。",
    },
    states={
        "greeting": "在听欢迎语",
        "menu": "在菜单中",
        "waiting": "在排队",
        "ringing": "在排队，坐席正在振铃",
        "whisper": "等待，坐席正在听取来电提示",
        "staff_number": "正在听取工号播报",
        "connecting": "正在接通",
        "talking": "正在通话",
        "survey": "在做满意度评价",
        "closing": "在听结束语",
    },
    steps=story_steps.CHINESE,
    delays={
        "queue.widened": "{after}后技能组 {group} 的坐席也可接听（{cause}）",
        "queue.restored": "{after}后队列数据曾丢失",
        "queue.again": "{after}后坐席 {seat} 中断（{cause}）",
        "offer.refused": "{after}后坐席 {seat} 未接（{cause}）",
        "offer.lost": "{after}后坐席 {seat} 停止振铃（{cause}）",
        "callback.declined": "{after}后选择继续等待，不要回拨",
    },
    causes={
        "waited": "等待时间已到",
        "nobody signed in": "无人签入",
        "no_answer": "无人接听",
        "time over": "无人接听",
        "busy": "占线",
        "refused": "话机拒接",
        "unreachable": "话机不可达",
        "withdrawn": "改为服务其他来电",
        "break": "小休",
        "no_number": "不是可拨的号码",
        "emergency": "紧急号码",
        "own": "本市内部号码",
        "blocked": "黑名单号码",
        "signed_in": "刚签入",
        "dialling": "正在拨示闲码",
    },
    strategies={
        "longest_idle": "空闲最久的坐席",
        "round_robin": "轮到的坐席",
        "fewest_calls": "接话最少的坐席",
        "level_first": "技能等级最高的坐席",
    },
    how={
        "preferred": "指定的话务员",
        "withdrawn": "从另有坐席振铃的来电处调回",
        "further": "多坐席同振之一",
    },
    seat_states={
        "ready": "空闲",
        "offered": "振铃",
        "talking": "通话",
        "wrap_up": "话后整理",
        "not_ready": "示忙",
        "signed_out": "未签入",
    },
    passed_over={
        "unreachable": "话机离线",
        "later_in_turn": "顺序靠后",
        "not_preferred": "空闲，非指定",
    },
)

WORDS: Mapping[str, Words] = {"zh": CHINESE, "en": ENGLISH}
