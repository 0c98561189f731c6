"""``reconcile history``: what was applied from this checkout, and whether the journals are whole."""

from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.cli.project import Project
    from reconcile.journal.record import JournaledRun


@click.command()
@common_options
@click.argument("run", required=False)
@click.option("--verify", is_flag=True, help="Only check that no journal was changed or is missing.")
def history(common: Common, run: str | None, verify: bool) -> int:  # noqa: FBT001
    """List the runs of apply, or what one RUN did. Contacts are named by their ids alone."""
    from reconcile.cli import console
    from reconcile.cli.project import open_project
    from reconcile.journal.record import read_runs

    project = open_project(common)
    if run is not None:
        console.print_result("\n".join(_lines(find_run(project, run))))
        return ExitCode.DONE
    records = read_runs(project.state / "runs")
    if verify:
        _verify(records)
    else:
        console.print_result("\n".join(map(_line, records)) or "Nothing was applied from this checkout yet.")
    return ExitCode.DONE


def _verify(records: "Sequence[JournaledRun]") -> None:
    """Say what is worth knowing of the journals; BrokenChain when one is missing or not what it was."""
    from reconcile.cli import console
    from reconcile.journal.hash_chain import BrokenChain
    from reconcile.journal.lineage import check_lineage

    found = check_lineage(records)
    if found.broken:
        raise BrokenChain("\n".join([*found.broken, *found.told]))
    if not records:
        console.print_result(
            "There is no journal: nothing was applied from this checkout yet, or all were taken away."
        )
        return
    whole = "journal is" if len(records) == 1 else "journals are"
    said = f"{len(records)} {whole} whole: each line is what was written, and none is missing in between."
    console.print_result("\n".join([said, *found.told]))


def find_run(project: "Project", name: str) -> "JournaledRun":
    """The run of that name; UsageError when there is none."""
    from reconcile.journal.record import read_run

    path = project.state / "runs" / f"{name}.jsonl"
    if "/" in name or not path.exists():
        raise UsageError(f"there is no run '{name}' on this checkout; 'reconcile history' lists them")
    return read_run(path)


def _line(record: "JournaledRun") -> str:
    outcomes = [entry["outcome"] for entry in record.of("outcome")]
    counts = ", ".join(f"{outcomes.count(kind)} {kind}" for kind in sorted(set(outcomes)))
    ended = "" if record.ended else "   cut off"
    return f"{record.run}   {record.account}   {counts or 'nothing written'}{ended}"


def _lines(record: "JournaledRun") -> list[str]:
    head = [_line(record), f"plan {record.begun.get('plan', 'unknown')}"]
    return head + [
        f"contact {entry['contact'] or '(new)'}: {entry['outcome']}" for entry in record.of("outcome")
    ]
