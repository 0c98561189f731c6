"""What became of a merge, for those who merged: applied, refused, waiting, or nothing left to do."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from reconcile.clock import zoned_text
from reconcile.model.ci.section import Acceptance, PreviewReport, PreviewState
from reconcile.model.result import SETTLED, Outcome
from reconcile.render.escape import MARKDOWN
from reconcile.render.plan_markdown.byte_budget import ByteBudget, more
from reconcile.text import count

from .acceptance_text import AcceptanceText
from .comment_text import run_link
from .section_text import RUN_BY_HAND

RESULT_LIMIT = 60_000
"""Maximum bytes of a comment's text. GitHub takes 65,536 characters; its first line needs the rest."""

_RESERVED = 1_500
"""Bytes for what stands around the list of reasons or contacts."""

_AS_DECLARED = "The account is as declared.\n"

MOST_NAMED = 50
"""Maximum number of contacts that are listed because they are not as declared, then how many more."""


@dataclass(frozen=True, slots=True)
class WrittenRun:
    """What the journal of a run tells: its name, and how each contact's change ended, by the contact's id.

    The id is empty where a new contact's did not become known.
    """

    name: str
    complete: bool
    outcomes: tuple[tuple[str, Outcome], ...]


@dataclass(frozen=True, slots=True)
class ResultText:
    """One target's result. ``report`` is that of the preview; None when there was none.

    ``applying``: the job that applies has ended, ``written`` is what it wrote, None for nothing, and
    ``reasons`` why. ``accepted``: what the run was to accept of an earlier one is noted. ``run`` is the
    address of the run, ``commit`` what it is for.
    """

    target: str
    commit: str
    run: str
    report: PreviewReport | None
    applying: bool = False
    written: WrittenRun | None = None
    reasons: tuple[str, ...] = ()
    accepted: bool = False

    @property
    def silent(self) -> bool:
        """Whether others have the word: the run of the tip of the branch, or the job of another target."""
        others = (PreviewState.SUPERSEDED, PreviewState.ELSEWHERE)
        return self.report is not None and self.report.state in others

    def text(self) -> str:
        """The Markdown; contacts stand there by their ids alone."""
        parts = self._parts()
        foot = f"\n<sub>For commit {MARKDOWN.name(self.commit)}. {self._the_run} has the log.</sub>\n"
        return "\n".join(parts) + foot

    def _parts(self) -> list[str]:
        if self.report is not None and self.report.accepts is not None:
            return [self._of_acceptance(self.report.accepts)]
        if self.written is not None:
            return self._told_by_journal(self.written)
        state = self.report.state if self.report else PreviewState.FAILED
        if state is PreviewState.EMPTY:
            return [self._title("Nothing was left to apply to"), *(self._notes() or [_AS_DECLARED])]
        if state is PreviewState.READY and not self.applying:
            return self._waiting()
        if state is PreviewState.REFUSED:
            return self._refused("Refused: nothing was applied to")
        return self._refused("Nothing was applied to") if self.reasons else self._failed()

    def _of_acceptance(self, accepts: Acceptance) -> str:
        text = AcceptanceText(accepts, self.target, RESULT_LIMIT)
        if not self.applying:
            return text.waiting(self._the_run)
        return text.ended(self._the_run, accepted=self.accepted, reasons=self.reasons)

    def _title(self, what: str) -> str:
        return f"### {what} {MARKDOWN.name(self.target)}\n"

    @property
    def _run(self) -> str:
        return run_link(self.run)

    @property
    def _the_run(self) -> str:
        return run_link(self.run, "The run")

    def _waiting(self) -> list[str]:
        since = zoned_text(self.report.made, "UTC") if self.report else ""
        asks = (
            f"{self._the_run} has made the preview at {since} and asks those who may let it through. Nothing "
            "is written before, except what is due by the clock.\n"
        )
        return [self._title("This waits for its reviewers before it is applied to"), asks, *self._notes()]

    def _notes(self) -> list[str]:
        notes = self.report.notes if self.report else ()
        return [f"> {MARKDOWN.prose(note)}\n" for note in notes]

    def _refused(self, title: str) -> list[str]:
        reasons = self.reasons or (self.report.reasons if self.report else ())
        budget = ByteBudget(RESULT_LIMIT - _RESERVED)
        shown = budget.taken(f"- {MARKDOWN.prose(reason)}\n" for reason in reasons)
        rest = [
            f"- and {left}; {self._run} has them all\n" for left in more(len(reasons) - len(shown), "reason")
        ]
        way_out = (
            f"What is merged stays merged, and later merges add to it. The way out is {RUN_BY_HAND}: it "
            "plans the whole account, and its own preview is the ceiling.\n"
        )
        return [self._title(title), "".join([*shown, *rest]), way_out]

    def _failed(self) -> list[str]:
        reasons = self.report.reasons if self.report else ()
        listed = ByteBudget(RESULT_LIMIT - _RESERVED).taken(f"- {MARKDOWN.prose(text)}\n" for text in reasons)
        failed = (
            f"{self._the_run} failed before the first write, and its log says why. Start it again when that "
            "is mended; a later merge does the work, too.\n"
        )
        return [self._title("Nothing was applied to"), failed, *(["".join(listed)] if listed else [])]

    def _told_by_journal(self, written: WrittenRun) -> list[str]:
        numbers = Counter(outcome for _, outcome in written.outcomes)
        counts = ", ".join(f"{number:,} {outcome.value}" for outcome, number in sorted(numbers.items()))
        told = f"{counts or 'Nothing had to be written'}. Run {MARKDOWN.name(written.name)}.\n"
        if written.complete:
            return [self._title("Applied to"), told, *self._notes()]
        left = _unsettled(written.outcomes)
        return [self._title("Applied in part to"), told, left, self._finish(), *self._notes()]

    def _finish(self) -> str:
        return (
            f"Not all is as declared, or somebody is set aside: {self._run} names each reason. Start "
            "what failed of it again to finish; where another merge has come since, that one's run does, "
            "and the run by hand does in any case.\n"
        )


def _unsettled(outcomes: Iterable[tuple[str, Outcome]]) -> str:
    """A line for each contact that is not as declared, whoever has lost a role first."""
    left = [(contact, outcome) for contact, outcome in outcomes if outcome not in SETTLED]
    ranked = sorted(left, key=lambda row: row[1] is not Outcome.LOST_ROLE)
    lines = [f"- contact {MARKDOWN.name(contact or 'new')}: {outcome.value}\n" for contact, outcome in ranked]
    rest = len(lines) - MOST_NAMED
    return "".join([*lines[:MOST_NAMED], *([f"- and {count(rest, 'more contact')}\n"] if rest > 0 else [])])
