"""One run as text: who started it, when and why, then what it did contact by contact."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.clock import zoned_text
from reconcile.model.reports.history import RunContact, RunReport, SingleRun
from reconcile.model.result import Outcome
from reconcile.render.escape import TERMINAL
from reconcile.render.layout import PLAIN, TextLayout, column_width, join_blocks, pad
from reconcile.render.wording.contact_lines import WIDEST_ITEM, item_text
from reconcile.render.wording.names import named_with_id
from reconcile.render.wording.operation_text import SYMBOLS, OperationText

from .run_words import actor_text, counts_text, ending_symbol, ending_text, scope_text, source_text


def run_text(run: SingleRun, layout: TextLayout = PLAIN) -> str:
    """The run as lines for a terminal."""
    text = RunText(run.report, run.timezone, layout)
    return join_blocks([text.head(), *text.contacts()])


@dataclass(frozen=True, slots=True)
class RunText:
    """The lines of one run."""

    report: RunReport
    timezone: str
    layout: TextLayout

    def head(self) -> list[str]:
        """Which run it is, who started it, what it did in numbers, how it ended."""
        first, *others = filter(None, (self._title(), self._origin(), self._job(), self._plan()))
        lines = [line for sentence in (first, *others) for line in self.layout.wrap("", sentence)]
        ending = self.layout.wrap(f"{ending_symbol(self.report)} ".lstrip(), self._ending())
        return [*lines, *ending]

    def _title(self) -> str:
        report = self.report
        target = f" (target {TERMINAL.name(report.target)})" if report.target else ""
        account = f" at {TERMINAL.name(report.account)}" if report.account else ""
        return f"Run {TERMINAL.name(report.run)}{account}{target}"

    def _origin(self) -> str:
        """When it began, and who started it from which commit."""
        report = self.report
        began = zoned_text(report.machine, self.timezone) if report.machine else "at a time that is not noted"
        source = source_text(report.provenance)
        return f"Began {began}{self._as_of()}, by {actor_text(report)}{f', from {source}' if source else ''}."

    def _as_of(self) -> str:
        """The instant that it worked as of, where somebody asked for another one than the present."""
        at, machine = self.report.at, self.report.machine
        other = at and machine and abs((at - machine).total_seconds()) > 1
        return f", as of {zoned_text(at, self.timezone)}" if at and other else ""

    def _job(self) -> str:
        """The address of the job's run, to be opened; nothing that is no address of the web."""
        run = self.report.provenance.run if self.report.provenance else None
        return TERMINAL.name(run) if run and run.startswith(("https://", "http://")) else ""

    def _plan(self) -> str:
        """By which plan it was: to be compared with the digest that was approved."""
        known = self.report.plan.startswith("sha256:")
        return f"Plan {TERMINAL.name(self.report.plan)}" if known else ""

    def _ending(self) -> str:
        scope = scope_text(self.report)
        recorded = " It left a record for later runs." if self.report.recorded else ""
        what = counts_text(self.report.counts)
        done = f"{what[0].upper()}{what[1:]}{f', {scope}' if scope else ''}"
        return f"{done}. Ended: {ending_text(self.report, reasons=True)}.{recorded}"

    def contacts(self) -> Iterator[list[str]]:
        """A block for each contact."""
        for contact in self.report.contacts:
            yield [*self._name(contact), *self._steps(contact), *self._trouble(contact)]

    def _name(self, contact: RunContact) -> list[str]:
        outcome = contact.outcome or "cut off before its outcome was noted"
        known = outcome == Outcome.APPLIED
        name = named_with_id(contact.contact, TERMINAL)
        return self.layout.wrap(f"  {name}", "" if known else f"  {TERMINAL.name(outcome)}")

    def _steps(self, contact: RunContact) -> Iterator[str]:
        wording = OperationText(self.timezone, TERMINAL, reverting=self.report.reverts is not None)
        names = [item_text(step.facet, TERMINAL.name(step.item)) for step in contact.operations]
        column = column_width(names, WIDEST_ITEM)
        for name, step in zip(names, contact.operations, strict=True):
            symbol = SYMBOLS[step.action]
            prefix = f"      {symbol} {pad(name, column)}  "
            yield from self.layout.wrap_painted(symbol, prefix, wording.operation(step))

    def _trouble(self, contact: RunContact) -> Iterator[str]:
        if contact.in_doubt:
            text = "nobody has looked yet whether its last write took effect; the next apply does"
            yield from self.layout.wrap_painted("?", "      ? ", text)
        if contact.lost:
            items = ", ".join(TERMINAL.name(str(lost)) for lost in contact.lost)
            yield from self.layout.wrap_painted("!", "      ! ", f"lost {items}, which nobody asked to take")
        if contact.detail and contact.outcome != Outcome.APPLIED:
            yield from self.layout.wrap("        ", TERMINAL.prose(contact.detail))
