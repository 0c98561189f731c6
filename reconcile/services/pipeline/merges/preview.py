"""What a run on the main branch would apply: its tip, planned afresh under what was seen before merging."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from reconcile.errors import InvalidScope, ReconcileError, Refusal
from reconcile.journal.history import run_history
from reconcile.model.baseline import EntryKey
from reconcile.model.ci.section import Acceptance, PreviewState
from reconcile.model.plans.plan import Plan
from reconcile.model.record import Record
from reconcile.plan.ceiling.union import exceeding
from reconcile.plan.digest import policy_digest
from reconcile.services.accounts import account_of
from reconcile.services.caller import NO_SCOPE, Console, ScopeRequest
from reconcile.services.git import Repository
from reconcile.services.pipeline.commits import Commits
from reconcile.services.pipeline.take_back import contacts_left
from reconcile.services.planning.project_plan import ProjectPlan, plan_project
from reconcile.services.project import Project

from .main_job import MainJob
from .merged_plans import PullRequestsSince

BY_HAND = "start the run by hand, which plans the whole account and has its own preview as the ceiling"

MOST_NAMED = 10
"""Maximum number of contacts that a note names, then how many more."""


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
    state = PreviewState.READY if _changes(plan) else PreviewState.EMPTY
    return Preview(state, plan, notes=tuple(_left_undeclared(plan)))


def _left_aside(contacts: Sequence[str]) -> str:
    """That whoever was set aside earlier stays so, since nobody has seen what he would get now."""
    return (
        f"Left as they are: {_named(contacts)}. An earlier run has set them aside, and not all that they "
        "would get now was seen in the plan of a merge. The run by hand carries it out."
    )


def _in_view(plan: Plan) -> frozenset[EntryKey]:
    return frozenset(plan.scope.contacts if plan.scope else ())


def _left_undeclared(plan: Plan) -> Iterator[str]:
    """That whoever is declared no longer keeps what he has: a reverted commit takes nothing away."""
    contacts = tuple(contacts_left(plan))
    if contacts:
        yield (
            f"Declared no longer, and left with what was given: {_named(contacts)}. What is to go is "
            "declared with 'state: absent'; the comment on the plan has that to paste."
        )


def _named(contacts: Sequence[str]) -> str:
    named = ", ".join(f"contact {contact}" for contact in contacts[:MOST_NAMED])
    return named + (f" and {len(contacts) - MOST_NAMED:,} more" if len(contacts) > MOST_NAMED else "")


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
        planned, notes = self._plan(), self.notes
        beyond = self._beyond(planned.plan)
        if beyond and self._set_aside_of(_in_view(planned.plan)):
            narrower = self._plan(frozenset())
            aside = self._set_aside_of(_in_view(planned.plan) - _in_view(narrower.plan))
            notes = (*notes, *([_left_aside(aside)] if aside else []))
            planned, beyond = narrower, self._beyond(narrower.plan)
        preview = _previewed(planned, beyond)
        notes = (*notes, *preview.notes)
        return replace(preview, notes=notes, base=self.base, pull_requests=self.merged.numbers)

    def _plan(self, set_aside: frozenset[EntryKey] | None = None) -> ProjectPlan:
        request = ScopeRequest(self.base, own_configuration=True, set_aside=set_aside)
        try:
            return plan_project(self.project, self.console, request)
        except InvalidScope as error:
            raise InvalidScope(f"{error}\nor {BY_HAND}") from None

    def _set_aside_of(self, keys: Iterable[EntryKey]) -> tuple[str, ...]:
        """The contacts of these entries that an earlier run has set aside.

        They stay in view, and once they can be judged again, nobody may have seen what they would get: one
        odd contact must not stop the others' merges for that.
        """
        entries = (self.record.entries.get(key) for key in keys)
        aside = (entry for entry in entries if entry is not None and entry.set_aside is not None)
        return tuple(sorted(entry.contact or "of no id" for entry in aside))

    def _beyond(self, plan: Plan) -> tuple[str, ...]:
        """Why not all that a plan does was seen before; nothing where it does nothing."""
        return tuple(self._unseen(plan, self.merged)) if _changes(plan) else ()

    def _unseen(self, plan: Plan, merged: PullRequestsSince) -> Iterator[str]:
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
