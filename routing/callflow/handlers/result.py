"""What every handler returns: the call as it is now, and what has to be done."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow.call import Call

Result = tuple[Call, tuple[do.Action, ...]]
