"""Who held a role on a day as text: what is proven, by which run, and what is not known."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.clock import zoned_text
from reconcile.model.contact import ACTIVE, BY_ROLE
from reconcile.model.reports.role_on_day import HolderVerdict, RoleOnDay, SeenContact, SeenHow, Sighting
from reconcile.render.escape import TERMINAL
from reconcile.render.layout import PLAIN, TextLayout, column_width, join_blocks, pad
from reconcile.render.wording.names import named_with_id
from reconcile.render.wording.operation_text import end_text
from reconcile.text import count

_TITLES = {
    HolderVerdict.HELD: "Held it at some time of that day",
    HolderVerdict.WITHOUT: "Seen without it that day, and never with it",
    HolderVerdict.UNKNOWN: "Not known: no run saw them that day, and between two runs anybody may change it",
}

_SYMBOLS = {HolderVerdict.HELD: "+", HolderVerdict.WITHOUT: "-", HolderVerdict.UNKNOWN: "?"}

_WIDEST_NAME = 48


def role_on_day_text(report: RoleOnDay, layout: TextLayout = PLAIN) -> str:
    """The answer as lines for a terminal."""
    text = _RoleOnDayText(report, layout)
    blocks = [text.block(verdict) for verdict in HolderVerdict]
    closing = [line for sentence in text.closing() for line in layout.wrap("", sentence)]
    return join_blocks([layout.wrap("", text.headline()), *blocks, closing])


@dataclass(frozen=True, slots=True)
class _RoleOnDayText:
    report: RoleOnDay
    layout: TextLayout

    def headline(self) -> str:
        report = self.report
        numbers = ", ".join(f"{len(report.seen(verdict)):,} {verdict}" for verdict in HolderVerdict)
        where = f"on {report.day.isoformat()} ({report.timezone}) at {TERMINAL.name(report.account)}"
        return f"Role {TERMINAL.name(report.role)} {where}, by {count(report.runs, 'run')}: {numbers}"

    def closing(self) -> Iterator[str]:
        """What the answer rests on, and what it leaves out."""
        report = self.report
        yield "Contacts that no run has seen are not listed: of them nothing is known."
        if report.as_of_runs:
            runs = count(len(report.as_of_runs), "run")
            yield f"As of another time than the machine's (--as-of), and counted for that one: {runs}."
        if report.missing:
            runs = count(len(report.missing), "run")
            yield f"Not asked, since their journals are missing ('history --verify' names them): {runs}."

    def block(self, verdict: HolderVerdict) -> list[str]:
        """The contacts with a verdict, and what that rests on."""
        rows = self.report.seen(verdict)
        if not rows:
            return []
        names = [named_with_id(row.contact, TERMINAL) for row in rows]
        column, symbol = column_width(names, _WIDEST_NAME), _SYMBOLS[verdict]
        lines = self.layout.wrap("", _TITLES[verdict])
        for name, row in zip(names, rows, strict=True):
            prefix = f"  {symbol} {pad(name, column)}  "
            lines += self.layout.wrap_painted(symbol, prefix, "; ".join(self._grounds(row)))
        return lines

    def _grounds(self, row: SeenContact) -> Iterator[str]:
        if row.proof:
            yield self._sighting(row.proof)
        if row.before:
            yield f"before: {self._sighting(row.before)}"
        if row.after:
            yield f"after: {self._sighting(row.after)}"

    def _sighting(self, sighting: Sighting) -> str:
        """How it was held, by which run, and when that began."""
        zone = self.report.timezone
        began = zoned_text(sighting.since, zone).removesuffix(f" ({zone})")
        run = TERMINAL.name(sighting.run.rpartition("-")[2])
        return f"{self._held(sighting)}, {_HOW[sighting.how]} run {run} of {began}"

    def _held(self, sighting: Sighting) -> str:
        if not sighting.held:
            return "not held"
        status = (
            "active or waiting" if sighting.status == BY_ROLE else TERMINAL.name(sighting.status or ACTIVE)
        )
        until = f" until {end_text(sighting.expires, self.report.timezone)}" if sighting.expires else ""
        return f"held ({status}){until}"


_HOW = {
    SeenHow.BEFORE: "read before the write of",
    SeenHow.AFTER: "read back by",
    SeenHow.RECORDED: "as declared, in the record of",
}
