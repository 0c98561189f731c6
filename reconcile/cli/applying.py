"""One apply from the fresh plan to the last word: what ``apply`` and ``demo`` share."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from reconcile.apply.circuit_breaker import CircuitBreaker
from reconcile.apply.executor import carry_out
from reconcile.apply.preflight import (
    freeze_reason,
    granted_ceilings,
    kill_switch,
    passes_freeze,
    refuse_frozen,
    refuse_guarded,
    refuse_unplanned,
)
from reconcile.apply.recovery import settle_interrupted_runs
from reconcile.apply.run_context import RunContext
from reconcile.clock import utc_text
from reconcile.errors import ExitCode, Refusal
from reconcile.evance.writer import Writer
from reconcile.journal.history import RunHistory, run_history
from reconcile.journal.writer import Journal, open_journal
from reconcile.model.declaration import Declaration
from reconcile.model.plan import Change, Plan, PlanContext
from reconcile.model.result import Report
from reconcile.plan.approval import approved_operations
from reconcile.plan.drift import due_plan, explain_drift
from reconcile.services.plan_files import refuse_uncovered
from reconcile.services.planning import FreshPlan, make_fresh_plan
from reconcile.text import escape_unprintable

from . import console
from .confirm import confirm
from .exit_report import report_exit
from .formats import render
from .options import Common
from .project import Project
from .signals import stopped_in_order


@dataclass(frozen=True, slots=True)
class ApplyJob:
    """An apply of declarations to an account. ``approval`` is the ceiling; None: what is shown is it.

    ``due``: apply only what the clock alone asks for since the last apply of the same declarations.
    """

    project: Project
    state: Path
    common: Common
    account: Writer
    declarations: Sequence[Declaration]
    approval: Plan | None = None
    due: bool = False

    @property
    def scene(self) -> PlanContext:
        """What the plan is made for."""
        revert = self.approval.revert if self.approval else None
        return self.project.scene(self.account.connection.account, revert)

    def run(self, ceilings: Mapping[str, int], form: str, *, asking: bool) -> int:
        """Plan, show, ask, apply; the exit code. Refusal comes before any write, PartlyApplied after."""
        self._refuse_killed()
        past = self._past()
        fresh = self._fresh(past)
        if self.approval is not None:
            refuse_uncovered(fresh.plan, self.approval)
        console.print_result(self._shown(fresh.plan, form))
        if fresh.plan.empty:
            refuse_unplanned(fresh.plan)
            if not self.due:
                self._note_order(fresh, past)
            return ExitCode.DONE
        spending = self._permit(fresh.plan, past, ceilings)
        if asking:
            confirm("Apply this plan?", "apply")
            self._refuse_late(fresh.plan)
        brake = CircuitBreaker(self.project.settings.applying.failures, self._killed)
        self.account.stop_when(lambda: brake.reason or self._over(fresh.plan))
        with stopped_in_order(brake):
            report = self._carry(fresh, spending, brake)
            if not report.wrote:
                self._refuse_killed()
            if report.untried:
                self._refuse_late(fresh.plan)
            return report_exit(report, self.common, console.note if form == "json" else console.print_ending)

    def plan_again(self) -> Plan:
        """Show what is left to do."""
        plan = self._fresh(run_history(self.state / "runs", self.scene.account)).plan
        console.print_result(self._shown(plan, "text"))
        return plan

    def _shown(self, plan: Plan, form: str) -> str:
        if self.due and plan.empty and form == "text":
            return "\n".join(["Nothing is due by the clock alone.", *plan.notes])
        return render(plan, form, configured=self.project.settings.privacy)

    def _clock(self) -> datetime:
        """The present, which goes on while a person thinks and while a run lasts; or the time asked for."""
        return self.project.as_of or datetime.now(UTC)

    def _refuse_late(self, plan: Plan) -> None:
        """Refuse what has become out of date while a person was asked."""
        self._refuse_killed()
        late = self._late(plan)
        if late is not None:
            raise Refusal(f"{late}; nothing was written; apply again")
        refuse_frozen(plan, self.project.settings.applying, self._frozen())

    def _late(self, plan: Plan) -> str | None:
        """Why the plan no longer holds, or None."""
        boundary = plan.valid_until
        if boundary is None or self._clock() < boundary.at:
            return None
        return f"the plan was valid until {utc_text(boundary.at)}"

    def _killed(self) -> str | None:
        return kill_switch(self.project.settings.applying, os.environ, self.state)

    def _refuse_killed(self) -> None:
        reason = self._killed()
        if reason is not None:
            raise Refusal(f"{reason}; nothing was written")

    def _past(self) -> RunHistory:
        """Earlier runs, after a look at what a crash has left in doubt."""
        past = run_history(self.state / "runs", self.scene.account)
        for finding in settle_interrupted_runs(past, self.account):
            console.note(escape_unprintable(finding), self.common)
        return past

    def _fresh(self, past: RunHistory) -> FreshPlan:
        with console.progress(self.common) as progress:
            found = make_fresh_plan(self.declarations, self.account, self.scene, past=past, progress=progress)
        if not self.due:
            return found
        return replace(found, plan=due_plan(explain_drift(found.plan, self.declarations, past.history)))

    def _note_order(self, fresh: FreshPlan, past: RunHistory) -> None:
        """Note that the account is as declared, where no earlier run has found that of these declarations.

        Not where a guard refuses: an account that looks wrong must not become what the next one goes by.
        """
        standing = past.history.standing
        known = standing is not None and standing.complete and standing.covers(fresh.plan)
        if not (known or fresh.plan.revert or fresh.plan.refused):
            with open_journal(self.state / "runs", self.project.now) as book:
                self._begin(book, fresh, {})
                book.end(Report(()))

    def _begin(self, book: Journal, fresh: FreshPlan, spending: Mapping[str, int]) -> None:
        digest = (self.approval or fresh.plan).digest
        allowances = [{"guard": guard, "digest": digest} for guard in sorted(spending)]
        facts = {"contacts": fresh.contacts, "allowances": allowances, "approved": digest, "due": self.due}
        book.begin(fresh.plan, self.project.now, facts)

    def _permit(self, plan: Plan, past: RunHistory, ceilings: Mapping[str, int]) -> dict[str, int]:
        """Refuse what guards and freezes refuse; the overrides in the repository that are used up by this."""
        applying = self.project.settings.applying
        granted = granted_ceilings(applying.allowances, self.approval or plan, past.spent)
        refuse_guarded(plan, {**granted, **ceilings})
        refuse_frozen(plan, applying, self._frozen())
        return granted

    def _frozen(self) -> str | None:
        return freeze_reason(self.project.settings.applying, os.environ, self._clock())

    def _over(self, plan: Plan) -> str | None:
        """Why no change of the plan may be written any more, whichever it is, or None."""
        exempt = self.project.settings.applying.revoke_in_freeze
        return self._late(plan) or (None if exempt else self._frozen())

    def _held_back(self, plan: Plan, change: Change) -> str | None:
        late, reason = self._late(plan), self._frozen()
        if late is not None:
            return late
        return None if reason is None or passes_freeze(change, self.project.settings.applying) else reason

    def _carry(self, fresh: FreshPlan, spending: Mapping[str, int], brake: CircuitBreaker) -> Report:
        approved = self.approval or fresh.plan
        with (
            open_journal(self.state / "runs", self.project.now) as book,
            console.progress(self.common) as progress,
        ):
            self._begin(book, fresh, spending)
            run = RunContext(
                account=self.account,
                scene=self.scene,
                declarations={entry.place: entry for entry in self.declarations},
                approved=approved_operations(approved),
                journal=book,
                brake=brake,
                held_back=partial(self._held_back, fresh.plan),
                workers=self.project.target.concurrency,
            )
            report = carry_out(fresh.plan, run, lambda done, total: progress("Applying", done, total))
            return self._ended(book, replace(report, left_alone=fresh.plan.left_alone))

    def _ended(self, book: Journal, report: Report) -> Report:
        """The report, once the journal has its end; a full disk must not hide what was done."""
        try:
            book.end(report)
        except OSError as error:
            console.note(f"the journal's end can't be written: {error.strerror}", self.common)
        return replace(report, unnoted=book.unnoted)
