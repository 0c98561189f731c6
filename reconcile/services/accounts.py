"""The account a command reads: a real one, a sandbox that runs, or the embedded one, started on demand."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from reconcile.evance.api_client import Listener
from reconcile.evance.connection import Connection, Credentials, credentials_from, resolve_connection
from reconcile.evance.reader import Reader
from reconcile.journal.durable_files import make_own_folder
from reconcile.journal.history import NO_HISTORY, RunHistory
from reconcile.model.settings import Capabilities, Target
from reconcile.plan.clock_check import ClockReport, ClockTimes, compare_clocks
from reconcile.text import escape_unprintable

from .caller import Console
from .project import Project

if TYPE_CHECKING:
    from reconcile.sandbox import Access


@contextmanager
def open_reader(project: Project, console: Console) -> Iterator[Reader]:
    """The target's account for reading: a client that has no way to write."""
    with (
        connected(project, project.capabilities()) as link,
        Reader(link, listener=Listener(console.trace, console.waiting, console.note)) as reader,
    ):
        yield reader


@contextmanager
def connected(project: Project, known: Capabilities) -> Iterator[Connection]:
    """How to reach the target; the embedded sandbox runs for as long as this is open."""
    if not project.target.embedded:
        yield resolve_connection(project.target, credentials_from(os.environ), known)
        return
    from reconcile.sandbox import running, seed  # noqa: PLC0415 - real accounts need none of it

    # It runs in this process on a free loopback port, and is seeded when it is new.
    path = project.state / "sandbox.sqlite3"
    if not path.exists():
        make_own_folder(path.parent)
        seed(path)
    with running(path, now=project.choice.as_of) as access:
        yield sandbox_connection(project.target, access, known)


def sandbox_connection(target: Target, access: "Access", known: Capabilities | None = None) -> Connection:
    """How to reach a sandbox that runs, in place of the target's own account."""
    target = replace(target, url=access.url, account=access.account)
    return resolve_connection(target, Credentials(access.client_id, access.private_key), known)


def account_of(project: Project) -> str:
    """The account of the project's target. Nothing is sent to it."""
    with connected(project, project.capabilities()) as link:
        return link.account


def check_clock(project: Project, account: Reader, past: RunHistory = NO_HISTORY) -> ClockReport:
    """Compare the machine's clock with the account's newest answer, and with what earlier runs noted."""
    times = ClockTimes(
        account=account.connection.account,
        machine=project.machine_time(),
        since=None if project.choice.as_of else project.now,
        server=account.server_time(),
        runs={run.name: noted for run in past.unretired if (noted := run.machine_time)},
        timezone=project.settings.policy.timezone,
        pipeline=past.fetched is not None,
    )
    return compare_clocks(times)


def warn_of_clock(report: ClockReport, console: Console) -> None:
    """Say everything as warnings, where nothing is to be written."""
    for text in (*report.reasons, *report.warnings):
        console.note(f"Warning: {escape_unprintable(text)}")
