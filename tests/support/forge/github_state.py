"""The state of the stand-in for GitHub: its rows as the API gives them, and what time it is there."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.support.forge.fake_settings import FakeSettings
from tests.support.forge.history import History, WrittenHistory
from tests.support.forge.http_server import ForgeServer

REPOSITORY = "example/shop"

BOT = "github-actions[bot]"

TOKEN = "ghs_the-bots-own-token"

BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)

Row = dict[str, Any]


@dataclass
class GitHubState:
    """Rows by their kind, newest runs and artifacts first or last as they were made.

    ``now`` is the forge's time, which a test sets or moves on with ``wait``; ``page`` the members on a page,
    of which GitHub has a hundred. ``permissions`` are those of
    people, by login; who is not among them is no collaborator. ``granted`` is what a token may do, by token
    and permission (``{"pull-requests": "write"}``); a token that is not among them may do everything.
    """

    logins: dict[str, str] = field(default_factory=lambda: {TOKEN: BOT})
    granted: dict[str, dict[str, str]] = field(default_factory=dict)
    permissions: dict[str, str] = field(
        default_factory=lambda: {"ann": "admin", "ben": "write", "cat": "write", "rea": "read"}
    )
    comments: dict[int, list[Row]] = field(default_factory=dict)
    editors: dict[str, str] = field(default_factory=dict)
    locked: set[int] = field(default_factory=set)
    issues: list[Row] = field(default_factory=list)
    pulls: list[Row] = field(default_factory=list)
    reviews: dict[int, list[Row]] = field(default_factory=dict)
    events: dict[int, list[Row]] = field(default_factory=dict)
    introduced: dict[str, list[int]] = field(default_factory=dict)
    runs: list[Row] = field(default_factory=list)
    jobs: list[Row] = field(default_factory=list)
    artifacts: list[Row] = field(default_factory=list)
    archives: dict[int, bytes] = field(default_factory=dict)
    history: History = field(default_factory=WrittenHistory)
    settings: FakeSettings = field(default_factory=FakeSettings)
    now: datetime = BEGIN
    page: int = 2
    ids: Iterator[int] = field(default_factory=lambda: count(1001))
    api: ForgeServer = field(init=False)
    blobs: ForgeServer = field(init=False)

    @property
    def time(self) -> str:
        """The forge's time as its API writes it."""
        return instant_text(self.now)

    def wait(self, **span: float) -> None:
        """Let time pass: ``wait(minutes=5)``."""
        self.now += timedelta(**span)

    def pull(self, number: int) -> Row:
        """The row of a pull request."""
        return next(row for row in self.pulls if row["number"] == number)

    def run(self, number: int) -> Row:
        """The row of a run."""
        return next(row for row in self.runs if row["id"] == number)


def instant_text(instant: datetime) -> str:
    """An instant as GitHub writes it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
