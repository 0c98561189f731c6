"""Which files get another layout, as lines for people and as a diff that ``git apply`` takes."""

from reconcile.model.reports.formatting import FormatReport
from reconcile.text import count, verb_form

from .escape import TERMINAL
from .importing import file_diff


def format_text(report: FormatReport) -> str:
    """The name of each file that gets another layout, on a line; nothing where there is none."""
    return "".join(f"{TERMINAL.name(file.file)}\n" for file in report.files)


def format_diff(report: FormatReport) -> str:
    """What changes in each file; of masked ones only that they do."""
    return "".join(
        f"{TERMINAL.name(file.file)}: its lines name people and are masked here\n"
        if file.after is None
        else file_diff(file.file, file.before, file.after)
        for file in report.files
    )


def format_summary(report: FormatReport) -> str:
    """How many files were laid out or would be, and what became of all others; a sentence for people."""
    if not report.looked_at:
        return "No file to lay out."
    changed = count(len(report.files), "file")
    parts = [f"{changed} {'laid out' if report.written else 'to lay out'}"] if report.files else []
    others = (
        (report.unchanged, "in the canonical layout already"),
        (report.invalid, "with errors, not touched"),
        (len(report.left), "left as found"),
    )
    parts += [f"{count(number, 'file')} {fate}" for number, fate in others if number]
    them = verb_form(len(report.files), "it", "them")
    ending = f"; 'reconcile fmt' lays {them} out" if report.files and not report.written else ""
    return f"{', '.join(parts)}{ending}."
