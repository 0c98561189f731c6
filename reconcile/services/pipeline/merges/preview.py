"""What a run on the main branch would apply: its tip, planned afresh under what was seen before merging."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from reconcile.errors import InvalidScope, ReconcileError, Refusal
from reconcile.journal.history import run_history
from reconcile.model.ci.section import Acceptance, PreviewState
from reconcile.model.plans.plan import Plan
from reconcile.model.record import Record
from reconcile.plan.ceiling.union import exceeding
from reconcile.plan.digest import policy_digest
from reconcile.services.accounts import account_of
from reconcile.services.caller import NO_SCOPE, Console, ScopeRequest
from reconcile.services.git import Repository
from reconcile.services.pipeline.commits import Commits
from reconcile.services.planning.project_plan import ProjectPlan, plan_project
from reconcile.services.project import Project

from .main_job import MainJob
from .merged_plans import PullRequestsSince

BY_HAND = "start the run by hand, which plans the whole account and has its own preview as the ceiling"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would apply. ``plan`` is None where another run does the work.

    ``reasons`` are why it is refused or left to another run. ``base`` is the commit of the last complete run,
    None for the whole account; ``pull_requests`` are the numbers of those merged since, oldest first.
    ``accepts`` is what is accepted of an earlier run, and then nothing is applied.
    """

    state: PreviewState
    plan: Plan | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    base: str | None = None
    pull_requests: tuple[int, ...] = ()
    accepts: Acceptance | None = None

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why it must not be applied."""
        return self.reasons if self.state is PreviewState.REFUSED else ()


def _previewed(planned: ProjectPlan, beyond: tuple[str, ...] = ()) -> Preview:
    """The preview of a plan; ``beyond`` is what in it nobody has seen before."""
    plan, reasons = planned.plan, (*planned.refused, *beyond)
    if reasons:
        return Preview(PreviewState.REFUSED, plan, reasons)
    return Preview(PreviewState.READY if _changes(plan) else PreviewState.EMPTY, plan)


def _changes(plan: Plan) -> bool:
    """Whether somebody has to see it: it writes something, or schedules what was not scheduled yet."""
    return not plan.empty or plan.schedules


@dataclass(frozen=True)
class Previewing:
    """One preview on the main branch, and what it is made of."""

    project: Project
    console: Console
    job: MainJob

    def preview(self, *, whole: bool) -> Preview:
        """Plan the tip of the branch against the last complete run, or the ``whole`` account.

        Refusal: there is no complete run to compare with, or no person has asked for the whole. The other
        errors are those of planning.
        """
        if whole:
            self.job.refuse_unless_by_hand("the preview of the whole account (--whole)")
        superseded = self.job.superseded()
        if superseded is not None:
            return Preview(PreviewState.SUPERSEDED, reasons=(f"Nothing is done here: {superseded}.",))
        self.job.refuse_where_others_read()
        self.job.refuse_other_checkout(self.project)
        return self._whole() if whole else self._merged()

    def _whole(self) -> Preview:
        """Of everything: it is its own ceiling, and those who let the next job run have seen it."""
        previewed = _previewed(plan_project(self.project, self.console, NO_SCOPE))
        return replace(previewed, pull_requests=self.carried)

    def _merged(self) -> Preview:
        """Of what was merged since the last complete run, under the plans of its pull requests."""
        merged, planned = self.merged, self._plan()
        beyond = tuple(self._beyond(planned.plan, merged)) if _changes(planned.plan) else ()
        return replace(
            _previewed(planned, beyond), notes=self.notes, base=self.base, pull_requests=merged.numbers
        )

    def _plan(self) -> ProjectPlan:
        try:
            return plan_project(self.project, self.console, ScopeRequest(self.base, own_configuration=True))
        except InvalidScope as error:
            raise InvalidScope(f"{error}\nor {BY_HAND}") from None

    def _beyond(self, plan: Plan, merged: PullRequestsSince) -> Iterator[str]:
        """What nobody has seen in a pull request, and why the plans that may have shown it do not count.

        And which rules nobody has seen that it was judged by.
        """
        counting = merged.plans(lambda plans: not any(exceeding(plan, plans)))
        beyond = tuple(exceeding(plan, counting.plans))
        reasons = (*beyond, *(counting.reasons if beyond else ()), *merged.unapproved_configuration())
        if reasons:
            yield from (*dict.fromkeys(reasons), f"the way out: {BY_HAND}")

    @cached_property
    def merged(self) -> PullRequestsSince:
        """The pull requests that were merged since the last complete run."""
        return self._brought_by(self._commits.merged_since(self.base, self.job.commit))

    @property
    def carried(self) -> tuple[int, ...]:
        """The pull requests that are told what becomes of them, as far as they can be known.

        Those that were merged since the last complete run; without one, those that brought this commit. The
        run by hand carries them, too: it is the way out that the refused ones were told.
        """
        with suppress(ReconcileError):
            return self.merged.numbers
        with suppress(ReconcileError):
            return self._brought_by((self.job.commit,)).numbers
        return ()

    @property
    def _commits(self) -> Commits:
        return Commits(Repository.around(self.project.choice.checkout))

    def _brought_by(self, commits: tuple[str, ...]) -> PullRequestsSince:
        return PullRequestsSince(self.project, self.account, self.job, self._commits, commits)

    @cached_property
    def account(self) -> str:
        """The account that is previewed."""
        return account_of(self.project)

    @cached_property
    def record(self) -> Record:
        """What the last complete run remembers; Refusal when there is none, or it had changed files."""
        record = run_history(self.project.journals, self.account).read_remembered().record
        if record is None:
            raise Refusal(f"no complete run is known yet, so nothing was written; {BY_HAND}")
        if record.commit is None or record.commit.dirty:
            raise Refusal(
                f"the last complete run, {record.run}, was not of a commit as it was merged, so nothing was "
                f"written; {BY_HAND}"
            )
        return record

    @property
    def base(self) -> str:
        """The commit of the last complete run."""
        commit = self.record.commit
        return commit.name if commit else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing beside the plan."""
        if self.record.config == policy_digest(self.project.settings.policy, self.account):
            return ()
        note = (
            f"The configuration has changed since the last complete run, at {self.base[:7]}. A merge applies "
            "nothing of that and stops nothing: each is compared with that commit until the run by hand has "
            "carried the configuration out."
        )
        return (note,)
