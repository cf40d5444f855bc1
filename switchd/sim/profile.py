"""How people behave, as data: a caller's mind, an agent's habits, a city's traffic."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same."""

    seconds: float

    def draw(self, rng: random.Random) -> float:
        """Seconds."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory."""

    mean: float

    def draw(self, rng: random.Random) -> float:
        """Seconds."""
        return rng.expovariate(1 / self.mean)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Half are below the median; a few are very long."""

    median: float
    sigma: float = 0.6

    def draw(self, rng: random.Random) -> float:
        """Seconds."""
        return rng.lognormvariate(math.log(self.median), self.sigma)


Distribution = Fixed | Exponential | Lognormal


@dataclass(frozen=True, slots=True)
class Mind:
    """What one caller has made up their mind to do. Infinity is never."""

    patience: float = math.inf
    """Seconds from dialling until the caller gives up, unless somebody talks to them by then."""
    talk: float = math.inf
    """Seconds of talk after which the caller hangs up, unless the seat has."""
    survey: str | None = ""
    """Key pressed when asked after the talk; "" presses none, None hangs up instead."""
    reaction: float = 0.5
    """Seconds from a question's beginning to the key."""
    hangs_up_after: float = math.inf
    """Seconds from dialling until the caller hangs up, whatever happens."""
    keys: Sequence[tuple[float, str]] = ()
    """Keys pressed so many seconds after dialling."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Part of a question's file name → key pressed when it is asked."""


@dataclass(frozen=True, slots=True)
class AgentHabits:
    """How agents treat the phone. Probabilities are per call; what is left is answering."""

    answer_after: Distribution = field(default_factory=lambda: Lognormal(3.0, 0.4))
    busy: float = 0.0
    no_answer: float = 0.0
    refuses: float = 0.0
    unreachable: float = 0.0
    drops: float = 0.0
    """The phone dies in the talk."""
    talk: Distribution = field(default_factory=lambda: Lognormal(90.0, 0.6))
    """Talk after which the seat hangs up."""
    codes_at_start: tuple[str, ...] = ()
    """Feature codes that each agent dials first: sign in, ready."""
    code_after_miss: str = ""
    """Feature code that an agent dials some time after a call was not answered."""
    back_after: Distribution = field(default_factory=lambda: Lognormal(20.0, 0.5))


@dataclass(frozen=True, slots=True)
class Burst:
    """Many calls at once, such as a storm brings."""

    begins: float
    """Seconds from the start of the traffic."""
    seconds: float
    calls_per_hour: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A city's callers."""

    calls_per_hour: float | tuple[float, ...] = 600.0
    """One rate, or 24, one for each hour of the day in `zone`."""
    zone: str = "Asia/Shanghai"
    bursts: tuple[Burst, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=lambda: {"12345": 1.0})
    """Number dialled → weight."""
    patience: Distribution = field(default_factory=lambda: Lognormal(90.0, 0.8))
    caller_ends_talk: float = 0.2
    """Probability that the caller, not the seat, ends the talk."""
    caller_talk: Distribution = field(default_factory=lambda: Lognormal(60.0, 0.6))
    survey_answered: float = 0.7
    survey_hangs_up: float = 0.2
    survey_keys: Mapping[str, float] = field(
        default_factory=lambda: {"1": 0.6, "2": 0.25, "3": 0.1, "4": 0.05}
    )
    reaction: Distribution = field(default_factory=lambda: Lognormal(2.0, 0.4))
    hangs_up_any_moment: float = 0.02
    """Probability of hanging up at a moment that has nothing to do with what happens."""
    any_moment: Distribution = field(default_factory=lambda: Exponential(40.0))
    redials: float = 0.5
    """Probability that somebody who reached nobody calls again."""
    redial_after: Distribution = field(default_factory=lambda: Exponential(30.0))

    def mind(self, rng: random.Random) -> Mind:
        """Make up one caller's mind; always draws the same number of times."""
        patience = self.patience.draw(rng)
        ends_talk, talk = rng.random(), self.caller_talk.draw(rng)
        mood, key = rng.random(), _weighted(rng, self.survey_keys)
        leaves, when = rng.random(), self.any_moment.draw(rng)
        survey: str | None = ""
        if mood < self.survey_answered:
            survey = key
        elif mood < self.survey_answered + self.survey_hangs_up:
            survey = None
        return Mind(
            patience=patience,
            talk=talk if ends_talk < self.caller_ends_talk else math.inf,
            survey=survey,
            reaction=self.reaction.draw(rng),
            hangs_up_after=when if leaves < self.hangs_up_any_moment else math.inf,
        )

    def number(self, rng: random.Random) -> str:
        """Choose what is dialled."""
        return _weighted(rng, self.numbers)


def _weighted(rng: random.Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]
