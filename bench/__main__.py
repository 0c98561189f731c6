"""``make bench``: measures what has no result of this code yet, and writes the page.

    python -m bench [--quick]

``--quick`` measures at a twentieth of the size and once, and writes into ``build/bench/quick/``.
"""

import argparse
import platform
import re
import sys
import time
from importlib.metadata import version

from bench.child import BenchError
from bench.contenders import OCTODNS, ROOT
from bench.page import DRAWING, PAGE, RESULTS, write
from bench.results import Measured, Report, folder_of, keep, kept
from bench.rows import ROWS, lines, measure
from reconcile import __version__


def measured_row(name: str, *, quick: bool) -> Measured:
    """The result of a row, measured now unless it is there already."""
    if measured := kept(name, quick=quick):
        print(f"{name}: measured before", flush=True)
        return measured
    began = time.monotonic()
    measured = measure(ROWS[name].quick() if quick else ROWS[name])
    keep(measured, quick=quick)
    print(*lines(measured), f"  in {time.monotonic() - began:.0f} s", sep="\n", flush=True)
    return measured


def measured_rows(*, quick: bool) -> tuple[list[Measured], list[str]]:
    """The results of all rows, and the names of those that could not be measured; each is told why."""
    measured: list[Measured] = []
    failed: list[str] = []
    for name in ROWS:
        try:
            measured.append(measured_row(name, quick=quick))
        except BenchError as error:
            print(f"{name}: {error}", flush=True)
            failed.append(name)
    return measured, failed


def versions() -> dict[str, str]:
    """The versions of what was measured."""
    lock = (ROOT / "bench" / "requirements.txt").read_text(encoding="utf-8")
    octodns = re.findall(r"^octodns==(\S+)", lock, re.MULTILINE)[0]
    packages = {name: version(name) for name in ("PyYAML", "requests")}
    return {"reconcile": __version__, "Python": platform.python_version(), **packages, "octoDNS": octodns}


def main() -> int:
    """Measure all rows and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    if not OCTODNS.exists():
        sys.exit("octoDNS is not installed in .venv-bench: call 'make bench', which does that")
    measured, failed = measured_rows(quick=quick)
    if failed:
        sys.exit(
            f"No page: not measured are {', '.join(failed)}. The others are kept; call it again for these."
        )
    report = Report.of(measured, versions())
    folder = folder_of(quick=True)
    results, page, drawing = (
        (folder / "results.json", folder / "performance.md", folder / "growth.svg")
        if quick
        else (RESULTS, PAGE, DRAWING)
    )
    report.write(results)
    write(report, page, drawing)
    print(f"Written: {page.relative_to(ROOT)}, {drawing.relative_to(ROOT)}, {results.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted. The rows that were measured are kept: call it again to go on.")
