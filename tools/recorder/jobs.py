"""Shares the scenarios of a recording out among processes, and gathers what they counted and left out."""

import os
import shutil
import struct
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .account import Account, Server, open_account

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass
class Desk:
    """What a scenario works with: a folder of its own, where to record, and the templates of accounts."""

    work: Path
    out: Path
    templates: Path
    runs: int = 0

    def __post_init__(self) -> None:
        self.servers: list[Server] = []
        self.skipped: list[str] = []
        self._folders = 0

    def account(self, template: str, now: datetime = NOW, *, ticking: bool = False) -> Account:
        """A served copy of an account: `shop`, `empty` or `later` (empty, but with the first ids used up).

        Its clock stands still, or (`ticking`) moves on a second at each look.
        """
        self._folders += 1
        opened = open_account(
            self.templates / f"{template}.sqlite3", self.work / f"a{self._folders}", now, ticking=ticking
        )
        self.servers.append(opened.server)
        return opened

    def folder(self) -> Path:
        """A new folder for a project, in one of its own."""
        self._folders += 1
        return self.work / f"p{self._folders}" / "project"

    def close(self) -> None:
        """Stop what was started."""
        for server in self.servers:
            server.close()
        self.servers.clear()


@dataclass(frozen=True)
class Job:
    """A scenario by name; `weight` is about how many runs it has: the longest begin first."""

    name: str
    act: Callable[[Desk], None]
    weight: int = 10


def work_off(jobs: Sequence[Job], out: Path, work: Path, processes: int) -> tuple[int, list[str], list[str]]:
    """Carry out all scenarios; the number of runs, what was skipped, and which scenarios failed."""
    ordered = sorted(jobs, key=lambda job: -job.weight)
    queue, fill = os.pipe()
    os.write(fill, b"".join(struct.pack("i", number) for number in range(len(ordered))))
    os.close(fill)
    children = [_started(ordered, queue, out, work / f"w{number}") for number in range(processes)]
    failed = [f"process {child} broke off" for child in children if os.waitpid(child, 0)[1]]
    os.close(queue)
    lines = [line for path in sorted(work.glob("w*/told.txt")) for line in path.read_text().splitlines()]
    runs = sum(int(line[5:]) for line in lines if line.startswith("runs "))
    failed += [line[7:] for line in lines if line.startswith("failed ")]
    return runs, sorted(line[8:] for line in lines if line.startswith("skipped ")), failed


def _started(jobs: Sequence[Job], queue: int, out: Path, work: Path) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work.mkdir()
        while number := os.read(queue, 4):
            _carried_out(jobs[struct.unpack("i", number)[0]], out, work)
        code = 0
    finally:
        os._exit(code)


def _carried_out(job: Job, out: Path, work: Path) -> None:
    """Carry out one scenario in a folder that is gone afterwards."""
    desk = Desk(work / "job", out / job.name, work.parent / "templates")
    desk.work.mkdir()
    told = []
    try:
        job.act(desk)
    except Exception:  # noqa: BLE001 - said, and the others go on
        traceback.print_exc()
        told.append(f"failed {job.name}")
    finally:
        desk.close()
        shutil.rmtree(desk.work)
    told += [f"skipped {line}" for line in desk.skipped]
    with (work / "told.txt").open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in [*told, f"runs {desk.runs}"]))
