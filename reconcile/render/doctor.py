"""What `doctor` found, at a forge or on this machine: as text for a terminal, and as Markdown."""

from collections.abc import Iterator

from reconcile.model.ci.forge_settings import CheckResult, CheckState, CheckTotals, DoctorReport
from reconcile.model.reports.installation import InstallationReport
from reconcile.text import count

from .escape import MARKDOWN, TERMINAL
from .layout import PLAIN, TextLayout, column_width, join_blocks, pad

_SYMBOLS = {CheckState.OK: "=", CheckState.WARNING: "~", CheckState.MISSING: "!", CheckState.UNKNOWN: "?"}

_WIDEST = 24

_HOW_TO_KNOW = (
    "What is unknown needs a token that may read it, given as RECONCILE_DOCTOR_TOKEN: at GitHub a "
    "fine-grained one for this repository alone (read: administration, secrets, environments, variables, "
    "actions, contents), or an administrator's; at GitLab a maintainer's with the scope api."
)


def doctor_text(report: DoctorReport, layout: TextLayout = PLAIN) -> str:
    """A line for each check, and below what is not there its cost and the remedy."""
    head = f"{TERMINAL.name(report.repository)}, branch {TERMINAL.name(report.branch)}"
    return join_blocks([[head], _all_lines(report, layout), list(_closing(report, layout))])


def installation_text(report: InstallationReport, layout: TextLayout = PLAIN) -> str:
    """A line for each check, and below what is not in order what to do."""
    target = f", target {TERMINAL.name(report.target)}" if report.target else ""
    head = f"reconcile {TERMINAL.name(report.tool_version)}, {TERMINAL.name(report.config)}{target}"
    return join_blocks([[head], _all_lines(report, layout), [_summary(report)]])


def _all_lines(report: CheckTotals, layout: TextLayout) -> list[str]:
    names = column_width((result.name for result in report.results), _WIDEST)
    return [line for result in report.results for line in _lines(result, names, layout)]


def _lines(result: CheckResult, names: int, layout: TextLayout) -> Iterator[str]:
    symbol = _SYMBOLS[result.state]
    start = f"  {symbol} {pad(result.name, names)}  {pad(result.state, 7)}  "
    first, *others = result.detail or (result.reads,)
    yield from layout.wrap_painted(symbol, start, _told(result, first))
    for sentence in others:
        yield from layout.wrap(" " * len(start), _told(result, sentence))
    if result.state in {CheckState.MISSING, CheckState.WARNING}:
        for title, sentence in (("cost: ", result.cost), ("do:   ", result.remedy)):
            yield from layout.wrap(" " * len(start), title + sentence) if sentence else ()


def _told(result: CheckResult, sentence: str) -> str:
    needs = result.state is CheckState.UNKNOWN and sentence.endswith((": read", "scope api", "read_api"))
    return TERMINAL.prose(f"the token may not read it (it needs {sentence})" if needs else sentence)


def _closing(report: DoctorReport, layout: TextLayout) -> Iterator[str]:
    yield _summary(report)
    if report.in_state(CheckState.UNKNOWN):
        yield from layout.wrap("", _HOW_TO_KNOW)


def _summary(report: CheckTotals) -> str:
    numbers = {state: len(report.in_state(state)) for state in CheckState}
    warnings = f"{count(numbers[CheckState.WARNING], 'warning')}, " if numbers[CheckState.WARNING] else ""
    lacking, unknown = numbers[CheckState.MISSING], numbers[CheckState.UNKNOWN]
    return f"{count(numbers[CheckState.OK], 'check')} ok, {warnings}{lacking} missing, {unknown} unknown."


def doctor_markdown(report: DoctorReport) -> str:
    """What is missing as a table, what is unknown by the reason, and what is in order as a number."""
    rows = report.in_state(CheckState.MISSING)
    head = ["| check | what is missing | what that costs | what to do |", "| --- | --- | --- | --- |"]
    table = [*head, *map(_row, rows)] if rows else []
    title = f"### How {MARKDOWN.name(report.repository)} is set up"
    notes = [*_unknown(report), _HOW_TO_KNOW] if report.in_state(CheckState.UNKNOWN) else []
    return join_blocks([[title], table, [_summary(report), *notes]])


def installation_markdown(report: InstallationReport) -> str:
    """What is not in order as a table, with what to do, and what is as a number."""
    rows = [result for result in report.results if result.state is not CheckState.OK]
    head = ["| check | state | what was seen | what to do |", "| --- | --- | --- | --- |"]
    title = f"### How reconcile is set up for {MARKDOWN.name(report.target or report.config)}"
    return join_blocks([[title], [*head, *map(_row_to_do, rows)] if rows else [], [_summary(report), ""]])


def _row_to_do(result: CheckResult) -> str:
    seen, remedy = "; ".join(map(_cell, result.detail)), result.remedy and _cell(result.remedy)
    return f"| {result.name} | {result.state} | {seen} | {remedy} |"


def _row(result: CheckResult) -> str:
    what = "; ".join(map(_cell, result.detail))
    return f"| {result.name} | {what} | {_cell(result.cost)} | {_cell(result.remedy)} |"


def _cell(text: str) -> str:
    """A sentence in a cell of a table: names from the forge may stand in it, so that all of it is code."""
    return MARKDOWN.prose(text).replace("|", "\\|")


def _unknown(report: DoctorReport) -> Iterator[str]:
    """Each reason with the checks that it holds for."""
    reasons: dict[str, list[str]] = {}
    for result in report.in_state(CheckState.UNKNOWN):
        for sentence in result.detail:
            reasons.setdefault(_told(result, sentence), []).append(result.name)
    for reason, names in reasons.items():
        yield f"- Unknown: {', '.join(names)}. {MARKDOWN.prose(reason)}"
    yield ""
