"""The one place where the parts are put together."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event as Flag

from routing.admission import Capacity
from routing.plan import Plan
from switchd import serving
from switchd.api.ports import House
from switchd.api.replies import RedisReplies
from switchd.api.server import Interface
from switchd.attendance import Attendance
from switchd.callbacks.desk import CallbackDesk
from switchd.callbacks.follow_ups import FollowUpDesk
from switchd.callbacks.notifier import Notifier
from switchd.callers import CallerDesk
from switchd.calls.desk import Desk
from switchd.clock import Clock
from switchd.config import Loaded, ServerSettings
from switchd.control import Controls
from switchd.daemon import Daemon
from switchd.dead_man import DeadMan
from switchd.dialling import ClickToDial
from switchd.ended_alone import EndedAlone
from switchd.ended_lately import EndedLately
from switchd.esl.link import Link
from switchd.estimates import Estimates
from switchd.feed.follow import Feed
from switchd.feed.publisher import Publisher
from switchd.feed.stream import Stream
from switchd.following_up import FollowUpHouse, SqlTasks
from switchd.guard import MARK, Guard
from switchd.history import RetiredForEver, against_history
from switchd.indicators import IndicatorDesk
from switchd.keeping import (
    CallbackHouse,
    CallbackLine,
    CallsInProgress,
    KeptPlaces,
    SqlCallbacks,
    SqlMailbox,
    post_json,
)
from switchd.keying import Keying
from switchd.left_alone import LeftAlone
from switchd.membership import Membership
from switchd.nailed.desk import LineDesk
from switchd.observing import Observer
from switchd.open_lines import LineExchange, LineKeeper, NailedUpSwitch, follow
from switchd.operators import Operators
from switchd.parts import Parts
from switchd.people import People
from switchd.places import socket_path
from switchd.popping import PopDesk
from switchd.queueless import Queueless
from switchd.queues.connection import connect
from switchd.queues.deadlines import Deadlines
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.entrance import Entrance
from switchd.queues.inbox import Inbox
from switchd.queues.indicators import Indicators
from switchd.queues.keys import InterfaceKeys, Keys
from switchd.queues.line import line_of
from switchd.queues.measured import Measured
from switchd.queues.nodes import Nodes
from switchd.queues.stream import SeatStream
from switchd.queues.waitlist import Waitlist
from switchd.records.again import start
from switchd.records.audit import Audit
from switchd.records.callbacks import Callbacks
from switchd.records.callers import CallerRules
from switchd.records.desks import SqlDesks
from switchd.records.follow_ups import FollowUps
from switchd.records.plans import PlanVersions
from switchd.records.schema import migrate
from switchd.records.spool import Spool
from switchd.records.store import Store
from switchd.records.voicemails import Voicemails
from switchd.records.writer import Writer
from switchd.reloading import Reloader
from switchd.restoring import Restoring
from switchd.seating import Seating
from switchd.seats.call_codes import CALL_CODES
from switchd.seats.codes import FeatureCodes
from switchd.seats.phones import Phones
from switchd.site import domain, event_socket_password, libraries, peers, proxies
from switchd.supervisors import Supervisors
from switchd.switchboard.incoming import EVENTS, SUBCLASSES, Ear
from switchd.switchboard.turns import Turns
from switchd.telling import CallTeller, scopes_of
from switchd.unbroken import unbroken
from switchd.wiring import CallQueue, SeatDesk


@dataclass(slots=True)
class Running:
    """A daemon and what was started for it."""

    daemon: Daemon
    store: Store
    versions: PlanVersions
    rules: CallerRules
    callbacks: Callbacks
    follow_ups: FollowUps
    voicemails: Voicemails
    audit: Audit
    people: People
    desks: SqlDesks
    redis: EmbeddedRedis | None
    folder: Path
    """Where its data are."""

    def close(self) -> None:
        """End what was started for it; the daemon itself has been stopped before."""
        self.desks.close()
        self.store.close()
        self.versions.close()
        self.rules.close()
        self.callbacks.close()
        self.follow_ups.close()
        self.voicemails.close()
        self.audit.close()
        self.people.close()
        if self.redis is not None:
            self.redis.stop()


def build(loaded: Loaded, *, password: str | None = None, serve: bool = True) -> Running:
    """Put a daemon together: nothing runs yet but, where the city wants it, its own Redis.

    `password` of the event socket is read from its file if it is not given. Raises `NoPassword`,
    `QueueUnavailable`, `EmbeddedRedisFailed`, the records' errors, `SocketInUse`, and
    `RetiredForEver` for a plan that the last one in force does not allow.
    """
    sql, city = loaded.server.sql, loaded.server.city
    desks = SqlDesks(sql, city, partial(start, url=sql, city=city))  # forks: before all else
    try:
        return _build(loaded, desks, password, serve)
    except BaseException:
        desks.close()
        raise


def _build(loaded: Loaded, desks: SqlDesks, password: str | None, serve: bool) -> Running:
    server, plan = loaded.server, loaded.plan
    password = event_socket_password(server) if password is None else password
    state = server.folders.state
    state.mkdir(parents=True, exist_ok=True)
    server.seat_passwords_file.parent.mkdir(parents=True, exist_ok=True)
    server.folders.recordings.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    spool = Spool(state / "spool")
    migrate(server.sql)
    versions = PlanVersions(server.sql)
    problems = against_history(loaded, versions, clock.now())
    if problems:
        spool.close()
        versions.close()
        raise RetiredForEver(problems)
    embedded = EmbeddedRedis(state / "redis", keep=True) if server.redis is None else None
    client = connect(server.redis or embedded.url if embedded else str(server.redis))
    owner = server.node or f"{socket.gethostname()}:{server.freeswitch.event_socket.port}"
    nodes = Nodes(client, server.city, owner, f"{socket.gethostname()}:{state}")
    waitlist = Waitlist(client, server.city, owner, fence=nodes.fence)
    store = Store(server.sql)
    rules = CallerRules(server.sql)
    callbacks = Callbacks(server.sql, server.city)
    follow_ups = FollowUps(server.sql, server.city)
    voicemails = Voicemails(server.sql, server.city)
    audit = Audit(server.sql)
    daemon = Daemon()
    if embedded is not None:
        ended = partial(_warn("redis"), "the embedded Redis ended")
        gevent.spawn(unbroken, partial(embedded.watch, ended))
    turns = Turns()
    link = _link(daemon, turns, server, password)
    switch = NailedUpSwitch(
        lambda: link,
        libraries(loaded),
        domain=domain(server.city),
        proxies=proxies(plan),
        own=owner,
        peers=peers(server),
        recordings=server.folders.recordings,
        deliver=daemon.deliver,
        turns=turns,
        silent_seconds=server.freeswitch.rtp.silent_seconds,
    )

    def use(changed: Loaded) -> None:
        daemon.use(changed.plan)
        switch.prompts, switch.proxies = libraries(changed), proxies(changed.plan)

    def plan_in_force() -> Plan:
        return daemon.parts.plan

    lines = LineDesk(
        plan_in_force,
        LineExchange(switch, plan_in_force),
        LineKeeper(waitlist, clock.now),
        clock,
        daemon.deliver,
    )
    switch.use(lines)
    waitlist.seat_changed.append(lambda verb, seat: follow(lines, verb, seat))
    register, mailbox = SqlCallbacks(callbacks, desks.callbacks), SqlMailbox(voicemails)
    in_progress = CallsInProgress(lambda: daemon.parts.desk)
    line = CallbackLine(waitlist, plan_in_force)
    callback_desk = CallbackDesk(register, line, in_progress, clock, plan_in_force, owner)
    follow_up_desk = FollowUpDesk(
        SqlTasks(follow_ups), line, in_progress, clock, plan_in_force, owner
    )

    def node_given_up() -> None:
        callback_desk.node_given_up()
        follow_up_desk.node_given_up()

    places = KeptPlaces(lambda: daemon.parts.callbacks, clock.now)
    deadlines = Deadlines(waitlist, clock=clock.now, alarm=Flag(), on_trouble=_warn("deadlines"))
    nodes.on_deadline = deadlines.expect
    seating = Seating(waitlist, clock.now, lambda: daemon.parts.desk.calls())
    entrance = Entrance(client, server.city, owner, nodes.fence)
    stream = SeatStream(client, server.city, owner, nodes.fence)
    people = People(server.sql, server.city, waitlist.seat_of, plan_in_force, clock.now)
    codes = server.feature_codes.model_dump()
    controls = Controls(lambda: daemon.parts.desk)
    seat_desk = SeatDesk(waitlist, clock.now, seating.seated, people.door)
    estimates = Estimates(Measured(client, server.city, owner), lambda: daemon.parts.plan)
    queue = CallQueue(waitlist, estimates)
    operators = Operators(
        waitlist,
        seating,
        audit,
        plan=plan_in_force,
        missing_prompts=lambda names: switch.prompts("").missing(names),
        now=clock.now,
    )
    callers = CallerDesk(entrance, waitlist, rules, plan_in_force, clock.now, operators.write_down)

    def shut_out() -> None:
        daemon.parts.membership.lose()

    guard = Guard(
        ask=lambda: link.variable(MARK),
        write=lambda mark: link.set_variable(MARK, mark),
        on_regained=lambda: daemon.events_lost(),
        on_lost=shut_out,
    )
    link.may_send = guard.holds
    nodes.fence.on_shut_out = shut_out
    link.on_variable = lambda name, value: guard.told(value) if name == MARK else None
    ended_alone = EndedAlone(
        server.folders.recordings,
        plan_in_force,
        lambda record: daemon.parts.desk.write_down(record),
    )
    dead_man = DeadMan(lambda: link, lambda legs: daemon.parts.desk.let_go(legs))
    queueless = Queueless(
        lambda: daemon.parts.desk,
        dead_man,
        server.redis_away_seconds,
        restore=daemon.queue_back,
        restored=daemon.queue_restored,
        gather=daemon.gather,
        gathered=daemon.gathered,
        now=clock.now,
    )
    warn_of_heart = _warn("heart")

    def kept(asked_at: float) -> None:
        guard.renew(asked_at)
        queueless.kept(asked_at)

    def not_kept(why: str) -> None:
        warn_of_heart(why)
        queueless.trouble(why)

    events = Stream(client, Keys(server.city).events)
    parts = Parts(
        plan=plan,
        clock=clock,
        link=link,
        waitlist=waitlist,
        entrance=entrance,
        inbox=Inbox(
            client,
            server.city,
            owner,
            nodes.place,
            on_trouble=_warn("inbox"),
            on_recovery=daemon.queue_back,
            may_read=guard.holds,
            pause=gevent.sleep,
        ),
        deadlines=deadlines,
        membership=Membership(
            nodes,
            clock.now,
            on_late=daemon.queue_back,
            on_given_up=node_given_up,
            on_kept=kept,
            on_lost=guard.lose,
            on_trouble=not_kept,
        ),
        guard=guard,
        dead_man=dead_man,
        queueless=queueless,
        left_alone=LeftAlone(
            lambda seat, call, token: waitlist.occupy(seat, call, token, clock.now()),
            lambda seat, token: waitlist.release(seat, token, 0.0, clock.now()),
        ),
        ended_alone=ended_alone,
        ended_lately=EndedLately(
            server.folders.recordings,
            ended_alone.make_records,
            in_progress=lambda call: call in daemon.parts.desk,
            in_sql=desks.calls.known,
            now=clock.now,
        ),
        desk=Desk(
            plan_in_force,
            switch,
            queue,
            spool,
            clock,
            callers,
            places,
            capacity=Capacity(
                server.freeswitch.max_sessions, server.freeswitch.sessions_per_second
            ),
            forecast=lambda group, ahead: estimates.arriving(group, ahead, clock.now()),
        ),
        codes=FeatureCodes(
            {verb: digits for verb, digits in codes.items() if verb not in CALL_CODES},
            seat_desk,
            switch,
            lambda seat, code: parts.asked.result_at(seat, code, "", f"seat {seat}"),
        ),
        keys=Keying(
            plan_in_force, lambda: daemon.parts.desk, controls, waitlist, switch, clock, codes
        ),
        seating=seating,
        reloader=Reloader(loaded, use=use, versions=versions, now=clock.now),
        phones=Phones(
            lambda: [n for n, seat in plan_in_force().seats.items() if not seat.nailed_up],
            lambda reachable: waitlist.phones(reachable, clock.now()),
            wander=bool(server.peers),
        ),
        seat_desk=seat_desk,
        callers=callers,
        callbacks=callback_desk,
        follow_ups=follow_up_desk,
        asked=FollowUpHouse(follow_up_desk, operators.write_down),
        notifier=Notifier(
            mailbox, post_json, lambda: plan_in_force().voicemail.notify, server.city, clock
        ),
        kept=CallbackHouse(callback_desk, mailbox, clock.now, operators.write_down),
        dialling=ClickToDial(
            lambda: daemon.parts.desk, waitlist, plan_in_force, operators.write_down, clock.now
        ),
        operators=operators,
        supervisors=Supervisors(
            lambda: daemon.parts.desk,
            switch,
            waitlist,
            seat_desk,
            controls,
            node=owner,
            plan=plan_in_force,
            now=clock.now,
            write_down=operators.write_down,
        ),
        controls=controls,
        pops=PopDesk(
            desks.earlier, lambda call: daemon.parts.desk.find(call), plan_in_force, clock.now
        ),
        turns=turns,
        lines=lines,
        people=people,
        attendance=Attendance(stream, desks.sessions, clock.now),
        restoring=Restoring(
            waitlist,
            stream,
            people.sessions,
            audit,
            plan=plan_in_force,
            calls=lambda: daemon.parts.desk.calls(),
            seated=seating.seated,
            now=clock.now,
        ),
        spool=spool,
        writer=Writer(spool, desks.calls),
        indicators=IndicatorDesk(
            Indicators(client, server.city), store, lambda: daemon.parts.plan, clock.now
        ),
        observer=Observer(server.metrics),
        publisher=Publisher(events, clock.now),
        feed=Feed(events, lambda event: scopes_of(event, plan_in_force)),
        owner=owner,
        domain=domain(server.city),
    )
    teller = CallTeller(parts.publisher)
    parts.desk.closed.append(estimates.ended)
    parts.desk.changed.append(teller.changed)
    parts.pops.told.append(teller.popped)
    parts.desk.answers.listeners.append(teller.noted)
    replies = RedisReplies(line_of(client).ask, InterfaceKeys(server.city).replies, clock.now)

    def server_for(house: House) -> Interface:
        return serving.serve(
            house, socket_path(state), server, people.credentials, replies, clock.now
        )

    daemon.assemble(parts, server_for if serve else None)
    opened = (store, versions, rules, callbacks, follow_ups, voicemails, audit, people)
    return Running(daemon, *opened, desks, embedded, state)


def _link(daemon: Daemon, turns: Turns, server: ServerSettings, password: str) -> Link:
    event_socket = server.freeswitch.event_socket
    return Link(
        event_socket.host,
        event_socket.port,
        password,
        events=EVENTS,
        subclasses=SUBCLASSES,
        on_event=Ear(daemon, turns.over),
        on_up=daemon.link_up,
        on_down=daemon.link_down,
    )


def _warn(part: str) -> Callable[[str], None]:
    import structlog

    log: Any = structlog.get_logger(f"switchd.{part}")
    return lambda reason: log.warning("trouble", why=reason)
