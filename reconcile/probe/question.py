"""One question about an account: how it is asked, and what its answer decides for the client."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from reconcile.model.facets import MANAGED, SETS, Facet
from reconcile.model.settings import Capabilities, UpdateMethod

from .scratch import ScratchContact

Rule = Callable[[str, Capabilities, UpdateMethod], Any]
"""The value that an answer gives a capability, from what is known so far and the configured verb."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as one of a few short words, and a sentence on what was seen."""

    answer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What an answer decides: a field of `Capabilities`, and the rule for its value."""

    capability: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Question:
    """One question about the account; the questions are independent. ``ask`` may raise Unanswerable.

    ``never`` is the reason why a question is not asked at all; such a question has no ``ask``.
    """

    name: str
    question: str
    ask: Callable[[ScratchContact], Answer] | None = None
    decides: tuple[Decision, ...] = ()
    never: str = ""

    @property
    def method(self) -> str:
        """How it is asked, in a sentence; empty when it is not."""
        return (self.ask.__doc__ or "").partition("\n")[0] if self.ask else ""


ALL = "all four"
"""The answer that names all facets; it is shorter than their names, and as wide as other answers."""


def facets_answer(facets: Collection[Facet]) -> str:
    """Facets as an answer."""
    return ALL if set(facets) == set(MANAGED) else ", ".join(facets) or "none"


def facets_in(answer: str) -> tuple[Facet, ...]:
    """The facets that an answer names; one in other words names none."""
    return MANAGED if answer == ALL else tuple(facet for facet in MANAGED if facet in answer.split(", "))


def refuse_write(facet: Facet, unsafe: Callable[[str], bool]) -> Decision:
    """Decides that a set must not be written, if the answer makes that unsafe."""

    def refused(answer: str, known: Capabilities, _configured: UpdateMethod) -> tuple[Facet, ...]:
        facets = {*known.refuse, *({facet} if unsafe(answer) else ())}
        return tuple(facet for facet in SETS if facet in facets)

    return Decision("refuse", refused)
