"""Writes ``docs/performance.md`` and its drawing from a report.

    python -m bench.page

writes them anew from ``bench/results.json``, without measuring anything: after a change of this file.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from bench.contenders import ROOT
from bench.growth import Curve, Panel, drawing, slope
from bench.results import Measured, Report, Spread
from bench.rows import ROWS

RESULTS = ROOT / "bench" / "results.json"

PAGE = ROOT / "docs" / "performance.md"

DRAWING = ROOT / "docs" / "_static" / "growth.svg"

RATE = 5
"""Requests a second: the rate of a target that sets none."""

LINEAR = 1.1
"""The largest power that is called linear; figures of one machine vary by so much."""

GROWTH = ("growth-3", "growth-4", "growth-5", "growth-6")

_NAMES = {
    "plan": "`reconcile plan`",
    "script": "plain script with `requests`",
    "octodns": "octoDNS, as many records, without HTTP",
    "yaml": "Y",
}


def page(report: Report, drawing_path: str = "_static/growth.svg") -> str:
    """The whole page."""
    texts = Path(__file__).with_name("page_texts.md").read_text(encoding="utf-8")
    parts = {
        "measured": _measured(report),
        "ours": "\n".join(_ours(report)),
        "others": "\n".join(_others(report)),
        "people_declared": f"{report.rows['people'].declared:,}",
        "people": "\n".join(_people(report)),
        "growth": "\n".join(_growth(report)),
        "linear": _linear(report),
        "drawing": drawing_path,
    }
    for name, text in parts.items():
        texts = texts.replace(f"{{{{{name}}}}}", text)
    return texts


def _measured(report: Report) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    measured = f"Measured on {report.date}: {report.machine}; {versions}."
    if report.rows["plan-40"].declared >= ROWS["plan-40"].declared:
        return measured
    return f"{measured}\n\n{_QUICK}"


_QUICK = (
    "**These are figures of a quick run**: a twentieth of the size, and one round. There the start\n"
    "weighs more than the contacts, and the ratios are worse than those of a large account.\n"
    "`make bench` measures the full size."
)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    head = list(head)
    yield f"| {' | '.join(head)} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _ours(report: Report) -> Iterator[str]:
    head = ("", "middle (least to most)", "aim", "processor", "memory", "requests")
    return _table(head, (_our_row(report.rows[row], name, *words) for row, name, *words in _OURS))


_OURS = (
    ("validate", "validate", "`validate`, {declared} declared", "0.9 Y"),
    ("plan-40", "plan", "`plan`, {declared} declared, {live} in the account", "3 Y"),
    ("plan-100", "plan", "`plan`, {declared} declared, {live} in the account", "3 Y, 250 MiB"),
    ("plan-40-profile", "plan", "`plan`, {declared} and {live}, a profile field declared, too", "as without"),
    ("second-40", "plan-again", "the second plan, nothing changed, {declared} and {live}", "1.5 Y"),
    (
        "second-40-bare",
        "plan-again",
        "the same, where the list tells no roles and no tags",
        "only the list's pages",
    ),
    ("second-40-bare", "plan", "the first plan, where the list tells no roles and no tags", ""),
    ("help", "help", "`--help`, against a bare interpreter", "5 x"),
)
"""The rows of the first table: row, contender, words, aim."""


def _our_row(measured: Measured, name: str, words: str, aim: str) -> Iterator[str]:
    unit = " Y" if measured.base == "yaml" else " x"
    yield words.format(declared=f"{measured.declared:,}", live=f"{measured.live:,}")
    yield _spread(measured.ratio(name), unit)
    yield aim
    yield _seconds(measured.processor(name))
    yield f"{measured.peak_mib(name):,.0f} MiB"
    yield f"{measured.requests(name):,}"


def _spread(spread: Spread, unit: str) -> str:
    places = 2 if spread.middle < 10 else 1
    least, middle, most = (f"{ratio:.{places}f}" for ratio in (spread.least, spread.middle, spread.most))
    return f"**{middle}{unit}** ({least} to {most})"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1_000:.0f} ms"


def _others(report: Report) -> Iterator[str]:
    sizes = [report.rows[row] for row in ("plan-40", "plan-100")]
    head = ["", *(f"{size.declared:,} of {size.live:,}" for size in sizes), "memory", "requests"]
    return _table(head, (_other_row(sizes, name) for name in _NAMES))


def _other_row(sizes: list[Measured], name: str) -> Iterator[str]:
    yield _NAMES[name]
    for measured in sizes:
        yield f"{_spread(measured.ratio(name), ' Y')}, {_seconds(measured.processor(name))}"
    yield " / ".join(f"{measured.peak_mib(name):,.0f}" for measured in sizes) + " MiB"
    yield " / ".join(f"{measured.requests(name):,}" for measured in sizes)


def _people(report: Report) -> Iterator[str]:
    head = ("", "first plan", "second plan")
    return _table(head, (_people_row(report.rows[row], words) for row, words in _PEOPLE))


_PEOPLE = (("people", "the list tells roles and tags"), ("people-bare", "the list tells neither"))


def _people_row(measured: Measured, words: str) -> Iterator[str]:
    yield words
    for name in ("plan", "plan-again"):
        requests = measured.requests(name)
        yield f"{requests:,} requests, {_duration(requests / RATE)}"


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.0f} s"


def _growth(report: Report) -> Iterator[str]:
    head = ("in the account", "declared", "processor", "a contact", "Y", "memory", "requests")
    return _table(head, (_growth_row(report.rows[row]) for row in GROWTH if row in report.rows))


def _growth_row(measured: Measured) -> Iterator[str]:
    yield f"{measured.live:,}"
    yield f"{measured.declared:,}"
    yield _seconds(measured.processor("plan"))
    yield f"{measured.processor('plan') / measured.live * 1e6:,.0f} µs"
    yield _spread(measured.ratio("plan"), " Y")
    yield f"{measured.peak_mib('plan'):,.0f} MiB"
    yield f"{measured.requests('plan'):,}"


def _linear(report: Report) -> str:
    rows = [report.rows[row] for row in GROWTH if row in report.rows]
    time = [slope(*pair) for pair in _pairs([(row.live, row.processor("plan")) for row in rows])]
    memory = [slope(*pair) for pair in _pairs([(row.live, row.peak_mib("plan")) for row in rows])]
    return (
        "From one point to the next the time grows with the power "
        f"{_list(time)} of the number of contacts, the memory with {_list(memory)}: {_verdict(time, memory)}."
    )


def _verdict(time: list[float], memory: list[float]) -> str:
    more = [noun for noun, powers in (("time", time), ("memory", memory)) if max(powers) > LINEAR]
    return f"more than linear in {' and '.join(more)}" if more else "linear at most"


def _pairs(points: list[tuple[int, float]]) -> Iterator[tuple[tuple[int, float], tuple[int, float]]]:
    return pairwise(points)


def _list(powers: list[float]) -> str:
    return ", ".join(f"{power:.2f}" for power in powers)


def growth_drawing(report: Report) -> str:
    """The drawing of the growth."""
    rows = [report.rows[row] for row in GROWTH if row in report.rows]
    time = tuple(
        Curve(kind, label, tuple((row.live, row.processor(kind)) for row in rows)) for kind, label in _CURVES
    )
    memory = tuple(
        Curve(kind, label, tuple((row.live, row.peak_mib(kind)) for row in rows)) for kind, label in _CURVES
    )
    panels = (
        Panel("Time of the processor", "seconds", time, 70),
        Panel("Memory at most", "MiB", memory, 450),
    )
    return drawing(panels, "Growth of a plan with the number of contacts", _linear(report))


_CURVES = (("plan", "reconcile plan"), ("yaml", "Y: PyYAML loads the files"))


def write(report: Report, page_path: Path, drawing_path: Path) -> None:
    """Write the page and its drawing."""
    link = drawing_path.relative_to(page_path.parent)
    page_path.write_text(page(report, str(link)), encoding="utf-8")
    drawing_path.write_text(growth_drawing(report), encoding="utf-8")


if __name__ == "__main__":
    write(Report.read(RESULTS), PAGE, DRAWING)
