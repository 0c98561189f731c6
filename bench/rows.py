"""The rows of the table, and how each is measured.

    python -m bench.rows                        list the rows
    python -m bench.rows ROW …                  measure them, keep the results, and print them
    python -m bench.rows ROW … --only yaml,plan measure some contenders alone, and only print them
    python -m bench.rows ROW … --quick          the same at a twentieth of the size

All contenders of a row run in every round, one after the other, and what counts are the ratios within a
round: the speed of the machine, and what else it does, cancel out of them.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from bench.account import running_account
from bench.child import BenchError, run
from bench.contacts import changes, declare_apart
from bench.contenders import CONTENDERS, OCTODNS, Contender, Scene, environment
from bench.projects import write_project, write_zone
from bench.results import Measured, Sample, keep

SMALLER = 20
"""A quick row has that part of the contacts."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one row measures: ``contenders`` at so many declared and live contacts.

    ``full``: the list tells roles and tags. ``changed``: one contact in a hundred differs. ``profile``: a
    field of it is declared, too. Rounds are added up to ``most_rounds`` while the row took less than
    ``seconds``; ``limit`` is for each run.
    """

    name: str
    declared: int
    live: int
    contenders: tuple[str, ...]
    full: bool = True
    changed: bool = True
    profile: bool = False
    rounds: int = 3
    most_rounds: int = 7
    seconds: float = 60.0
    limit: int = 600

    def quick(self) -> Self:
        """The same at a small size, once; a plan of more than 10,000 contacts only grows as far."""
        live = min(self.live // SMALLER, 10_000)
        declared = min(self.declared // SMALLER, live * 72 // 100)
        return replace(self, declared=declared, live=live, rounds=1, most_rounds=1)


_ALL = ("yaml", "plan", "script", "octodns")
_TWICE = ("yaml", "plan", "plan-again")


def _growth(power: int, **bounds: Any) -> Row:
    live = 10**power
    return Row(f"growth-{power}", live * 72 // 100, live, ("yaml", "plan"), **bounds)


ROWS: Mapping[str, Row] = {
    row.name: row
    for row in (
        Row("help", 2_000, 2_000, ("bare", "help"), rounds=15, most_rounds=40, seconds=15),
        Row("validate", 28_850, 40_000, ("yaml", "validate"), most_rounds=10),
        Row("plan-40", 28_850, 40_000, _ALL, most_rounds=5, seconds=90),
        Row("plan-100", 71_964, 100_000, _ALL, seconds=0),
        Row("plan-40-profile", 28_850, 40_000, ("yaml", "plan", "script"), profile=True),
        Row("second-40", 28_850, 40_000, _TWICE, changed=False),
        Row("second-40-bare", 28_850, 40_000, _TWICE, changed=False, full=False, seconds=0),
        Row("people", 3_000, 4_160, ("plan", "plan-again"), rounds=1, most_rounds=1),
        Row("people-bare", 3_000, 4_160, ("plan", "plan-again"), full=False, rounds=1, most_rounds=1),
        _growth(3, most_rounds=10, seconds=20),
        _growth(4, most_rounds=7, seconds=20),
        _growth(5, seconds=0),
        _growth(6, rounds=1, most_rounds=1, limit=1_200),
    )
}


@contextmanager
def scene_of(row: Row) -> Iterator[Scene]:
    """The account, the project and the zone of a row."""
    with tempfile.TemporaryDirectory() as name, running_account(row.live, full=row.full) as account:
        project, zone = Path(name) / "project", Path(name) / "zone"
        declare_apart(project / "contacts", row.declared, profile=row.profile, changed=row.changed)
        write_project(project, account, full=row.full)
        if "octodns" in row.contenders:
            write_zone(zone, row.declared)
        differing = sum(map(changes, range(1, row.declared + 1))) if row.changed else 0
        yield Scene(project, zone, account, row.declared, differing)


def measure(row: Row) -> Measured:
    """All rounds of a row. Raises BenchError when a contender does not do its work."""
    began = time.monotonic()
    samples: dict[str, list[Sample]] = {name: [] for name in row.contenders}
    with scene_of(row) as scene:
        contenders = {name: CONTENDERS[name](scene) for name in row.contenders}
        for number in range(row.most_rounds):
            if number >= row.rounds and time.monotonic() - began > row.seconds:
                break
            for name, contender in contenders.items():
                samples[name].append(_sample(contender, scene, row.limit))
    return Measured(row.name, row.declared, row.live, samples)


def _sample(contender: Contender, scene: Scene, limit: int) -> Sample:
    contender.prepare()
    scene.account.counts()
    output, cost = run(contender.command, contender.folder, environment(), limit)
    if not contender.did(output):
        raise BenchError(f"{' '.join(contender.command)} did not do its work:\n{output[-2_000:]}")
    requests = scene.account.counts()
    if contender.times_itself:
        own = json.loads(output)
        return Sample(own["processor"], own["seconds"], cost.peak_mib, requests)
    return Sample(cost.processor, cost.seconds, cost.peak_mib, requests)


def lines(measured: Measured) -> Iterator[str]:
    """What a measured row tells, for a terminal."""
    yield f"{measured.row}: {measured.declared:,} declared, {measured.live:,} live, {measured.rounds} rounds"
    for name in measured.samples:
        ratio = measured.ratio(name)
        yield (
            f"  {name:12}{ratio.middle:7.2f} x {measured.base} ({ratio.least:.2f} to {ratio.most:.2f})"
            f"{measured.processor(name):9.2f} s of processor{measured.seconds(name):9.2f} s"
            f"{measured.peak_mib(name):8.0f} MiB{measured.requests(name):8,} requests"
        )


def _row(name: str) -> Row:
    """The row of that name."""
    if name not in ROWS:
        raise argparse.ArgumentTypeError(f"no row is called '{name}'; there are {', '.join(ROWS)}")
    return ROWS[name]


def _contenders(text: str) -> tuple[str, ...]:
    """The contenders that are named, in the order in which they run."""
    named = set(text.split(","))
    if unknown := sorted(named - set(CONTENDERS)):
        raise argparse.ArgumentTypeError(f"no contender is called '{unknown[0]}'")
    return tuple(name for name in CONTENDERS if name in named)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", type=_row, metavar="ROW", help=", ".join(ROWS))
    names = ", ".join(CONTENDERS)
    parser.add_argument("--only", type=_contenders, metavar="NAMES", help=f"contenders, with commas: {names}")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the rows that are named."""
    options = _options(arguments)
    for full_size in options.rows:
        row = full_size.quick() if options.quick else full_size
        if options.only:
            row = replace(row, contenders=options.only)
        elif not OCTODNS.exists() and "octodns" in row.contenders:
            sys.exit("octoDNS is not installed: 'make bench' does that; or leave it out with --only")
        try:
            measured = measure(row)
        except BenchError as error:
            sys.exit(f"{row.name}: {error}")
        print(*lines(measured), sep="\n", flush=True)
        if not options.only:
            keep(measured, quick=options.quick)
    if not options.rows:
        print(*ROWS, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
