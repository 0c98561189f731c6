"""What a run by hand accepts of an earlier run, for those who let it through and those who look later."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconcile.model.ci.section import Acceptance, AcceptanceKind
from reconcile.render.escape import MARKDOWN
from reconcile.render.plan_markdown.byte_budget import ByteBudget, more

_RESERVED = 1_500
"""Bytes for what stands around the list."""

_WHAT = {
    AcceptanceKind.ACKNOWLEDGE: "Accept what contacts lost in run {run} at {target}",
    AcceptanceKind.RETIRE: "Retire run {run} of {target}",
}

_MEANS = {
    AcceptanceKind.ACKNOWLEDGE: (
        "Nobody asked to take these roles. Once this is accepted, they keep no run from applying any more; "
        "the run by hand then gives back what is declared, and what is not declared stays lost."
    ),
    AcceptanceKind.RETIRE: (
        "Later runs will take it neither for the last one nor for a measure of the account; what it took "
        "away still counts."
    ),
}


@dataclass(frozen=True, slots=True)
class AcceptanceText:
    """The Markdown of an acceptance, in at most ``limit`` bytes; contacts stand there by their ids alone."""

    acceptance: Acceptance
    target: str
    limit: int

    @property
    def headline(self) -> str:
        """What is accepted, in a line."""
        run, target = MARKDOWN.name(self.acceptance.run), MARKDOWN.name(self.target)
        return _WHAT[self.acceptance.kind].format(run=run, target=target)

    def asked(self) -> str:
        """What is accepted if somebody lets it through."""
        means = _MEANS[self.acceptance.kind]
        return f"### {self.headline}?\n\n{self._lines()}\n{means} Nothing else is done in this run.\n"

    def waiting(self, run: str) -> str:
        """That it waits for its reviewers; ``run`` is a link to the run."""
        return f"### {self.headline}?\n\n{self._lines()}\n{run} asks those who may let it through.\n"

    def ended(self, run: str, *, accepted: bool, reasons: Sequence[str]) -> str:
        """What became of it, and why."""
        if accepted:
            return f"### Accepted: {self.headline[0].lower()}{self.headline[1:]}\n\n{self._lines()}"
        why = "".join(f"- {MARKDOWN.prose(reason)}\n" for reason in reasons)
        return f"### Not accepted: {self.headline[0].lower()}{self.headline[1:]}\n\n{why}{run} has the log.\n"

    def _lines(self) -> str:
        seen = self.acceptance.seen
        shown = ByteBudget(self.limit - _RESERVED).taken(f"- {MARKDOWN.prose(line)}\n" for line in seen)
        rest = [f"- and {left}; the log has them all\n" for left in more(len(seen) - len(shown), "line")]
        return "".join([*shown, *rest])
