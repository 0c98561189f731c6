"""What runs leave behind: the files in an artifact's archive, and the journals of earlier runs.

The machine of a run is thrown away, so each run leaves its journals as an artifact. An archive may come from
anybody: nothing is unpacked to disk here.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from reconcile.errors import Refusal

from .github.comments import GitHub
from .protocol import FinishedRun

JOURNAL_ARTIFACT = "reconcile-journal"

_EVENTS = {"push", "schedule", "workflow_dispatch"}
"""The events whose runs may be trusted on the branch that is applied."""

LARGEST = 256 * 1024 * 1024
"""Maximum number of bytes in all, unpacked. They are counted while reading: a ZIP bomb names fewer."""

MOST = 10_000
"""Maximum number of files: a year of journals, one an hour, and the records."""


def members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, in order. Refusal: it is no archive, or one that is far too large."""
    left = LARGEST
    try:
        with ZipFile(BytesIO(archive)) as opened:
            files = [info for info in opened.infolist() if not info.is_dir()]
            if len(files) > MOST:
                raise Refusal(f"the artifact holds more than {MOST} files")
            for info in files:
                with opened.open(info) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Refusal(f"the artifact holds more than {LARGEST} bytes")
                yield info.filename, content
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Refusal(f"the artifact is not a readable archive ({type(error).__name__})") from None


def earlier_journals(
    github: GitHub, workflows: Sequence[str], branch: str, own: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """Name and content of every journal and record that the last runs of these workflows on the branch left.

    Each run fetches the earlier journals and leaves them together with its own, so the newest artifact of
    each workflow has them all. Runs of pull requests and of other branches do not count: anybody may have
    written their workflow. A run that failed counts, too: its journal tells what it left undone. ``own`` is
    the run that asks: an earlier job of it may have left journals.
    """
    earlier = (_trusted_runs(github, workflow, branch) for workflow in workflows)
    for runs in ([] if own is None else [own], *earlier):
        archives = (archive for run in runs for archive in github.artifacts(run, JOURNAL_ARTIFACT))
        newest = next(archives, None)
        if newest is not None:
            yield from members(newest)


def _trusted_runs(github: GitHub, workflow: str, branch: str) -> Iterator[int]:
    return (run.id for run in github.runs(workflow, branch=branch) if _is_trusted(run, branch))


def _is_trusted(run: FinishedRun, branch: str) -> bool:
    return run.own and run.branch == branch and run.event in _EVENTS
