"""A stand-in for GitHub: one repository with its people, pull requests, reviews, runs, artifacts and issues.

What people and workflows do is here; what the API answers is in github_answers.py, two members a page.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.support.forge.github_answers import GitHubAnswers
from tests.support.forge.github_state import (
    BOT,
    REPOSITORY,
    TOKEN,
    GitHubState,
    Row,
    instant_text,
    zipped,
)
from tests.support.forge.http_server import ForgeCall, ForgeReply, serve_forge

__all__ = ["BOT", "REPOSITORY", "TOKEN", "FakeGitHub", "serve_github", "zipped"]


class FakeGitHub(GitHubState):
    """The repository, and what happens to it. Every time is ``now``."""

    # What people do.

    def proposed(
        self,
        number: int,
        head: str,
        *,
        branch: str = "change",
        base: str = "main",
        author: str = "ben",
        repo: str | None = REPOSITORY,
    ) -> Row:
        """A pull request that is open. ``repo`` is where its head lies: a fork's name, or None when gone."""
        row: Row = {
            "number": number,
            "state": "open",
            "user": {"login": author, "type": "User"},
            "created_at": self.time,
            "closed_at": None,
            "merged_at": None,
            "merge_commit_sha": "0" * 40,  # of a trial
            "head": {"sha": head, "ref": branch, "repo": {"full_name": repo} if repo else None},
            "base": {"ref": base, "sha": self.history.tip(base)},
        }
        self.pulls.append(row)
        return row

    def pushed(self, number: int, head: str) -> None:
        """A new head of a pull request."""
        self.pull(number)["head"]["sha"] = head

    def closed(self, number: int) -> None:
        """A pull request that is closed without a merge."""
        self.pull(number).update(state="closed", closed_at=self.time)

    def reopened(self, number: int) -> None:
        """A closed pull request that is open again."""
        self.pull(number).update(state="open", closed_at=None)

    def retargeted(self, number: int, base: str, *, event: str = "base_ref_changed") -> None:
        """A pull request that goes to another branch from now on."""
        self.pull(number)["base"] = {"ref": base, "sha": self.history.tip(base)}
        self.happened(number, event)

    def happened(self, number: int, event: str) -> None:
        """An event of a pull request or issue."""
        row = {"id": next(self.ids), "event": event, "created_at": self.time, "actor": None}
        self.events.setdefault(number, []).append(row)

    def merged(
        self,
        number: int,
        head: str,
        commit: str,
        *,
        base: str = "main",
        repo: str | None = REPOSITORY,
        also: tuple[str, ...] = (),
    ) -> None:
        """A pull request that was merged as that commit; ``also`` are earlier commits of a rebase.

        A head that the commit stands on is on the branch from now on, as after a merge commit.
        """
        known = [row for row in self.pulls if row["number"] == number]
        row = known[0] if known else self.proposed(number, head, base=base, repo=repo)
        row.update(state="closed", closed_at=self.time, merged_at=self.time, merge_commit_sha=commit)
        contained = [head] if head in dict(self.history.commits(commit)) else []
        for brought in (*also, *contained):
            self.introduced.setdefault(brought, []).append(number)

    def reviewed(
        self, number: int, author: str | None, state: str = "APPROVED", commit: str | None = None
    ) -> Row:
        """A review of the head, or of another commit. A deleted author is None."""
        row = {
            "id": next(self.ids),
            "user": None if author is None else {"login": author},
            "state": state,
            "commit_id": self.pull(number)["head"]["sha"] if commit is None else commit,
            "submitted_at": self.time,
        }
        if state == "PENDING":
            del row["submitted_at"]
        self.reviews.setdefault(number, []).append(row)
        return row

    def wrote(self, number: int, author: str, body: str) -> Row:
        """A comment by anybody."""
        number_of = next(self.ids)
        user = {"login": author, "type": "Bot" if author.endswith("[bot]") else "User"}
        row = {"id": number_of, "node_id": f"IC_{number_of}", "user": user, "body": body}
        self.comments.setdefault(number, []).append(row)
        return row

    def edited(self, row: Row, editor: str, body: str) -> None:
        """A comment's text replaced by anybody."""
        row["body"] = body
        self.editors[row["node_id"]] = editor

    # What workflows do.

    def ran(self, workflow: str, head: str, *, event: str = "pull_request", **other: Any) -> int:
        """A run of a workflow; by default a good one for a branch of this repository."""
        run = {
            "id": next(self.ids),
            "workflow": workflow,
            "path": f".github/workflows/{workflow}",
            "referenced_workflows": [],
            "run_attempt": 1,
            "head_sha": head,
            "event": event,
            "head_branch": "change",
            "status": "completed",
            "conclusion": "success",
            "head_repository": {"full_name": REPOSITORY},
            "created_at": self.time,
            "run_started_at": self.time,
            "updated_at": self.time,
            "pull_requests": [],
        }
        self.runs.insert(0, {**run, **other})
        return int(run["id"])

    def again(self, run: int) -> int:
        """A run that is started once more; the number of the attempt."""
        row = self.run(run)
        row.update(run_attempt=row["run_attempt"] + 1, status="in_progress", conclusion=None)
        row.update(run_started_at=self.time, updated_at=self.time)
        return int(row["run_attempt"])

    def deleted(self, run: int) -> None:
        """A run that somebody who may write takes away, with what it kept."""
        self.runs = [row for row in self.runs if row["id"] != run]
        self.artifacts = [row for row in self.artifacts if row["run"] != run]

    def ended(self, run: int, conclusion: str = "success") -> None:
        """A run that ends now."""
        self.run(run).update(status="completed", conclusion=conclusion, updated_at=self.time)

    def began_job(self, run: int, name: str, status: str = "in_progress") -> Row:
        """A job of the run's present attempt that begins now, or waits (``queued``, ``waiting``)."""
        row = {
            "id": next(self.ids),
            "run_id": run,
            "run_attempt": self.run(run)["run_attempt"],
            "name": name,
            "status": status,
            "conclusion": None,
            "started_at": self.time,
            "completed_at": None,
            "steps": [],
        }
        self.jobs.append(row)
        self.run(run)["updated_at"] = self.time
        return row

    def step(self, job: Row, name: str, conclusion: str | None = "success") -> None:
        """A step of a job that began and ended now; ``skipped``, or None while it goes on."""
        status = "in_progress" if conclusion is None else "completed"
        times = {"started_at": self.time, "completed_at": None if conclusion is None else self.time}
        number = len(job["steps"]) + 1
        job["steps"].append(
            {"name": name, "status": status, "conclusion": conclusion, "number": number, **times}
        )

    def ended_job(self, job: Row, conclusion: str = "success") -> None:
        """A job that ends now."""
        job.update(status="completed", conclusion=conclusion, completed_at=self.time)
        self.run(job["run_id"])["updated_at"] = self.time

    def left(
        self,
        run: int,
        name: str,
        files: dict[str, bytes],
        *,
        expired: bool = False,
        days: int = 90,
        overwrite: bool = True,
    ) -> int:
        """An artifact that a run left, kept for some days. A second one of its name takes its place."""
        same = [row for row in self.artifacts if (row["run"], row["name"]) == (run, name)]
        assert overwrite or not same, f"run {run} has an artifact {name} already: the upload would fail"
        self.artifacts = [row for row in self.artifacts if row not in same]
        expires = instant_text(self.now + timedelta(days=days))
        row = {"id": next(self.ids), "name": name, "expired": expired, "run": run}
        self.artifacts.append({**row, "created_at": self.time, "expires_at": expires})
        self.archives[row["id"]] = zipped(files)
        return int(row["id"])

    def archive_of(self, run: int, name: str) -> dict[str, bytes]:
        """The files of an artifact."""
        (number,) = [row["id"] for row in self.artifacts if (row["run"], row["name"]) == (run, name)]
        with zipfile.ZipFile(io.BytesIO(self.archives[number])) as opened:
            return {file: opened.read(file) for file in opened.namelist()}

    def answer(self, call: ForgeCall) -> ForgeReply:
        """What the API answers."""
        return GitHubAnswers(self).answer(call)


@contextmanager
def serve_github() -> Iterator[FakeGitHub]:
    """A stand-in that serves until the block ends."""
    fake_github = FakeGitHub()
    with (
        serve_forge(fake_github.answer) as fake_github.api,
        serve_forge(lambda call: GitHubAnswers(fake_github).archive(call)) as fake_github.blobs,
    ):
        yield fake_github
