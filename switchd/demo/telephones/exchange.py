"""Everybody who has a telephone: seats whose phones register, and callers behind the trunk."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from switchd.demo.telephones.ports import FreePorts
from switchd.demo.telephones.sipp import REFUSALS, Call, Phone, Sipp


class NotRegistered(RuntimeError):
    """FreeSWITCH did not accept a phone's registration."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where FreeSWITCH is for telephones."""

    address: str
    trunk_port: int
    seats_port: int
    domain: str
    passwords: Mapping[str, str]
    """Seat → password of its phone."""


PACKET_MS = 20
"""What phones usually ask for."""


class Telephones:
    """The telephones of one FreeSWITCH. All times are seconds."""

    def __init__(
        self, folder: Path, reach: Reach, ports: FreePorts, *, packet_ms: int = PACKET_MS
    ) -> None:
        """They write what they hear below `folder`, which must not hold telephones yet. Each packet
        of audio, theirs and FreeSWITCH's, lasts `packet_ms`."""
        self._folder = folder
        self._reach = reach
        self._ports = ports
        self._packet_ms = packet_ms
        self._all: list[Sipp] = []
        self._numbers = itertools.count(1)

    def phone(
        self,
        seat: str,
        *,
        answers_after: float | None = 0.2,
        refusal: int | None = None,
        hangs_up_after: float | None = None,
        speaks: Path | None = None,
        keys_by_rtp: bool = False,
        password: str | None = None,
        expires: int = 120,
        life: int = 600,
    ) -> Phone:
        """Put a phone on a seat's desk and register it for `expires` seconds.

        It answers `answers_after` ringing, or (None) only when it is told to; `refusal` is a SIP
        code instead. `hangs_up_after` counts from answering. `speaks` is a file of raw A-law that
        is sent again and again. The keys that it is told to press are sent by SIP INFO, or with
        `keys_by_rtp` in the audio (RFC 2833). Raises NotListening or NotRegistered.
        """
        values = {
            "user": seat,
            "refusal": refusal,
            "answers_after": milliseconds(answers_after),
            "hangs_up_after": milliseconds(hangs_up_after),
            "speaks": str(speaks) if speaks else "",
        }
        phone = self._phone(seat, self._ports.take(), life, values)
        phone.keys_by_rtp = keys_by_rtp
        # Like a real one it tries again: a FreeSWITCH that is just waking up may refuse at first.
        tries = (self.register(seat, phone.ports[0], password, expires=expires) for _ in range(2))
        if not any(tries):
            raise NotRegistered(f"seat {seat} could not register")
        return phone

    def number(
        self,
        number: str,
        port: int,
        *,
        answers_after: float | None = 0.2,
        refusal: int | None = None,
        hangs_up_after: float | None = None,
        life: int = 600,
    ) -> Phone:
        """Let somebody answer calls that are sent to `port`, as behind a trunk; see `phone`. From
        now on they come through. Raises NotListening."""
        values = {
            "user": number,
            "refusal": refusal,
            "answers_after": milliseconds(answers_after),
            "hangs_up_after": milliseconds(hangs_up_after),
            "speaks": "",
        }
        return self._phone(number, port, life, values)

    def _phone(self, user: str, port: int, life: int, values: Mapping[str, object]) -> Phone:
        phone = Phone(
            self._folder / "phones" / f"{user}-{next(self._numbers)}",
            "phone",
            {"packet_ms": self._packet_ms, **values},
            port=port,
            media_port=self._ports.take(),
            life=life,
            options=["-aa"],
        )
        self._all.append(phone)
        phone.waits_until_it_listens()
        return phone

    def register(
        self,
        seat: str,
        contact_port: int,
        password: str | None = None,
        *,
        port: int | None = None,
        expires: int = 120,
    ) -> bool:
        """Register a phone that listens on `contact_port`; tell whether it was accepted.

        `port` is FreeSWITCH's, if not that of the seats.
        """
        values = {
            "user": seat,
            "domain": self._reach.domain,
            "password": password or self._reach.passwords[seat],
            "contact_port": contact_port,
            "expires": expires,
        }
        registration = Sipp(
            self._folder / "registrations" / f"{seat}-{next(self._numbers)}",
            "register",
            values,
            port=self._ports.take(),
            media_port=self._ports.take(),
            target=(self._reach.address, port or self._reach.seats_port),
            options=["-m", "1"],
        )
        self._all.append(registration)
        return registration.wait(20) and registration.count("registered") == 1

    def call(
        self,
        caller: str,
        dialled: str,
        *,
        keys: Iterable[tuple[float, str]] = (),
        keys_by_rtp: bool = False,
        key_when_told: str = "",
        hangs_up_after: float | None = None,
        bye_reason: str = "",
        name: str = "",
        headers: Mapping[str, str] | None = None,
        speaks: Path | None = None,
        source: str = "127.0.0.1",
        times: int = 1,
        at_once: int = 0,
        per_second: float = 10.0,
        port: int | None = None,
    ) -> Call:
        """Call from the carrier's side; `port` is FreeSWITCH's, if not that of the trunk.

        `keys` are (seconds after the answer, key), sent by SIP INFO, or with `keys_by_rtp` in the
        audio (RFC 2833), for which SIPp must be root. `hangs_up_after` counts from the answer, or
        from dialling as long as nobody has answered; None waits for the other side to hang up.
        `bye_reason` is what the caller's network says in the BYE (RFC 3326). With `times` as many
        callers do the same, `per_second` a second, and no more than `at_once` of them (0: all) at
        the same time.
        """
        return self._dialling(
            port or self._reach.trunk_port,
            who=caller,
            dialled=dialled,
            steps=_steps(keys, hangs_up_after),
            keys_by_rtp=keys_by_rtp,
            key_when_told=key_when_told,
            hangs_up_after=milliseconds(hangs_up_after),
            bye_reason=bye_reason,
            name=name,
            headers=headers or {},
            speaks=str(speaks) if speaks else "",
            source=source,
            options=["-m", str(times), "-l", str(at_once or times), "-r", f"{per_second:g}"],
        )

    def dial(
        self,
        seat: str,
        dialled: str,
        *,
        password: str | None = None,
        claims_to_be: str | None = None,
        keys: Iterable[tuple[float, str]] = (),
        hangs_up_after: float | None = None,
        speaks: Path | None = None,
    ) -> Call:
        """Dial on a seat's phone. `claims_to_be` goes into From; the digest is `seat`'s; `keys` and
        `speaks` as for a caller."""
        return self._dialling(
            self._reach.seats_port,
            who=claims_to_be or seat,
            dialled=dialled,
            steps=_steps(keys, hangs_up_after),
            hangs_up_after=milliseconds(hangs_up_after),
            speaks=str(speaks) if speaks else "",
            username=seat,
            password=password or self._reach.passwords[seat],
            options=["-m", "1"],
        )

    def clear_away(self, telephone: Sipp) -> None:
        """End one and forget it; its ports and its folder are free again."""
        telephone.clear_away()
        self._all.remove(telephone)
        self._ports.give_back(*telephone.ports)

    def end(self) -> None:
        """End all of them at once."""
        for each in self._all:
            each.kill()
        self._all.clear()

    def _dialling(
        self,
        port: int,
        *,
        source: str = "127.0.0.1",
        options: Sequence[str],
        **values: object,
    ) -> Call:
        nobody = {
            "name": "",
            "headers": {},
            "speaks": "",
            "username": "",
            "password": "",
            "key_when_told": "",
            "keys_by_rtp": False,
            "bye_reason": "",
        }
        call = Call(
            self._folder / "callers" / str(next(self._numbers)),
            "caller",
            {
                **nobody,
                **values,
                "contact": values["who"],
                "packet_ms": self._packet_ms,
                "domain": self._reach.domain,
                "refusals": REFUSALS,
            },
            port=self._ports.take(),
            media_port=self._ports.take(),
            target=(self._reach.address, port),
            source=source,
            options=options,
        )
        self._all.append(call)
        return call


def _steps(
    keys: Iterable[tuple[float, str]], hangs_up_after: float | None
) -> list[dict[str, object]]:
    """Turn moments after the answer into waits, in milliseconds, between one and the next."""
    steps: list[dict[str, object]] = []
    elapsed = 0.0
    for at, key in sorted(keys):
        steps.append({"wait": max(1, int((at - elapsed) * 1000)), "key": key})
        elapsed = at
    if hangs_up_after is not None:
        steps.append({"wait": max(1, int((hangs_up_after - elapsed) * 1000)), "key": ""})
    return steps


def milliseconds(seconds: float | None) -> int | None:
    """SIPp's unit; at least one."""
    return None if seconds is None else max(1, int(seconds * 1000))
