"""How an answer finds whoever asked."""

from __future__ import annotations

import gevent

from routing.callflow import Call
from routing.callflow import actions as do
from switchd.calls.answers import Answers, News


class TestAnswers:
    def test_reach_whoever_asked(self) -> None:
        answers = Answers()

        def post(name: str) -> bool:
            gevent.spawn(answers.tell, do.Reply(name, "", {"target": "seat:1002"}))
            return True

        reply = answers.ask(post, 5.0, "wish")
        assert reply is not None
        assert reply.facts == {"target": "seat:1002"}
        assert reply.request.startswith("wish/")

    def test_do_not_reach_anybody_else_who_used_the_same_name(self) -> None:
        answers = Answers()
        names: list[str] = []

        def post(name: str) -> bool:
            names.append(name)
            gevent.spawn(answers.tell, do.Reply(name, f"problem {len(names)}"))
            return True

        asking = [gevent.spawn(answers.ask, post, 5.0, "wish") for _ in range(2)]
        gevent.joinall(asking)
        assert {one.value.problem for one in asking} == {"problem 1", "problem 2"}

    def test_that_do_not_come_are_waited_for_no_longer(self) -> None:
        assert Answers().ask(lambda name: True, 0.01) is None

    def test_of_a_call_that_has_ended_are_not_waited_for(self) -> None:
        assert Answers().ask(lambda name: False, 60.0) is None

    def test_that_come_too_late_hurt_nobody(self) -> None:
        Answers().tell(do.Reply("wish"))


class TestNews:
    def test_reach_everybody_who_listens_even_if_one_cannot(self) -> None:
        answers = Answers()
        heard: list[News] = []

        def broken(news: News) -> None:
            raise RuntimeError("no")

        answers.listeners += [broken, heard.append]
        call = Call(id="leg-a", arrived_at=0.0, seat="1001")
        answers.notify(call, do.Notify("transfer.failed", {"reason": "busy"}))
        assert heard == [News("leg-a", "1001", "transfer.failed", {"reason": "busy"})]
