"""`switchd` and its commands."""

from __future__ import annotations

from typing import Annotated

import typer

from switchd import __version__
from switchd.cli import (
    agents,
    callbacks,
    callers,
    city,
    control,
    demo,
    explain,
    follow_ups,
    hours,
    indicators,
    inspect,
    install,
    operators,
    outgoing,
    plan,
    pop,
    replay,
    report,
    roster,
    run,
    supervise,
    tokens,
    versions,
    why,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"switchd {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """The call routing engine of a city's 12345 hotline."""


app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("install")(install.install)
app.command("check")(city.check)
app.command("doctor")(city.doctor)
app.command("explain")(explain.explain)
app.command("why")(why.why)
app.command("pop")(pop.pop)
app.command("replay")(replay.run)
app.command("roster")(roster.roster)
app.command("reload")(versions.reload)
app.command("status")(inspect.status)
app.command("calls")(inspect.calls)
app.command("queues")(inspect.queues)
app.command("seats")(inspect.seats)
app.command("indicators")(indicators.indicators)
app.command("report")(report.report)
app.command("hours")(hours.show)
app.command("block")(callers.block)
app.command("unblock")(callers.unblock)
app.command("blocked")(callers.blocked)
app.add_typer(callbacks.callbacks, name="callbacks")
app.add_typer(callbacks.voicemail, name="voicemail")
app.command("audit")(operators.audit)
control.add_verbs(inspect.seat)
inspect.seat.command("dial")(outgoing.dial)
inspect.seat.command("result")(follow_ups.put_seat_result_in)
app.add_typer(follow_ups.follow_ups, name="follow-ups")
app.add_typer(inspect.seat, name="seat")
app.add_typer(operators.queue, name="queue")
app.add_typer(operators.agent, name="agent")
app.add_typer(supervise.supervise, name="supervise")
app.add_typer(agents.agents, name="agents")
app.add_typer(tokens.tokens, name="tokens")
app.add_typer(plan.plan, name="plan")
app.add_typer(city.prompts, name="prompts")
app.add_typer(city.freeswitch, name="freeswitch")
