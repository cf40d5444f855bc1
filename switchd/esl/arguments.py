"""Arguments that FreeSWITCH takes apart again, built so that they come out as they went in.

Two places are known in detail (FreeSWITCH 1.11.3-dev, cc93a68):

- `uuid_setvar_multi` cuts at `;` and undoes quotes and backslashes once
  (switch_utils.c, cleanup_separated_string). Every text can be written for it.
- `originate {…}` is cut at blanks, then at commas, then at `=`, and quotes and backslashes are
  undone each time; braces and `:_:` are looked for before any of that. Texts that would need three
  layers of escapes are refused instead.

In both, FreeSWITCH drops a value that holds `${`, and expands one that begins with `ARRAY::`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .commands import Api
from .errors import UnsafeArgument

MAX_VARIABLES = 64
"""uuid_setvar_multi takes the 64th and all behind it for one."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EXPANDED = re.compile(r"\$[\\$]*\{")
_NOT_IN_BRACES = re.compile(r"""['"\\{}\[\]<>$|]|:_:""")


def channel_variables(variables: Mapping[str, str]) -> str:
    """Return `{name=value,…}` to put before an originate's endpoint.

    Empty values are left out, as FreeSWITCH would do. Raises `UnsafeArgument` for a value that
    holds quotes, backslashes, brackets, `$`, `|`, `:_:` or control characters, or begins or ends
    with a blank.
    """
    pairs = []
    for name, value in variables.items():
        _check(name, value)
        if _NOT_IN_BRACES.search(value) or value != value.strip(" ") or value.startswith("^^"):
            raise UnsafeArgument(f"originate cannot carry {name}={value[:120]!r}")
        if value:
            escaped = value.replace(",", "\\,").replace(" ", "\\s")
            pairs.append(f"{name}={escaped}")
    return "{" + ",".join(pairs) + "}"


def set_variables(uuid: str, variables: Mapping[str, str]) -> Api:
    """Return the command that sets all `variables` of a leg at once; "" removes one.

    Raises `UnsafeArgument` for more than 64 variables, none at all, control characters, or a value
    that FreeSWITCH would expand.
    """
    if not 0 < len(variables) <= MAX_VARIABLES:
        raise UnsafeArgument(f"1 to {MAX_VARIABLES} variables at once, not {len(variables)}")
    if not re.fullmatch(r"[!-~]+", uuid):
        raise UnsafeArgument(f"a Unique-ID must be one word, not {uuid[:120]!r}")
    pairs = []
    for name, value in variables.items():
        _check(name, value)
        escaped = re.sub(r"[\\';]", r"\\\g<0>", value)
        kept = escaped.rstrip(" ")
        pairs.append(f"{name}={kept}" + "\\s" * (len(escaped) - len(kept)))
    return Api("uuid_setvar_multi", f"{uuid} {';'.join(pairs)}")


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise UnsafeArgument(f"{name[:120]!r} is no name of a channel variable")
    if _CONTROL.search(value):
        raise UnsafeArgument(f"a control character in {name}={value[:120]!r}")
    if _EXPANDED.search(value):
        raise UnsafeArgument(f"FreeSWITCH would expand {name}={value[:120]!r}")
    if value.startswith("ARRAY::"):
        raise UnsafeArgument(f"FreeSWITCH would take {name}={value[:120]!r} for several values")
