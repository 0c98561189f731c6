"""docs/performance.md is what the bench writes from the results that are kept beside it."""

from dataclasses import replace
from itertools import pairwise

import pytest

from bench.growth import slope
from bench.page import DRAWING, GROWTH, PAGE, RESULTS, growth_drawing, page
from bench.results import Measured, Report, Sample, Spread
from bench.rows import ROWS

REPORT = Report.read(RESULTS)


def test_the_page_is_written_from_the_results() -> None:
    """After a change of its texts or its writer, `python -m bench.page` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page(REPORT)
    assert DRAWING.read_text(encoding="utf-8") == growth_drawing(REPORT)


def test_the_results_have_every_row_with_all_its_contenders() -> None:
    """The page tells of nothing that `make bench` does not measure, and leaves nothing out."""
    assert {name: tuple(row.samples) for name, row in REPORT.rows.items()} == {
        name: row.contenders for name, row in ROWS.items()
    }


def sample(processor: float, peak: float = 100.0, pages: int = 0) -> Sample:
    return Sample(processor, processor * 2, peak, {"pages": pages} if pages else {})


def with_row(measured: Measured) -> str:
    return page(replace(REPORT, rows={**REPORT.rows, measured.row: measured}))


def test_a_ratio_is_one_within_a_round() -> None:
    """A round in which the machine was slow counts as any other; the middle is no mean."""
    rounds = {
        "yaml": [sample(1.0), sample(10.0), sample(2.0)],
        "validate": [sample(2.0, 50), sample(30.0, 70), sample(2.0, 60)],
    }
    measured = Measured("validate", 1_234, 2_000, rounds)
    assert measured.ratio("validate") == Spread(1.0, 2.0, 3.0)
    row = "| `validate`, 1,234 declared | **2.00 Y** (1.00 to 3.00) | 0.9 Y | 2.0 s | 70 MiB | 0 |\n"
    assert row in with_row(measured)


def test_people_read_minutes_at_the_permitted_rate() -> None:
    """Counted requests at five a second."""
    rounds = {"plan": [sample(1.0, pages=3_000)], "plan-again": [sample(1.0, pages=42)]}
    row = "| the list tells neither | 3,000 requests, 10.0 min | 42 requests, 8 s |\n"
    assert row in with_row(Measured("people-bare", 3_000, 4_160, rounds))


def test_a_quick_run_says_that_it_is_one() -> None:
    """Its ratios are those of a small account, and nobody shall take them for the others."""
    samples = {name: [sample(1.0)] for name in ROWS["plan-40"].contenders}
    assert "figures of a quick run" in with_row(Measured("plan-40", 1_440, 2_000, samples))
    assert "figures of a quick run" not in with_row(Measured("plan-40", 28_850, 40_000, samples))


def grown(time: float, memory: float) -> Report:
    """Figures that grow with these powers of the number of contacts."""
    rows = {
        name: Measured(
            name,
            live,
            live,
            {"yaml": [sample(live / 1e4)], "plan": [sample((live / 1e3) ** time, (live / 1e3) ** memory)]},
        )
        for name, live in zip(GROWTH, (1_000, 10_000, 100_000, 1_000_000), strict=True)
    }
    return replace(REPORT, rows={**REPORT.rows, **rows})


@pytest.mark.parametrize(
    ("time", "memory", "verdict"),
    [
        (1.0, 0.5, "with 0.50, 0.50, 0.50: linear at most."),
        (1.5, 1.0, "more than linear in time."),
        (1.2, 1.2, "more than linear in time and memory."),
    ],
)
def test_growth_is_called_linear_only_where_it_is(time: float, memory: float, verdict: str) -> None:
    """By the slope between the points, which the drawing tells to who can't see it, too."""
    report = grown(time, memory)
    assert verdict in page(report)
    assert verdict in growth_drawing(report)
    assert slope((10, 3.0), (1_000, 300.0)) == pytest.approx(1.0)


def test_a_power_is_a_straight_line_in_the_drawing() -> None:
    """Both axes are logarithmic: equal factors are equal distances."""
    line = growth_drawing(grown(1.0, 1.0)).split('<polyline class="line plan" points="')[1].split('"')[0]
    places = [tuple(map(float, place.split(","))) for place in line.split()]
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(places)]
    assert len(steps) == 3
    assert all(step == pytest.approx(steps[0], abs=0.2) for step in steps)
    assert steps[0][0] > 0 > steps[0][1]
