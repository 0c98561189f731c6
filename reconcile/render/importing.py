"""An import as text: what stands in which file now, and what is not declared. And as a diff, before it is."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from reconcile.clock import zoned_text
from reconcile.model.edits import WHOLE_CONTACT, Omission
from reconcile.model.reports.importing import ImportedFile, ImportReport
from reconcile.text import count, escape_unprintable, verb_form

from .escape import TERMINAL
from .layout import PLAIN, TextLayout, column_width, join_blocks, pad

MOST_LINES = 20
"""Maximum number of lines of one list, then how many more there are; ``--verbose`` shows all."""

_WIDEST_FILE = 60


def import_text(report: ImportReport, layout: TextLayout = PLAIN) -> str:
    """What was written, what was left out, and what to do next, as lines for a terminal."""
    text = _ImportText(report, layout)
    return join_blocks(
        [
            layout.wrap("", text.headline()),
            list(text.files()),
            list(text.undeclarable()),
            list(text.left_out()),
            list(text.unsettled()),
            [line for sentence in text.ending() for line in layout.wrap("", sentence)],
        ]
    )


@dataclass(frozen=True, slots=True)
class _ImportText:
    report: ImportReport
    layout: TextLayout

    def headline(self) -> str:
        report = self.report
        account, at = TERMINAL.name(report.account), zoned_text(report.as_of, report.timezone)
        if not report.files:
            why = f": {self._unchanged()}" if report.unchanged else ""
            return f"Nothing to write for {account}, as of {at}{why}."
        verb = "Would import" if report.dry_run else "Imported"
        numbers = f"{count(report.imported, 'contact')} of {account} into {count(len(report.files), 'file')}"
        rest = f"; {self._unchanged()}" if report.unchanged else ""
        return f"{verb} {numbers}, as of {at}{rest}."

    def _unchanged(self) -> str:
        number = self.report.unchanged
        declared = verb_form(number, "is declared already as it is", "are declared already as they are")
        return f"{count(number, 'contact')} {declared}"

    def files(self) -> Iterator[str]:
        """A line for each file, with what it gets."""
        files = self.report.files
        width = column_width((TERMINAL.name(file.file) for file in files), _WIDEST_FILE)
        for file in files:
            symbol = "+" if file.before is None and file.edited == 0 else "~"
            lead = f"  {symbol} {pad(TERMINAL.name(file.file), width)}  "
            yield from self.layout.wrap_painted(symbol, lead, _contents(file))

    def undeclarable(self) -> Iterator[str]:
        """What of imported contacts is not declared, a line for each."""
        rows = self.report.undeclarable
        if rows:
            yield f"Not declared, since a declaration can't say it ({count(len(rows), 'item')}):"
            yield from self._cut(list(map(omission_text, rows)))

    def left_out(self) -> Iterator[str]:
        """Whole contacts that were left out: how many for each reason, or each of them."""
        rows, nobody = self.report.left_out, self.report.holding_nothing
        if not (rows or nobody):
            return
        yield f"Left out ({count(len(rows) + nobody, 'contact')}):"
        if nobody:
            hold = verb_form(nobody, "holds", "hold")
            yield from self._line(
                f"{count(nobody, 'contact')} {hold} no role or tag to be managed; name them with --email, "
                "--id or --reference to declare that"
            )
        if self.layout.concise is False:
            yield from self._cut(list(map(omission_text, rows)))
            return
        counts = Counter(_reason(row) for row in rows)
        first = {_reason(row): _label(row) for row in reversed(rows)}
        yield from self._cut(
            [_counted(number, reason, first[reason]) for reason, number in counts.most_common()]
        )

    def unsettled(self) -> Iterator[str]:
        """Entries that keep a plan from being in order, whatever is imported."""
        rows = self.report.unsettled
        if rows:
            yield "Settle these, which a plan refuses or sets aside whatever is imported:"
            yield from self._cut([TERMINAL.prose(row) for row in rows])

    def _cut(self, lines: Sequence[str]) -> Iterator[str]:
        whole = self.layout.concise is False or len(lines) <= MOST_LINES
        for line in lines if whole else lines[:MOST_LINES]:
            yield from self._line(line)
        if not whole:
            yield f"  … and {len(lines) - MOST_LINES:,} more: --verbose shows all"

    def _line(self, text: str) -> list[str]:
        return self.layout.wrap_painted("?", "  ? ", text)

    def ending(self) -> Iterator[str]:
        """What the check has found, and what to do next."""
        report = self.report
        if report.unmanaged:
            hold = verb_form(report.unmanaged, "holds", "hold")
            yield (
                f"{count(report.unmanaged, 'contact')} {hold} roles or tags of a kind that the entry does "
                "not manage, so it stays; --email, --id or --reference declares them, too."
            )
        if report.differing:
            others = count(report.differing, "other contact")
            differ = verb_form(report.differing, "differs", "differ")
            yield f"{others} {differ} from the declarations as before: 'reconcile plan' shows it."
        if report.dry_run:
            yield "A plan right after the import would be empty for these contacts. Nothing was written."
        elif report.files:
            new = any(file.before is None for file in report.files)
            look = "'git add --all' and 'git diff --cached'" if new else "'git diff'"
            yield (
                f"A plan right after this is empty for these contacts. Next: look at the files with {look}, "
                "then 'reconcile plan'."
            )


def _contents(file: ImportedFile) -> str:
    numbers = (
        (file.added, f"{count(file.added, 'contact')} added"),
        (file.edited, f"{count(file.edited, 'contact')} edited"),
        (file.bundles, f"{count(file.bundles, 'bundle')} added"),
    )
    return ", ".join(text for number, text in numbers if number)


def _label(row: Omission) -> str:
    return TERMINAL.prose(row.contact.label_with_id)


def _reason(row: Omission) -> str:
    what = f"{row.what}: " if row.what != WHOLE_CONTACT else ""
    remedy = f"; {row.remedy}" if row.remedy else ""
    return TERMINAL.prose(f"{what}{row.why}{remedy}")


def _counted(number: int, reason: str, first: str) -> str:
    who = first if number == 1 else f"{first} and {count(number - 1, 'more contact')}"
    return f"{who}: {reason}"


def import_diff(report: ImportReport) -> str:
    """What would be written, as ``git apply`` takes it; of masked files only how much."""
    return files_diff(report.files)


def files_diff(files: Iterable[ImportedFile]) -> str:
    """The difference that an import, or an adoption, makes to files."""
    return "".join(line for file in files for line in _file_diff(file))


def omission_text(row: Omission) -> str:
    """Who and what is left out, why, and what to do."""
    return f"{_label(row)}: {_reason(row)}"


def _file_diff(file: ImportedFile) -> Iterator[str]:
    if not file.after:
        yield f"{TERMINAL.name(file.file)}: {_contents(file)}; its lines name people and are masked here\n"
        return
    yield file_diff(file.file, file.before, file.after)


def file_diff(file: str, before: str | None, after: str) -> str:
    """What changes in a file, as ``git apply`` takes it; ``before`` is None for a new one."""
    old = "/dev/null" if before is None else f"a/{file}"
    lines = unified_diff(_LINE.findall(before or ""), _LINE.findall(after), old, f"b/{file}")
    return "".join(
        _shown(line) if line.endswith("\n") else f"{_shown(line)}\\ No newline at end of file\n"
        for line in lines
    )


_LINE = re.compile(r"[^\n]*\n|[^\n]+")


_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What steers a terminal or turns a line around. Tabs, marks and blanks of any kind may stand in comments."""


def _shown(line: str) -> str:
    """A line of the diff as ``git apply`` takes it; its end stays, be it that of another system."""
    bare = line.removesuffix("\n")
    end = "\r\n" if bare.endswith("\r") else "\n"
    bare = bare.removesuffix("\r")
    return (escape_unprintable(bare) if _CONTROLS.search(bare) else bare) + end
