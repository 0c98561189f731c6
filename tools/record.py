"""Records what every command does in very many situations, to compare before and after a refactoring.

    python tools/record.py OUT_DIR [--only PATTERN] [--jobs N]

writes one text file for each run of a command: its arguments, exit code, both outputs, the requests that it
sent, and the files that it wrote, journals included. What is chance, time or machine stands as a placeholder.
So `diff -r BEFORE AFTER` of two recordings shows what a change of the code has changed, and nothing else.
Situations that could not be brought about are listed in OUT_DIR/skipped.txt.
"""

import argparse
import os
import shutil
import sys
import time
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

SURE = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "TZ": "UTC"}
"""What Python must be started with for two recordings to be alike."""


def main() -> int:
    """Record, and say how much there was."""
    given = _arguments()
    if any(os.environ.get(name) != value for name, value in SURE.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **SURE})  # noqa: S606
    began = time.monotonic()
    shutil.rmtree(given.out, ignore_errors=True)
    given.out.mkdir(parents=True)
    runs, failed = record(given.out.resolve(), given.only, given.jobs)
    print(f"{runs} runs recorded in {given.out}, in {time.monotonic() - began:.0f} s.")
    for line in failed:
        print(f"could not be recorded: {line}", file=sys.stderr)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT_DIR", help="emptied first")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="scenarios, such as 'plan/create*'")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes; 2 unless told otherwise")
    return parser.parse_args()


def record(out: Path, only: str, processes: int) -> tuple[int, list[str]]:
    """Carry out all scenarios whose name matches; the number of runs, and what failed."""
    from recorder import scenarios, templates  # noqa: PLC0415 - needs the path from above
    from recorder.commands import preload  # noqa: PLC0415
    from recorder.jobs import work_off  # noqa: PLC0415

    jobs = [job for job in scenarios.jobs() if fnmatchcase(job.name, only)]
    with TemporaryDirectory(prefix="recording-") as folder:
        work = Path(folder).resolve()
        templates.make(work / "templates")
        preload()
        runs, skipped, failed = work_off(jobs, out, work, processes)
    (out / "skipped.txt").write_text("".join(f"{line}\n" for line in skipped), encoding="utf-8")
    return runs, failed


if __name__ == "__main__":
    sys.exit(main())
