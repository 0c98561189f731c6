"""Drift as text and Markdown: each difference with its cause."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from reconcile.clock import zoned_text
from reconcile.model.plans.change import Change
from reconcile.model.reports.drift import Cause, Difference, Drift
from reconcile.render.escape import MARKDOWN, MARKDOWN_HTML, TERMINAL, Dialect
from reconcile.render.layout import PLAIN, TextLayout, join_blocks
from reconcile.render.plan_markdown.byte_budget import ByteBudget, more
from reconcile.render.plan_markdown.lists import lapsing_list, set_aside_blocks
from reconcile.render.plan_text import (
    ContactBlocks,
    Retold,
    Telling,
    later_lines,
    note_lines,
    retold_lines,
    undeclared_lines,
    warning_lines,
)
from reconcile.render.wording.baseline_text import Warned, undeclared_warnings
from reconcile.render.wording.contact_lines import aligned, contact_lines
from reconcile.render.wording.names import BELOW, place_text
from reconcile.render.wording.schedule_text import privileged_schedules
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import count, verb_form

from .difference_text import DifferenceText
from .next_steps import NextSteps

ISSUE_LIMIT = 60_000
"""Maximum bytes of an issue's text. GitHub takes 65,536 characters; what the caller adds needs the rest."""

_RESERVED = 400
"""Bytes for the sentences about contacts and warnings that do not fit."""

_SEE_ALL = "'reconcile drift' has them all"


def drift_text(drift: Drift, layout: TextLayout = PLAIN) -> str:
    """The drift as lines for a terminal."""
    text, plan = DriftText(drift, TERMINAL), drift.plan
    contacts = ContactBlocks.of(PlanSentences(plan, TERMINAL), layout, text.retold())
    return join_blocks(
        [
            layout.wrap_painted("", "", text.headline()),
            warning_lines(text.warnings(BELOW), layout),
            undeclared_lines(plan, layout),
            *_with_caption(contacts.tables()),
            [*contacts.lines(), *contacts.set_aside()],
            later_lines(plan, layout),
            note_lines(plan, layout),
            layout.wrap("", f"Drift: {text.totals()}") if drift.differences else [],
            list(NextSteps(drift).for_terminal()),
        ]
    )


def _with_caption(tables: list[list[str]]) -> list[list[str]]:
    """The tables of a plan, which count what would be done: all below tells what has happened."""
    return [["What an apply would do about it:"], *tables] if tables else []


def drift_markdown(drift: Drift, *, limit: int = ISSUE_LIMIT) -> str:
    """The drift for an issue, in at most ``limit`` bytes: contacts that do not fit are counted, not shown."""
    text = DriftText(drift, MARKDOWN)
    head = f"### {text.headline()}\n\n{text.totals()}\n" if drift.differences else f"### {text.headline()}\n"
    head += NextSteps(drift).for_issue()
    head += "".join(f"\n> {note}\n" for note in text.notes())
    blocks = [text.foldable_contact(change, differences) for change, differences in text.contacts()]
    blocks = [*set_aside_blocks(drift.plan), *blocks]
    budget = ByteBudget(limit - len(head.encode("utf-8")) - _RESERVED)
    warned = [f"> - {warning.sentence}\n" for warning in text.warnings(f"; {_SEE_ALL}")]
    warnings = budget.taken_from_share(warned)
    rest = [f"> - and {unsaid}; {_SEE_ALL}\n" for unsaid in more(len(warned) - len(warnings), "warning")]
    head += "".join(["\n> [!WARNING]\n", *warnings, *rest]) if warned else ""
    lapsing = lapsing_list(drift.plan, budget)
    shown = budget.taken(blocks)
    left = len(blocks) - len(shown)
    unshown = f"\n**Left out, since it is too long for this page:** {count(left, 'contact')}; {_SEE_ALL}.\n"
    return "".join([head, *shown, *([unshown] if left else []), lapsing])


@dataclass(frozen=True, slots=True)
class DriftText:
    """The sentences and lines of a drift, in one dialect."""

    drift: Drift
    dialect: Dialect

    def notes(self) -> list[str]:
        """The notes of the plan."""
        return list(map(self.dialect.prose, self.drift.plan.notes))

    def warnings(self, rest: str) -> Iterator[Warned]:
        """What no difference tells: privileged roles that are scheduled, and what is declared no longer.

        ``rest`` says where those are that a warning has no room for.
        """
        yield from map(Warned, privileged_schedules(self.drift.plan, self.dialect, rest))
        yield from undeclared_warnings(self.drift.plan, self.dialect, rest)

    def headline(self) -> str:
        """How many contacts differ, where and when."""
        plan = self.drift.plan
        where, when = self.dialect.name(plan.account), zoned_text(plan.as_of, plan.timezone)
        sentences = PlanSentences(plan, self.dialect)
        if plan.empty:
            return f"No drift. {sentences.as_declared()}, as of {when}"
        number = len(plan.changes)
        differ = verb_form(number, "differs from its declaration", "differ from their declarations")
        return f"{count(number, 'contact')} at {where} {differ}{sentences.others()}, as of {when}"

    def totals(self) -> str:
        """How many differences there are of each cause."""
        counts = Counter(difference.cause for difference in self.drift.differences)
        totals = ", ".join(f"{counts[cause]:,} {cause.value}" for cause in Cause if counts[cause])
        due = len(self.drift.due)
        return totals + (f" · {count(due, 'contact')} due by the clock alone" if due else "")

    def contacts(self) -> Iterator[tuple[Change, list[Difference]]]:
        """Each contact with its differences."""
        for _, group in groupby(self.drift.differences, key=lambda difference: difference.change.key):
            differences = list(group)
            yield differences[0].change, differences

    def retold(self) -> Retold:
        """What is told of each operation of a contact, by the change that has it."""
        told = {change.key: self.tellings(differences) for change, differences in self.contacts()}
        return lambda entry: told[entry.change.key] if entry.change else ()

    def tellings(self, differences: list[Difference]) -> list[Telling]:
        """What happened to each item of a contact, in the words of a terminal."""
        text = DifferenceText(PlanSentences(self.drift.plan, TERMINAL).operation_text)
        return list(map(text.telling, differences))

    def foldable_contact(self, change: Change, differences: list[Difference]) -> str:
        """The same to unfold: the first lines are HTML up to the blank line, the others Markdown."""
        name = PlanSentences(self.drift.plan, MARKDOWN_HTML).full_name(change)
        place = place_text(change.source, MARKDOWN)
        lines = "".join(f"{line.rstrip()}\n" for line in self._lines(change, differences))
        summary = f"{name}: {count(len(differences), 'difference')}"
        return f"\n<details>\n<summary>{summary}</summary>\n\n{place}\n\n```diff\n{lines}```\n\n</details>\n"

    def _lines(self, change: Change, differences: list[Difference]) -> Iterator[str]:
        """In the order of the operations; each line begins with a symbol, so none can end a fence."""
        wording = PlanSentences(self.drift.plan, TERMINAL).operation_text
        lines = list(contact_lines(replace(change, lapsed=()), wording, concise=True))
        for line, lead in aligned(retold_lines(lines, self.tellings(differences))):
            yield lead + line.text
