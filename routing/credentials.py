"""How an agent proves to be one: PINs, how often a wrong one may be tried, tokens.

A PIN has few digits, so it is kept as a slow hash (scrypt, RFC 7914) and wrong ones are counted. A
token is long and random: a fast hash is enough, and nobody can read it from the database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

PIN: Final = re.compile(r"[0-9]{4,12}")
TOKEN_PREFIX: Final = "swd_"  # noqa: S105 - how every token begins, so that a leaked one is found
TOKEN_BYTES: Final = 32
STAFF_NUMBER: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_COST, _BLOCK, _PARALLEL = 14, 8, 1
"""2^14 rounds of 1 KiB blocks: 16 MiB and some 50 ms for each try."""


@dataclass(frozen=True, slots=True)
class SignInRules:
    """How agents sign in in this city."""

    pin_required: bool = False
    """Whether staff number and PIN are asked for; else the seat's own number signs in."""
    wrong_pins: int = 5
    """After so many wrong PINs in a row the agent is locked out for a while."""
    locked_seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong PINs in a row, and until when the agent is locked out (seconds since the epoch)."""

    wrong: int = 0
    locked_until: float | None = None

    def locked(self, now: float) -> bool:
        """Tell whether no PIN is even looked at."""
        return self.locked_until is not None and now < self.locked_until

    def begun(self, now: float, rules: SignInRules) -> Tries:
        """Count a try before it is looked at, so that tries at the same time count as well."""
        wrong = self.wrong + 1 if self.locked_until is None else 1
        if wrong >= rules.wrong_pins:
            return Tries(wrong, now + rules.locked_seconds)
        return Tries(wrong)


def pin_problem(pin: str) -> str:
    """Say why a PIN cannot be used, "" if it can."""
    if not PIN.fullmatch(pin):
        return "a PIN has 4 to 12 digits"
    if len(set(pin)) == 1:
        return "a PIN of one digit repeated is the first that anybody tries"
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if steps in ({1}, {-1}):
        return "a PIN of digits in a row is the first that anybody tries"
    return ""


def hash_pin(pin: str, salt: bytes) -> str:
    """Give what is kept of a PIN; `salt` is 16 random bytes. Takes some 50 ms."""
    digest = _scrypt(pin, salt, _COST, _BLOCK, _PARALLEL)
    return f"scrypt${_COST}${_BLOCK}${_PARALLEL}${salt.hex()}${digest.hex()}"


def pin_matches(pin: str, kept: str) -> bool:
    """Tell whether a PIN is the one that was kept; False for anything that is no hash."""
    try:
        kind, cost, block, parallel, salt, digest = kept.split("$")
        found = _scrypt(pin, bytes.fromhex(salt), int(cost), int(block), int(parallel))
    except ValueError:
        return False
    return kind == "scrypt" and hmac.compare_digest(found, bytes.fromhex(digest))


def _scrypt(pin: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(
        pin.encode(), salt=salt, n=2**cost, r=block, p=parallel, maxmem=2**26, dklen=32
    )


def token_hash(token: str) -> str:
    """Give what is kept of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def dialled_agent(dialled: str, known: Collection[str]) -> str | None:
    """Give the staff number that somebody means who has only digits to dial.

    017 is A017, unless 017 itself is known or another one has the same digits; then None, as for
    one that nobody has.
    """
    if dialled in known:
        return dialled
    meant = [number for number in known if dialled and _digits(number) == dialled]
    return meant[0] if len(meant) == 1 else None


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isascii() and sign.isdigit())
