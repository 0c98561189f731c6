"""Runs as a table, the newest last: it stands right above the prompt."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.model.reports.history import RunList, RunReport
from reconcile.render.escape import TERMINAL
from reconcile.render.layout import PLAIN, TextLayout, column_width, join_blocks, pad
from reconcile.text import count

from .run_text import RunText
from .run_words import actor_text, counts_text, ending_symbol, ending_text, scope_text, source_text, time_text

_WIDEST_ACTOR, _WIDEST_SOURCE = 20, 24


def run_list_text(runs: RunList, layout: TextLayout = PLAIN) -> str:
    """The runs as lines for a terminal."""
    if not runs.runs:
        return "Nothing was applied from this checkout yet.\n"
    text = _RunListText(runs, layout)
    return join_blocks([layout.wrap("", text.headline()), list(text.rows())])


@dataclass(frozen=True, slots=True)
class _RunListText:
    runs: RunList
    layout: TextLayout

    @property
    def _accounts(self) -> list[str]:
        return sorted({report.account for report in self.runs.runs if report.account})

    def headline(self) -> str:
        """How many runs, of which account, of whom, and how times are meant."""
        runs = self.runs
        whom = f" that came to {TERMINAL.name(runs.contact)}" if runs.contact else ""
        accounts = self._accounts
        where = f" at {TERMINAL.name(accounts[0])}" if len(accounts) == 1 else ""
        earlier = f", {runs.earlier:,} before them are left out" if runs.earlier else ""
        return f"{count(len(runs.runs), 'run')}{whom}{where}, the newest last{earlier} ({runs.timezone})"

    def rows(self) -> Iterator[str]:
        """A line a run, and below it what it did to the contact that somebody asks about."""
        reports = self.runs.runs
        ids = column_width((TERMINAL.name(report.id) for report in reports), 40)
        times = column_width((time_text(report, self.runs.timezone) for report in reports), 40)
        actors = column_width(map(actor_text, reports), _WIDEST_ACTOR)
        sources = column_width((source_text(report.provenance) for report in reports), _WIDEST_SOURCE)
        for report in reports:
            symbol = ending_symbol(report)
            cells = (
                pad(TERMINAL.name(report.id), ids),
                pad(time_text(report, self.runs.timezone), times),
                pad(actor_text(report), actors),
                *([pad(source_text(report.provenance), sources)] if sources else []),
            )
            yield from self.layout.wrap_painted(symbol, f"{symbol} {'  '.join(cells)}  ", self._done(report))
            if self.runs.contact is not None:
                for block in RunText(report, self.runs.timezone, self.layout).contacts():
                    yield from block

    def _done(self, report: RunReport) -> str:
        account = f"at {TERMINAL.name(report.account)}" if len(self._accounts) > 1 and report.account else ""
        parts = (account, counts_text(report.counts), scope_text(report), ending_text(report))
        return "   ".join(filter(None, parts))
