"""What is done with every request: who asks, what was sent, may they, has it been done before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import falcon
import orjson
from pydantic import BaseModel

from routing.rights import SIGN_IN, WHOLE_CITY, Identity, Reach, Role, may, reach
from switchd.api import problems, streams
from switchd.api.bodies import body_of, bytes_of, query_of
from switchd.api.door import Door, owner
from switchd.api.openapi import describe
from switchd.api.ports import House
from switchd.api.problems import Problem
from switchd.api.replies import Kept, Replies, fingerprint, kept_under
from switchd.api.route import Asked, Deed, Route
from switchd.api.streams import EventStream, Streams

JSON: Final = "application/json"
STRANGER: Final = Identity("", Role.READER)
"""Whoever asks for what everybody may know."""
LONGEST_NAME = 128
"""Characters of a name in a path."""


class Requests:
    """Carries requests out, over one door."""

    def __init__(
        self,
        house: House,
        door: Door,
        replies: Replies,
        streams: Streams,
        routes: Sequence[Route[Any]],
    ) -> None:
        self._house = house
        self._door = door
        self._replies = replies
        self._streams = streams
        self._document = orjson.dumps(describe(routes))

    def document(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answer with the OpenAPI document."""
        self._door.let_in(request)
        _send(response, Kept(200, self._document))

    def responder(self, route: Route[Any]) -> Callable[..., None]:
        """Give what falcon calls for a route."""

        def respond(request: falcon.Request, response: falcon.Response, **path: Any) -> None:
            self._respond(route, request, response, {name: str(one) for name, one in path.items()})

        return respond

    def _respond(
        self,
        route: Route[Any],
        request: falcon.Request,
        response: falcon.Response,
        path: Mapping[str, str],
    ) -> None:
        _check_names(path)
        identity = STRANGER if route.open else self._door.let_in(request)
        if not self._sees_all(identity, route) and reach(identity, route.right) is Reach.NOWHERE:
            raise _not_yours(identity, route, "")
        sent = bytes_of(request)
        body = query_of(request, route) if route.method == "GET" else body_of(sent, route.body)
        asked = Asked(self._who(identity, body), identity, path, body)
        if route.stream:
            self._follow(route, asked, request, response)
            return
        self._allow(route, asked)
        key = request.get_header("Idempotency-Key") if route.method == "POST" else None
        if key is None:
            _send(response, Kept(200, orjson.dumps(self._run(route, asked))))
        else:
            _send(response, self._run_once(route, asked, key, sent))

    def _follow(
        self,
        route: Route[Any],
        asked: Asked[Any],
        request: falcon.Request,
        response: falcon.Response,
    ) -> None:
        """Answer with events for as long as the client listens."""
        following, name = route.run(self._house, asked), owner(asked.identity)
        trusted = self._door.trusted
        self._streams.enter(name)
        response.stream = EventStream(
            following,
            again=lambda: self._door.again(request),
            sees=lambda identity, scope: trusted or may(identity, route.right, scope),
            kinds=tuple(filter(None, asked.body.kinds.split(","))),
            close=lambda: self._streams.leave(name),
        )
        response.content_type = streams.MEDIA_TYPE
        response.cache_control = ["no-store"]
        # Proxies are to pass each event on at once.
        response.set_header("X-Accel-Buffering", "no")

    def _sees_all(self, identity: Identity, route: Route[Any]) -> bool:
        return self._door.trusted or not route.right or reach(identity, route.right) >= Reach.CITY

    def _who(self, identity: Identity, body: BaseModel) -> str:
        named = body.who if isinstance(body, Deed) else ""
        if self._door.trusted:
            return named or identity.name
        return f"{identity.name}: {named}" if named else identity.name

    def _allow(self, route: Route[Any], asked: Asked[Any]) -> None:
        """Raise `Problem` unless the right covers what the request is about."""
        if self._sees_all(asked.identity, route) and route.right != SIGN_IN:
            return
        if self._door.trusted or route.each is not None:
            return
        name = next(iter(asked.path.values()), "")
        scopes = self._house.scopes(route.about, name) if route.about else (WHOLE_CITY,)
        if route.right == SIGN_IN:
            scopes = [replace(scope, agent=asked.body.agent or name) for scope in scopes]
        if not any(may(asked.identity, route.right, scope) for scope in scopes):
            raise _not_yours(asked.identity, route, name)

    def _run(self, route: Route[Any], asked: Asked[Any]) -> Any:
        found = route.run(self._house, asked)
        if route.each is None or self._sees_all(asked.identity, route):
            return found
        key, kind = route.each
        mine = partial(may, asked.identity, route.right)
        return [one for one in found if any(map(mine, self._house.scopes(kind, str(one[key]))))]

    def _run_once(self, route: Route[Any], asked: Asked[Any], key: str, sent: bytes) -> Kept:
        name, mark = kept_under(asked.identity, key), fingerprint(route.path, asked.path, sent)
        before = self._replies.begin(name, mark)
        if before is not None:
            return before
        try:
            reply = Kept(200, orjson.dumps(self._run(route, asked)))
        except Exception as error:
            problem = problems.of(error)
            if problem.status >= 500:
                self._replies.forget(name)
                raise problem from error
            reply = Kept(problem.status, orjson.dumps(problem.plain()))
        self._replies.finish(name, mark, reply)
        return reply


def _send(response: falcon.Response, reply: Kept) -> None:
    response.status = reply.status
    response.data = reply.body
    response.content_type = JSON if reply.status < 400 else problems.MEDIA_TYPE
    response.cache_control = ["no-store"]
    if reply.replayed:
        response.set_header("Idempotency-Replayed", "true")


def _check_names(path: Mapping[str, str]) -> None:
    for name, value in path.items():
        if len(value) > LONGEST_NAME or any(ord(char) < 32 or ord(char) == 127 for char in value):
            raise Problem(404, "Not there", f"there is no {name} with such a name")


def _not_yours(identity: Identity, route: Route[Any], name: str) -> Problem:
    what = f" to {name}" if name else ""
    return Problem(
        403,
        "Not your right",
        f"the role {identity.role} of this token may not do {route.right}{what}",
    )
