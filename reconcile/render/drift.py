"""Drift as text and Markdown: each difference with its cause."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from reconcile.clock import utc_text
from reconcile.model.drift import Cause, Difference, Drift
from reconcile.model.plan import Change
from reconcile.text import count, verb_form

from .escape import MARKDOWN, MARKDOWN_HTML, TERMINAL, Dialect
from .wording.lines import aligned, contact_lines
from .wording.sentences import PlanSentences

ISSUE_LIMIT = 60_000
"""Bytes of an issue's text; GitHub takes 65,536 characters, and the rest is for what stands around it."""

_RESERVED = 300


def drift_text(found: Drift) -> str:
    """The drift as lines for a terminal."""
    page = _DriftText(found, TERMINAL)
    contacts = "\n".join(page.contact(change, differences) for change, differences in page.contacts())
    blocks = [page.headline(), contacts, f"Drift: {page.totals()}" if found.differences else ""]
    return "\n\n".join(filter(None, blocks)) + "\n"


def drift_markdown(found: Drift, *, limit: int = ISSUE_LIMIT) -> str:
    """The drift for an issue, in at most ``limit`` bytes: contacts that do not fit are counted, not shown."""
    page = _DriftText(found, MARKDOWN)
    head = f"### {page.headline()}\n\n{page.totals()}\n" if found.differences else f"### {page.headline()}\n"
    blocks = [page.block(change, differences) for change, differences in page.contacts()]
    shown = list(_fitting(blocks, limit - len(head.encode("utf-8")) - _RESERVED))
    left = len(blocks) - len(shown)
    more = f"\n**Left out, since it is too long for this page:** {count(left, 'contact')}.\n" if left else ""
    return "".join([head, *shown, more])


def _fitting(blocks: list[str], left: int) -> Iterator[str]:
    for block in blocks:
        left -= len(block.encode("utf-8"))
        if left < 0:
            return
        yield block


@dataclass(frozen=True, slots=True)
class _DriftText:
    found: Drift
    say: Dialect

    def headline(self) -> str:
        plan = self.found.plan
        where, when = self.say.name(plan.account), utc_text(plan.as_of)
        if plan.empty:
            still = f"{count(plan.unchanged, 'contact')} at {where} {verb_form(plan.unchanged, 'is', 'are')}"
            return f"No drift. {still} as declared, as of {when}"
        number = len(plan.changes)
        differs = verb_form(number, "differs from its declaration", "differ from their declarations")
        return f"{count(number, 'contact')} at {where} {differs}, as of {when}"

    def totals(self) -> str:
        counts = Counter(one.cause for one in self.found.differences)
        told = [f"{counts[cause]:,} {cause.value}" for cause in Cause if counts[cause]]
        due = len(self.found.due)
        return ", ".join(told) + (f" · {count(due, 'contact')} due by the clock alone" if due else "")

    def contacts(self) -> Iterator[tuple[Change, list[Difference]]]:
        for _, group in groupby(self.found.differences, key=lambda one: one.change.key):
            differences = list(group)
            yield differences[0].change, differences

    def contact(self, change: Change, differences: list[Difference], say: Dialect = TERMINAL) -> str:
        """A contact and its differences, one a line."""
        words = PlanSentences(self.found.plan, say)
        head = f"  ~ {words.who(change)}  {words.place(change.source)}"
        return "\n".join([head, *(f"      {line}" for line in self._lines(change, differences))])

    def block(self, change: Change, differences: list[Difference]) -> str:
        """The same to unfold: the first lines are HTML up to the blank line, the others Markdown."""
        words = PlanSentences(self.found.plan, MARKDOWN_HTML)
        place = PlanSentences(self.found.plan, MARKDOWN).place(change.source)
        lines = "".join(f"{line.rstrip()}\n" for line in self._lines(change, differences))
        summary = f"{words.who(change)}: {count(len(differences), 'difference')}"
        return f"\n<details>\n<summary>{summary}</summary>\n\n{place}\n\n```diff\n{lines}```\n\n</details>\n"

    def _lines(self, change: Change, differences: list[Difference]) -> Iterator[str]:
        """In the order of the operations; each line begins with a symbol, so none can end a fence."""
        words = PlanSentences(self.found.plan, TERMINAL)
        found = aligned(list(contact_lines(change, words.steps, concise=True)))
        for (row, lead), difference in zip(found, differences, strict=True):
            yield lead + " · ".join(filter(None, (row.said, self._cause(difference))))

    def _cause(self, difference: Difference) -> str:
        told = _CAUSES[difference.cause](difference)
        return f"{told}; due" if difference.due else told


_CAUSES: dict[Cause, Callable[[Difference], str]] = {
    Cause.STARTED: lambda one: f"its window started {utc_text(one.at)}" if one.at else "its window started",
    Cause.LAPSED: lambda one: f"its window ended {utc_text(one.at)}" if one.at else "its window ended",
    Cause.OUTSIDE: lambda _: "changed outside",
    Cause.INTERRUPTED: lambda one: f"left over from run {TERMINAL.name(one.run or '')}",
    Cause.NOT_APPLIED: lambda _: "not applied yet",
}
