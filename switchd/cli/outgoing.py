"""`switchd seat dial`."""

from __future__ import annotations

from typing import Annotated

import typer

from switchd.cli.callers import Who
from switchd.cli.common import DEFAULT_CITY, City
from switchd.cli.inspect import Number, ask


def dial(
    seat: Number,
    number: Annotated[str, typer.Argument(help="Whom to call, in any written form.")],
    by: Who,
    line: Annotated[str, typer.Option(help="The line on whose behalf; default: the seat's.")] = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Call a number outside (外呼): the seat's own phone rings first."""
    made = ask(city, lambda client: client.dial(seat, number, line, by))
    typer.echo(f"seat {made['seat']} calls {made['number']}: call {made['call']}")
