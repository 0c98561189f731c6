"""What became of a merge: said under every pull request that the run carried, and in the run's summary.

The journals of this very run tell what was written. Contacts are named by their ids alone, and reasons come
masked from the preview's report.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconcile.documents.section import preview_report_from_document
from reconcile.errors import ForgeError, ReconcileError, Refusal
from reconcile.forge.environment import CiEnvironment
from reconcile.forge.own_comments import OwnComments
from reconcile.journal.fetched import read_fetched
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.lineage import read_runs
from reconcile.journal.losses import open_roles
from reconcile.model.ci.section import AcceptanceKind, PreviewReport
from reconcile.model.result import Outcome
from reconcile.model.settings import Privacy
from reconcile.render.masking.personal_texts import mask_emails
from reconcile.render.pipeline.result_text import ResultText, WrittenRun
from reconcile.services.caller import Console
from reconcile.services.files import read_plan_file, write_file
from reconcile.services.project import Project, find_run
from reconcile.text import count

from .merges.applying import PREVIEW, REPORT_FILE

APPLIED = "applied"
"""The kind of our comments about what became of a merge."""

REFUSAL_FILE = "refusal.json"
"""In the folder of a preview: why the job that applies has refused it."""

MOST_COMMENTED = 100
"""Maximum number of pull requests that are told, the newest; each takes two requests or more."""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """One target's result of a run on the main branch. ``folder`` is that of its preview."""

    project: Project
    console: Console
    job: CiEnvironment
    author: str
    folder: Path
    applying: bool

    def tell(self) -> str:
        """Tell all pull requests that the run carried, and return the text; empty where another run tells.

        ForgeError: none of them could be told.
        """
        report = self._report()
        result = ResultText(
            self.project.target.name,
            self.job.commit,
            self.job.run,
            report,
            self.applying,
            self._written(),
            self._refusal(),
            self._accepted(report),
        )
        if result.silent or self._superseded(result):
            self.console.note(
                "The run of the tip of the branch, or another target's job, tells what there is to tell."
            )
            return ""
        text = result.text()
        self._comment(self._pull_requests(report), text)
        return text

    def _superseded(self, result: ResultText) -> bool:
        """Whether the job that applies had nothing to do, since another commit is the tip by now."""
        if not self.applying or result.written is not None or result.reasons:
            return False
        try:
            return self.job.evidence.tip(self.job.branch) != self.job.commit
        except ForgeError:
            return False

    def _accepted(self, report: PreviewReport | None) -> bool:
        """Whether what the run was to accept is noted in the journal of the earlier run."""
        if not self.applying or report is None or report.accepts is None:
            return False
        try:
            run = find_run(self.project, report.accepts.run)
        except ReconcileError as error:
            self.console.note(f"Warning: the journal of the run that is accepted can't be read: {error}")
            return False
        retires = report.accepts.kind is AcceptanceKind.RETIRE
        return run.retired is not None if retires else run.acknowledged and not open_roles(run)

    def _report(self) -> PreviewReport | None:
        """What the preview left; None when it failed before it could."""
        path = self.folder / REPORT_FILE
        if not path.exists():
            return None
        try:
            report = preview_report_from_document(json.loads(path.read_bytes()))
        except (OSError, ValueError, RecursionError):
            raise Refusal(f"{path}: this is no report as 'reconcile ci preview' writes it") from None
        return report if report.target == self.project.target.name else None

    def _refusal(self) -> tuple[str, ...]:
        """Why applying was refused, as that job left it."""
        path = self.folder / REFUSAL_FILE
        if not self.applying or not path.exists():
            return ()
        reasons = json.loads(path.read_bytes())
        return tuple(reason for reason in reasons if isinstance(reason, str))

    def _written(self) -> WrittenRun | None:
        """What the last run of this job wrote; None when it began none."""
        try:
            run = self._own_run()
            return None if run is None else _written(run)
        except ReconcileError as error:
            self.console.note(f"Warning: the journal of this run can't be read: {error}")
            return None

    def _own_run(self) -> JournaledRun | None:
        """The last run that applied this preview, and whose journal was not fetched.

        A job that is run again applies the same preview as its attempt before.
        """
        fetched = read_fetched(self.project.state)
        earlier = {file.name for file in fetched.files} if fetched else set()
        digest = self._preview_digest()
        runs = [
            run
            for run in read_runs(self.project.journals)
            if run.path.name not in earlier and digest and run.begun and run.begun.approved == digest
        ]
        return runs[-1] if runs and (self.applying or not runs[-1].complete) else None

    def _preview_digest(self) -> str:
        """What the journal knows the preview by; empty where there is none to apply."""
        path = self.folder / PREVIEW
        return read_plan_file(path).digest if path.exists() else ""

    def _pull_requests(self, report: PreviewReport | None) -> Sequence[int]:
        """Those that the run carried; without a report those that brought its commit."""
        if report is not None:
            return report.pull_requests
        try:
            return [pull.number for pull in self.job.evidence.merged_with(self.job.commit)]
        except ForgeError as error:
            self.console.note(f"Warning: nobody can tell which pull requests were merged: {error}")
            return []

    def _comment(self, numbers: Sequence[int], text: str) -> None:
        """One comment a target under each, edited in place. A pull request may be locked: others are told."""
        target, errors = self.project.target.name, []
        told = sorted(numbers)[-MOST_COMMENTED:]
        for number in told:
            facts = {"target": target}
            try:
                OwnComments(self.job.forge, number, self.author).put(APPLIED, facts, text, same=facts)
            except ForgeError as error:
                errors.append(error)
                self.console.note(f"Warning: pull request {number} was not told: {error}")
        if errors and len(errors) == len(told):
            raise errors[0]
        if len(told) < len(numbers):
            self.console.note(f"{count(len(numbers) - len(told), 'older pull request')} were not told.")


@contextmanager
def refusal_left(folder: Path, project: Project) -> Iterator[None]:
    """Leave why applying is refused or fails beside the preview, for those who are told of it."""
    path = folder / REFUSAL_FILE
    path.unlink(missing_ok=True)
    try:
        yield
    except ReconcileError as error:
        masked = project.settings.privacy is Privacy.MASK
        text = mask_emails(str(error)) if masked else str(error)
        with suppress(ReconcileError):
            write_file(path, json.dumps(text.split("\n")))
        raise


def _written(run: JournaledRun) -> WrittenRun:
    outcomes = tuple((line.contact or "", Outcome(line.outcome)) for line in run.outcomes)
    return WrittenRun(run.name, run.complete, outcomes)
