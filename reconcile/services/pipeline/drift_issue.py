"""The one issue of a target: how the account differs, and what keeps it from being as declared.

It also says that what was merged has had no run, that a preview has waited for its reviewers for a day, and
that a scheduled run has failed. It is closed when nothing is left.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconcile.clock import parse_utc_text, utc_text
from reconcile.errors import ForgeError
from reconcile.forge.environment import CiEnvironment
from reconcile.forge.marks import Facts, facts_of, issue_of, with_mark
from reconcile.forge.protocol import Issue
from reconcile.journal.history import run_history
from reconcile.model.ci.pull_request import ForgeRun
from reconcile.render.pipeline.issue_text import (
    AFTER_FAILURE,
    RunAddress,
    failure_text,
    no_run_text,
    unsuccessful_text,
    waiting_text,
)
from reconcile.services.caller import Console
from reconcile.services.project import Project

from .bundles import account_of_target

DRIFT = "drift"
"""The kind of the issue."""

_LONGEST_LOOK = timedelta(days=30)
"""How far back a run of the tip is looked for; GitHub lets a job wait for its reviewers for as long."""

_UNANSWERED = timedelta(days=1)
"""A preview that waits for longer is told."""

_FAILED_RUN, _FAILED_SINCE = "failed-run", "failed-since"
"""The facts of the issue: the last run that failed, and when the first of them did."""


@dataclass(frozen=True, slots=True)
class DriftIssue:
    """The issue of one target. ``author`` is the login that we write as."""

    project: Project
    console: Console
    job: CiEnvironment
    author: str

    def put(self, drift: str, *, settled: bool) -> None:
        """Tell how the account differs, and all else that is open; close it when ``settled`` and nothing is.

        What a failed run of the same workflow said stays: only a later one shows that it works again.
        """
        issue = self._issue()
        facts = self._facts(issue)
        failed = facts if facts.get(_FAILED_RUN) == self._run_name else {}
        alerts = [*([self._failure(failed)] if failed else []), *self._alerts()]
        body = "".join([*alerts, *([AFTER_FAILURE] if alerts else []), drift])
        self._write(issue, failed, body, closed=settled and not alerts)

    def put_failure(self) -> None:
        """Tell that a scheduled run has failed; what the issue says of drift stays."""
        issue = self._issue()
        before = self._facts(issue)
        since = before.get(_FAILED_SINCE) or utc_text(self.project.now)
        facts = {_FAILED_RUN: self._run_name, _FAILED_SINCE: since}
        body = self._failure(facts) + AFTER_FAILURE + _drift_part(issue)
        self._write(issue, facts, body, closed=False)

    def _issue(self) -> Issue | None:
        return issue_of(self.job.forge, self.author, DRIFT, self.project.target.name)

    def _facts(self, issue: Issue | None) -> Facts:
        return (facts_of(DRIFT, issue.body) if issue else None) or {}

    def _write(self, issue: Issue | None, facts: Facts, text: str, *, closed: bool) -> None:
        target = self.project.target.name
        foot = f"\n<sub>Told by {self._address.link('this run', self.job.run_id)}.</sub>\n"
        body = with_mark(DRIFT, {**facts, "target": target}, text + foot)
        title = f"Drift at {account_of_target(self.project.target)}"
        if issue is not None:
            self.job.forge.change_issue(issue, title, body, closed=closed)
        elif not closed:
            self.job.forge.open_issue(title, body)

    @property
    def _run_name(self) -> str:
        return str(self.job.run_id or 0)

    @property
    def _address(self) -> RunAddress:
        return RunAddress(self.job.run, self.job.run_id)

    def _failure(self, facts: Facts) -> str:
        since = _instant(facts.get(_FAILED_SINCE, "")) or self.project.now
        return failure_text(self._address.link("the run", self.job.run_id), since)

    def _alerts(self) -> Iterator[str]:
        """What keeps the tip of the branch from being applied; nothing where it is, or nobody can tell."""
        try:
            tip = self.job.evidence.tip(self.job.branch)
            if tip != self._recorded() and tip == self.job.commit:
                yield from self._of_tip(tip)
        except ForgeError as error:
            self.console.note(f"Warning: nobody can tell what became of the tip of the branch: {error}")

    def _recorded(self) -> str | None:
        """The commit of the last complete run."""
        history = run_history(self.project.journals, account_of_target(self.project.target))
        record = history.read_remembered().record
        return record.commit.name if record and record.commit else None

    def _of_tip(self, tip: str) -> Iterator[str]:
        now = self.project.now
        runs = self.job.evidence.runs(self.job.branch, now - _LONGEST_LOOK)
        own = sorted((run for run in runs if run.head == tip and run.event != "schedule"), key=_by_age)
        if not own:
            yield no_run_text(tip, self.job.branch)
        elif own[-1].waiting and now - own[-1].created >= _UNANSWERED:
            yield waiting_text(self._address.link("a run", own[-1].id), own[-1].created, now)
        elif own[-1].ended and not own[-1].succeeded:
            yield unsuccessful_text(tip, self._address.link("its last run", own[-1].id))


def _by_age(run: ForgeRun) -> tuple[datetime, int]:
    return run.created, run.id


def _instant(text: str) -> datetime | None:
    try:
        return parse_utc_text(text)
    except ValueError:
        return None


_FOOT = re.compile(r"\n<sub>Told by .*</sub>\n?\Z")


def _drift_part(issue: Issue | None) -> str:
    """What an issue says of drift, without its first line, what stands before, and its foot."""
    if issue is None:
        return ""
    text = issue.body.replace("\r\n", "\n").partition("\n")[2]
    return _FOOT.sub("", text.rpartition(AFTER_FAILURE)[2])
