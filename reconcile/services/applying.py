"""Applies the declarations of a project, or an approved plan: from the fresh plan to the last word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from reconcile.apply.executor import carry_out, settle_interrupted_runs
from reconcile.apply.lock import locked
from reconcile.apply.recording import Recorder
from reconcile.apply.run_context import CircuitBreaker, RunContext
from reconcile.declare.loader import LoadedDeclarations
from reconcile.errors import ApiError, PartlyApplied
from reconcile.evance.api_client import Listener
from reconcile.evance.writer import Writer
from reconcile.journal.history import RunHistory, run_history
from reconcile.journal.losses import open_losses, refuse_open_losses, way_out_of_losses
from reconcile.journal.writer import Journal, NotedTimes, open_journal
from reconcile.model.allowance import Allowance
from reconcile.model.declaration import Declaration
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.record import NOTHING_REMEMBERED, CheckedOutCommit, Remembered
from reconcile.model.result import Report
from reconcile.plan.approval import counted_by
from reconcile.plan.baseline.scope import EVERYTHING, ScopeChoice
from reconcile.plan.clock_check import ClockReport
from reconcile.plan.digest import policy_digest
from reconcile.render.wording import ending
from reconcile.text import escape_unprintable

from .accounts import check_clock, connected, warn_of_clock
from .caller import ApplyOutput, ApplyRequest, Console, nothing_written
from .files import read_approved_plan
from .history.provenance import run_provenance
from .planning.fresh_plan import FreshPlan, make_fresh_plan
from .planning.project_plan import PlanCeiling, refuse_guarded, refuse_unseen, warn_of_idle_entries
from .planning.scope import approved_scope, choose_scope
from .planning.write_permission import WritePermission, write_permission
from .project import Project
from .reverting.revert_plan import declarations_of_approved_revert


def apply_project(project: Project, request: ApplyRequest, console: Console, output: ApplyOutput) -> None:
    """Plan, show, ask, apply, read back; one apply at a time on a checkout.

    Refusal comes before any write, PartlyApplied after.
    """
    project.refuse_another_time()
    approval = read_approved_plan(request.approved, request.digest) if request.approved else None
    reverting = approval is not None and approval.revert is not None
    # A revert may be needed just because the folder can't be read: a revert has declarations of its own.
    loaded = LoadedDeclarations() if reverting else project.load_and_warn(console)
    declarations = loaded.declarations
    if approval:
        choice = approved_scope(project, approval, declarations, own_configuration=request.preview)
    else:
        choice = choose_scope(project, request.scope, declarations)
    with (
        locked(project.state / "lock"),
        console.ended_by_interrupt(),
        connected(project, project.capabilities()) as link,
        Writer(link, listener=Listener(console.trace, console.waiting, console.note)) as account,
    ):
        if approval is not None and reverting:
            declarations = declarations_of_approved_revert(project, approval, account, console)
        ceiling, due = PlanCeiling(approval, request.preview) if approval else None, request.due
        made_of = project, console, output, account, declarations, ceiling
        lifting, carried = loaded.allowances, request.pull_requests
        job = ApplyJob(*made_of, due=due, choice=choice, allowances=lifting, pull_requests=carried)
        job.run(request.ceilings, confirm=request.confirm)


_NO_END = "what was done stands before it, and the next apply closes it"
_NO_RUN_KNOWN = "Nothing is due by the clock alone: no run at {account} is known; apply everything first."
_STOPPING = "stopping: what is being written comes to its end first"


@dataclass(frozen=True, slots=True)
class ApplyJob:
    """An apply of declarations to an account. Without a ``ceiling`` what is shown is it."""

    project: Project
    console: Console
    output: ApplyOutput
    account: Writer
    declarations: Sequence[Declaration]
    ceiling: PlanCeiling | None = None
    due: bool = False
    choice: ScopeChoice = EVERYTHING
    allowances: tuple[Allowance, ...] = ()
    pull_requests: tuple[int, ...] = ()

    @property
    def permission(self) -> WritePermission:
        """What may forbid writes at any moment."""
        return write_permission(self.project)

    @property
    def context(self) -> PlanContext:
        """What the plan is made for."""
        revert, link = self.ceiling.approved.revert if self.ceiling else None, self.account.connection
        context = self.project.plan_context(link.account, link.capabilities, revert)
        return replace(context, due=self.due, allowances=self.allowances)

    def run(self, ceilings: Mapping[str, int], *, confirm: bool) -> None:
        """Plan, show, ask, apply. Refusal comes before any write, PartlyApplied after."""
        if self.due and self._is_new_to_pipeline():
            self.console.note(_NO_RUN_KNOWN.format(account=self.context.account))
            return
        with nothing_written():
            fresh, recorder = self._approved_plan(ceilings, confirm=confirm)
        if fresh.plan.empty:
            self._end_without_a_write(fresh, recorder)
        else:
            self._carry_out_stoppable(fresh, recorder)

    def _is_new_to_pipeline(self) -> bool:
        """True where no run is known: a merge may have named that account, which is to get no credential."""
        return self.project.in_pipeline and not run_history(self.project.journals, self.context.account).runs

    def _approved_plan(self, ceilings: Mapping[str, int], *, confirm: bool) -> tuple[FreshPlan, Recorder]:
        """The plan, once it is shown and nothing stands against it, and what will note its run."""
        self.permission.refuse_killed()
        self.account.sign_in()
        past = self._past()
        refuse_open_losses(past, self.context.revert)
        # A revert names its contacts by their ids, and may be needed just because a record is damaged.
        remembered = NOTHING_REMEMBERED if self.context.revert else past.read_remembered()
        fresh = self._fresh_plan(past, remembered)
        warn_of_clock(self._refuse_wrong_clock(past), self.console)
        warn_of_idle_entries(fresh, self.console)
        if self.ceiling is not None:
            self.ceiling.refuse_uncovered(fresh.plan)
        self.output.show_plan(fresh.plan)
        recorder = self._recorder(fresh, past, remembered)
        plan = fresh.plan
        if plan.empty:
            refuse_unseen(plan)
        refuse_guarded(plan, ceilings, self.console.note)
        # A run that writes nothing may yet let the clock do what no run before it has shown.
        if plan.schedules or not plan.empty:
            self.permission.refuse_frozen(plan)
            if confirm:
                self.console.confirm("Apply this plan?", "apply")
                self.permission.refuse_late(plan)
        return fresh, recorder

    def plan_again(self) -> Plan:
        """Show what is left to do."""
        past = run_history(self.project.journals, self.context.account)
        plan = self._fresh_plan(past, past.read_remembered()).plan
        self.output.show_plan(plan)
        return plan

    def _carry_out_stoppable(self, fresh: FreshPlan, recorder: Recorder) -> None:
        """Carry the plan out; whoever interrupts it stops it between two writes."""
        breaker = CircuitBreaker(self.project.settings.applying.failures, self.permission.kill_reason)
        self.account.stop_when(lambda: breaker.reason or self.permission.stop_reason(fresh.plan))
        with self.console.on_interrupt(lambda: breaker.stop(ending.STOPPED_BY_USER), _STOPPING):
            report = self._carry_out_journaled(fresh, breaker, recorder)
            if not report.wrote:
                self.permission.refuse_killed()
                check_clock(self.project, self.account).refuse()
            if report.untried:
                self.permission.refuse_late(fresh.plan)
            self._tell_of_known(report)
            _report_ending(report, self.console, self.output.print_ending, pipeline=self.project.in_pipeline)

    def _past(self) -> RunHistory:
        """Earlier runs, after a look at what a crash has left in doubt."""
        past = run_history(self.project.journals, self.context.account)
        self._refuse_wrong_clock(past)
        findings = settle_interrupted_runs(past, self.account, self.context)
        for finding in findings:
            self.console.note(escape_unprintable(finding))
        return run_history(self.project.journals, self.context.account) if findings else past

    def _refuse_wrong_clock(self, past: RunHistory) -> ClockReport:
        """Raise Refusal when the machine's clock can't be trusted; else what is worth knowing of it."""
        report = check_clock(self.project, self.account, past)
        report.refuse()
        return report

    def _clock_fault(self) -> str | None:
        """Why the clock can't be trusted by the newest answer of the account, or None."""
        return next(iter(check_clock(self.project, self.account).reasons), None)

    def _fresh_plan(self, past: RunHistory, remembered: Remembered) -> FreshPlan:
        with self.console.progress() as progress:
            return make_fresh_plan(
                self.declarations,
                self.account,
                self.context,
                past=past,
                remembered=remembered,
                progress=progress,
                choice=self.choice,
            )

    def _times(self) -> NotedTimes:
        server = self.account.server_time()
        return NotedTimes(self.project.now, self.project.machine_time(), server.instant if server else None)

    def _recorder(self, fresh: FreshPlan, past: RunHistory, remembered: Remembered) -> Recorder:
        return Recorder(
            past=past,
            remembered=remembered,
            context=self.context,
            times=self._times(),
            commit=self.project.commit(),
            plan=fresh.plan,
            planned=fresh.planned,
            folder=fresh.folder,
            waiting=fresh.waiting,
        )

    def _end_without_a_write(self, fresh: FreshPlan, recorder: Recorder) -> None:
        """Note that nothing is left to do; PartlyApplied when somebody is set aside nevertheless.

        A run whose losses somebody has undone by hand is noted as undone.
        """
        report = Report((), set_aside=fresh.plan.set_aside)
        losing = {run.name for run in open_losses(recorder.past)}
        undone = fresh.plan.revert in losing and not fresh.plan.refused
        if undone or not recorder.needless:
            with open_journal(self.project.journals, self.project.now) as journal:
                self._begin(journal, fresh, recorder.commit)
                report = self._end(journal, report, recorder)
        self._tell_of_known(report)
        if not (report.complete and report.noted):
            raise PartlyApplied("\n".join(ending.unsettled_lines(report)))

    def _tell_of_known(self, report: Report) -> None:
        """Name those who are set aside and were so before: they change no exit code."""
        for line in ending.known_lines(report, self.context.policy.timezone):
            self.console.note(f"Note: {line}")

    def _begin(self, journal: Journal, fresh: FreshPlan, commit: CheckedOutCommit | None) -> None:
        journal.begin(
            fresh.plan,
            self._times(),
            config=policy_digest(self.context.policy, self.context.account),
            contacts=fresh.contacts,
            approved=(self.ceiling.approved if self.ceiling else fresh.plan).digest,
            due=self.due,
            provenance=run_provenance(commit, self.pull_requests),
        )

    def _carry_out_journaled(self, fresh: FreshPlan, breaker: CircuitBreaker, recorder: Recorder) -> Report:
        with (
            open_journal(self.project.journals, self.project.now) as journal,
            self.console.progress() as progress,
        ):
            self._begin(journal, fresh, recorder.commit)
            run = RunContext(
                account=self.account,
                context=fresh.context,
                approved=(self.ceiling or PlanCeiling(fresh.plan)).operations(fresh.plan),
                journal=journal,
                breaker=breaker,
                held_back=partial(self.permission.wait_reason, fresh.plan),
                clock_fault=self._clock_fault,
                workers=self.project.target.concurrency,
                present=self.project.present,
                losing_last_role=counted_by("last-role", fresh.plan),
            )
            report = carry_out(fresh.plan, run, lambda done, total: progress("Applying", done, total))
            return self._end(journal, replace(report, set_aside=fresh.plan.set_aside), recorder)

    def _end(self, journal: Journal, report: Report, recorder: Recorder) -> Report:
        """The report, once the journal has its end; a full disk must not hide what was done."""
        report = replace(report, run=journal.run, unnoted=len(journal.unnoted))
        try:
            recorder.note(journal, report)
        except OSError as error:
            named = f"{error.filename}: " if error.filename else ""
            report = replace(report, unrecorded=f"{named}{error.strerror}")
        try:
            journal.end(report, self.project.present())
        except OSError as error:
            self.console.note(
                f"{error.filename}: the journal's end can't be written ({error.strerror}); {_NO_END}"
            )
        return report


def _report_ending(
    report: Report, console: Console, print_ending: Callable[[str], None], *, pipeline: bool
) -> None:
    """Print how a run ended. PartlyApplied names who is not as declared; ApiError: nothing was written."""
    print_ending(ending.written_text(report))
    for note in report.notes:
        console.note(escape_unprintable(f"Note: {note}"))
    console.note(f"Longest time between a read and its write: {report.longest_gap:.3f} s.")
    if report.complete and report.noted:
        return
    if not report.wrote and report.stopped is not None:
        raise ApiError("\n".join(ending.untouched_lines(report)))
    way_out = way_out_of_losses(report.run, pipeline=pipeline) if report.lost_role else ""
    raise PartlyApplied("\n".join(ending.unsettled_lines(report, way_out)))
