"""What a probe is: a question, a way to ask it, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass

from .scratch import ScratchContact


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as one of a few short words, and a sentence on what was seen."""

    answer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question about the account; the questions are independent. ``ask`` may raise Unsettled.

    ``never`` is the reason why a question is not asked at all; such a probe has no ``ask``.
    """

    name: str
    question: str
    ask: Callable[[ScratchContact], Answer] | None = None
    never: str = ""
