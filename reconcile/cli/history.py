"""``reconcile history``: what was applied from this checkout, and whether the journals are whole."""

from typing import TYPE_CHECKING

import click

from reconcile.errors import ExitCode, UsageError

from .options import Common, common_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.apply import Record

    from .project import Project


@click.command()
@common_options
@click.argument("run", required=False)
@click.option("--verify", is_flag=True, help="Only check that no journal was changed or is missing.")
def history(common: Common, run: str | None, verify: bool) -> int:  # noqa: FBT001
    """List the runs of apply, or what one RUN did. Contacts are named by their ids alone."""
    from reconcile.apply import runs

    from . import say
    from .project import open_project

    project = open_project(common)
    if run is not None:
        say.result("\n".join(_lines(find_run(project, run))))
        return ExitCode.DONE
    records = runs(project.state / "runs")
    if verify:
        _verify(records)
    else:
        say.result("\n".join(map(_line, records)) or "Nothing was applied from this checkout yet.")
    return ExitCode.DONE


def _verify(records: "Sequence[Record]") -> None:
    """Say what is worth knowing of the journals; BrokenChain when one is missing or not what it was."""
    from reconcile.apply import BrokenChain, lineage

    from . import say

    found = lineage(records)
    if found.broken:
        raise BrokenChain("\n".join([*found.broken, *found.told]))
    if not records:
        say.result("There is no journal: nothing was applied from this checkout yet, or all were taken away.")
        return
    whole = "journal is" if len(records) == 1 else "journals are"
    said = f"{len(records)} {whole} whole: each line is what was written, and none is missing in between."
    say.result("\n".join([said, *found.told]))


def find_run(project: "Project", name: str) -> "Record":
    """The run of that name; UsageError when there is none."""
    from reconcile.apply import read_run

    path = project.state / "runs" / f"{name}.jsonl"
    if "/" in name or not path.exists():
        raise UsageError(f"there is no run '{name}' on this checkout; 'reconcile history' lists them")
    return read_run(path)


def _line(record: "Record") -> str:
    outcomes = [entry["outcome"] for entry in record.of("outcome")]
    counts = ", ".join(f"{outcomes.count(kind)} {kind}" for kind in sorted(set(outcomes)))
    ended = "" if record.ended else "   cut off"
    return f"{record.run}   {record.account}   {counts or 'nothing written'}{ended}"


def _lines(record: "Record") -> list[str]:
    head = [_line(record), f"plan {record.begun.get('plan', 'unknown')}"]
    return head + [
        f"contact {entry['contact'] or '(new)'}: {entry['outcome']}" for entry in record.of("outcome")
    ]
