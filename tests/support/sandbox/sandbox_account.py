"""Both sides of an apply: an account that can be upset at will, and a checkout with the command line."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from reconcile.http.rate_limiter import Timing
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.lineage import read_runs
from reconcile.sandbox import Access, seed, show
from tests.support.command_line import CommandResult, run_command
from tests.support.shop import NOW

AS_OF = "2026-11-23T09:00:00Z"

PAGE = 20
"""Rows on a page of a list, so that the shop's contacts fill four."""

SETTINGS = """\
version: 1
target: local
targets:
  local: {{kind: sandbox, url: "{url}", rate: {rate}, concurrency: {workers}}}
ignore: {{roles: [staff-*], tags: ["auto:*"]}}
protect: {{roles: [administrator], contacts: [owner@example.com]}}
"""

State = dict[str, Any]

Account = dict[str, State]
"""What the server holds, by the id of the contact."""


class ProcessKilled(BaseException):
    """Stands for a process that is gone: once raised, it is raised at every further step."""


class FakeClock:
    """Time that passes only by sleeping. With a fuse it kills the process at that many looks at it.

    In a hurry it is the real time, that many times faster, for however many threads.
    """

    def __init__(self, fuse: int | None = None, hurry: int | None = None) -> None:
        self._slept = 1_000.0
        self._began = time.monotonic()
        self.looks = 0
        self._fuse = fuse
        self._hurry = hurry
        self._lock = threading.Lock()

    @property
    def now(self) -> float:
        if self._hurry:
            return 1_000.0 + (time.monotonic() - self._began) * self._hurry
        return self._slept

    def monotonic(self) -> float:
        with self._lock:
            self.looks += 1
            if self._fuse is not None and self.looks > self._fuse:
                raise ProcessKilled
            return self.now

    def wall(self) -> float:
        return NOW.timestamp() + self.now

    def sleep(self, seconds: float) -> None:
        if self._hurry:
            time.sleep(seconds / self._hurry)
        with self._lock:
            self._slept += seconds

    @property
    def timing(self) -> Timing:
        return Timing(self.monotonic, self.wall, self.sleep, lambda: 1.0)


@dataclass(frozen=True)
class SandboxAccount:
    """A running sandbox that many tests use one after the other."""

    path: Path
    access: Access
    folder: Path
    session: requests.Session
    counter: Iterator[int] = field(repr=False)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.access.url}/_sandbox/{path}", json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def reset(self) -> None:
        """The built-in shop as it is at first, nothing armed, nothing logged."""
        self.control("PUT", "faults", {"faults": []})
        self.control("PUT", "switches", {"profile": "documented", "switches": {"max_limit": PAGE}})
        self.control("PUT", "clock", {"now": "2026-11-23T09:00:00+00:00"})
        seed(self.path, now=NOW)
        self.control("DELETE", "requests")

    def upset(self, *faults: str, number: int = 1) -> None:
        self.control("PUT", "faults", {"faults": list(faults), "seed": number})

    def calm(self) -> None:
        self.upset()

    def holds(self) -> Account:
        return {row["id"]: _held(row) for row in show(self.path, "contacts")}

    def user(self, email: str) -> State:
        return next(
            state for state in self.holds().values() if state["email"] == email and state["type"] == "user"
        )

    def outside(
        self, contact: str, *, grant: str = "", revoke: str = "", tag: str = "", untag: str = ""
    ) -> None:
        """Somebody else in the shop changes a contact, behind everybody's back."""
        edit = {"grant": grant, "revoke": revoke, "tag": tag, "untag": untag}
        self.control("PATCH", f"contacts/{contact}", edit)

    def readdress(self, contact: str, email: str) -> None:
        """Somebody else in the shop gives a contact another e-mail address."""
        self.control("PATCH", f"contacts/{contact}", {"email": email})

    def requests(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "requests")["requests"])

    def writes(self) -> list[dict[str, Any]]:
        """The requests that were meant to change a contact, whatever became of them."""
        return [one for one in self.requests() if one["method"] != "GET" and "/oauth/" not in one["path"]]

    @property
    def environment(self) -> dict[str, str]:
        return {"EVANCE_CLIENT_ID": self.access.client_id, "EVANCE_PRIVATE_KEY": self.access.private_key}

    def checkout(
        self, declared: str, *, workers: int = 1, rate: int = 1000, settings: str = ""
    ) -> "Checkout":
        """A new folder with a configuration for this account and those declarations."""
        root = self.folder / f"checkout-{next(self.counter)}"
        root.mkdir()
        made = Checkout(root, self.environment)
        made.configure(SETTINGS.format(url=self.access.url, workers=workers, rate=rate) + settings)
        made.declare(declared)
        return made


def _held(row: dict[str, Any]) -> State:
    """What a contact holds, without what the server itself notes."""
    address = {key: value for key, value in (row.get("address") or {}).items() if key != "id"}
    fields = {key: row.get(key) for key in ("type", "email", "reference", "firstname", "lastname", "phone")}
    grants = {name: (one["status"], one["expires"]) for name, one in (row["accessRoles"] or {}).items()}
    return {**fields, "address": address, "roles": grants, "tags": sorted(row["tags"]["contact"])}


MachineClock = Callable[[], datetime]


def clock_off_by(difference: timedelta) -> MachineClock:
    """A machine's clock that is ahead of the time by so much, or, below nothing, behind it."""
    return lambda: datetime.now(UTC) + difference


@dataclass(frozen=True)
class Checkout:
    """A folder with a configuration and declarations, and the credentials in the environment."""

    root: Path
    environment: dict[str, str]

    def configure(self, text: str) -> None:
        (self.root / "reconcile.yaml").write_text(text, encoding="utf-8")

    def declare(self, text: str) -> None:
        path = self.root / "contacts" / "team.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @property
    def state(self) -> Path:
        return self.root / ".reconcile"

    def journals(self) -> list[JournaledRun]:
        return list(read_runs(self.state / "runs"))

    def lines(self, kind: str) -> list[Any]:
        """The contents of all lines of a kind in all journals."""
        return [line.content for record in self.journals() for line in record.lines if line.kind == kind]

    def text(self) -> str:
        """Everything that the tool has written into the checkout."""
        return "\n".join(
            path.read_text("utf-8", "replace") for path in self.root.rglob("*") if path.is_file()
        )

    def run(
        self, *arguments: str, clock: FakeClock | None = None, machine: MachineClock | None = None
    ) -> CommandResult:
        """Run the command in this process, on a clock that nobody waits for.

        ``machine`` is what the machine's clock shows, when that is not the time.
        """
        foreign = ("EVANCE_", "RECONCILE_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        timing = (clock or FakeClock()).timing
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("reconcile.evance.reader.Timing", lambda: timing)
            if machine is not None:
                patch.setattr("reconcile.cli.options.machine_time", machine)
            return run_command(
                *arguments,
                "--config",
                str(self.root / "reconcile.yaml"),
                environment={**clean, **self.environment},
                folder=Path.cwd(),
            )

    def apply(
        self,
        *arguments: str,
        as_of: str = AS_OF,
        clock: FakeClock | None = None,
        machine: MachineClock | None = None,
    ) -> CommandResult:
        return self.run("apply", *arguments, "--yes", "--as-of", as_of, clock=clock, machine=machine)

    def plan(self, *arguments: str, as_of: str = AS_OF) -> CommandResult:
        return self.run("plan", *arguments, "--as-of", as_of)

    def saved(self, name: str = "plan.json", as_of: str = AS_OF) -> Path:
        """A plan in a file, as a reviewer gets it."""
        path = self.root / name
        done = self.plan("--out", str(path), as_of=as_of)
        assert done.code == 0, done.said
        return path

    def started(
        self, command: Sequence[str], *, as_of: str = AS_OF
    ) -> AbstractContextManager[subprocess.Popen[str]]:
        """An apply as a process of its own, killed at the end of the block if it still runs."""
        return self.process(*command, "--yes", "--as-of", as_of)

    @contextmanager
    def process(self, *command: str) -> Iterator[subprocess.Popen[str]]:
        """Python with these arguments, killed at the end of the block if it still runs."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("EVANCE_")}
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=self.root,
            env={**clean, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def remove(self) -> None:
        shutil.rmtree(self.root)


APPLY = ("-m", "reconcile", "apply")


def ended(process: "subprocess.Popen[str]") -> CommandResult:
    """Wait for a process; how it ended."""
    out, err = process.communicate(timeout=60)
    return CommandResult(process.returncode, out, err)


def atom(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
