"""`switchd run`: the daemon."""

from __future__ import annotations

import logging
import signal
import sys
from io import TextIOBase
from typing import TYPE_CHECKING, Annotated, TextIO, cast

import gevent
import structlog
import typer
from gevent.event import Event as Flag
from sqlalchemy.exc import SQLAlchemyError

from switchd.api.ports import PlanRefused, Unavailable
from switchd.api.server import SocketInUse
from switchd.cli.common import DEFAULT_CITY, City, Exit, Node, fail, load_node_or_fail
from switchd.config import render_problem
from switchd.config.server import Log
from switchd.garbage import Collector
from switchd.health import Health
from switchd.history import RetiredForEver
from switchd.queues.embedded import EmbeddedRedisFailed
from switchd.queues.facts import QueueUnavailable
from switchd.records.errors import SchemaTooNew, SpoolInUse, StoreUnavailable
from switchd.service import Service

if TYPE_CHECKING:
    from switchd.bootstrap import Running
    from switchd.daemon import Daemon

SWITCH_SECONDS = 0.0005
"""How soon a thread gives the interpreter back to the loop; Python's own choice is 0.005."""

Drain = Annotated[
    float,
    typer.Option("--drain", min=0, help="Seconds to wait for calls in progress when stopped."),
]


class _Stderr(TextIOBase):
    """Whatever stderr is when something is written; loggers outlive a redirected one."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_log(settings: Log) -> None:
    """Key and value on a terminal, JSON elsewhere (the journal)."""
    as_json = settings.format == "json" or (settings.format == "auto" and not sys.stderr.isatty())
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Stderr())),
        cache_logger_on_first_use=True,
    )


def run(city: City = DEFAULT_CITY, drain: Drain = 30.0, node: Node = "") -> None:
    """Run the daemon until SIGTERM or SIGINT; a second signal ends it at once.

    While another daemon works for the same FreeSWITCH, this one stands by, and takes over when that
    one ends or is silent. Calls that are left when a daemon ends stay as they are on the switch;
    it does not wait for them if another stands by.
    """
    from switchd.bootstrap import build  # heavy: only the daemon needs it all
    from switchd.site import NoPassword

    loaded = load_node_or_fail(city, node)
    configure_log(loaded.server.log)
    log = structlog.get_logger("switchd.run")
    for warning in loaded.warnings:
        log.warning("configuration", problem=render_problem(warning))
    try:
        running = build(loaded)
    except NoPassword as error:
        fail(str(error), Exit.CONFIG)
    except RetiredForEver as error:
        for problem in error.problems:
            typer.echo(render_problem(problem), err=True)
        fail(f"{city} cannot be used after the plan that was in force before", Exit.CONFIG)
    except (SchemaTooNew, SocketInUse) as error:
        fail(str(error))
    except SpoolInUse:
        state = loaded.server.folders.state
        fail(f"another switchd works in {state}: stop it, or give this one another folders.state")
    except (
        EmbeddedRedisFailed,
        QueueUnavailable,
        StoreUnavailable,
        SQLAlchemyError,
        OSError,
    ) as error:
        fail(f"cannot start: {error}", Exit.UNAVAILABLE)
    _favour_the_loop()
    clean = _serve(running, drain)
    raise typer.Exit(Exit.OK if clean else Exit.FAILED)


def _favour_the_loop() -> None:
    """Keep the event loop from waiting: for threads that ask SQL, and for collections.

    Measured by `python -m bench flow`: together they cut the 99th percentile of the time to the
    first command to about a quarter.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    Collector().start()


def _serve(running: Running, drain: float) -> bool:
    """Run until told to stop; True if every record is in SQL."""
    stop, at_once = Flag(), Flag()

    def told() -> None:
        if stop.is_set():
            at_once.set()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, told)
    daemon = running.daemon
    displaced = gevent.spawn(_when_displaced, daemon, stop, at_once)
    service = Service()
    gevent.signal_handler(signal.SIGHUP, lambda: gevent.spawn(_reload, daemon, service))
    watching = gevent.spawn(service.watch, Health(daemon.background, daemon.handling_since))
    try:
        if daemon.start(stop, standing_by=lambda: service.ready("standing by")):
            service.ready(f"commands FreeSWITCH for {daemon.parts.plan.title}")
            stop.wait()
            watching.kill()
            service.stopping("draining")
            draining = gevent.spawn(daemon.drain, drain)
            draining.link(lambda _: at_once.set())
            at_once.wait()
            draining.kill()
        return daemon.stop()
    except QueueUnavailable as error:
        daemon.stop()
        fail(f"cannot start: {error}", Exit.UNAVAILABLE)
    finally:
        displaced.kill()
        watching.kill()
        running.close()


def _when_displaced(daemon: Daemon, *flags: Flag) -> None:
    """Another daemon works for the node: end at once, calls are its own now."""
    daemon.parts.membership.displaced.wait()
    for flag in flags:
        flag.set()


def _reload(daemon: Daemon, service: Service) -> None:
    """What SIGHUP asks for; what comes of it is in the log."""
    service.reloading()
    try:
        daemon.house.reload("SIGHUP", "SIGHUP")
    except PlanRefused:
        service.ready("the changed plan has errors, the old one is in force; see the log")
    except Unavailable as error:
        structlog.get_logger("switchd.run").error("plan not reloaded", why=str(error))
        service.ready("the changed plan could not be put into force; see the log")
    else:
        service.ready(f"plan {daemon.parts.plan.version} is in force")
