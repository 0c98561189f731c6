"""Who held a role on a day of the past. Nothing is asked of the account."""

from collections.abc import Sequence
from datetime import date

from reconcile.clock import end_of, start_of, zone
from reconcile.errors import UsageError
from reconcile.journal.history import run_history
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.record import BrokenRecord, read_record
from reconcile.journal.reports.role_on_day import contact_names, seen_contacts
from reconcile.journal.reports.sightings import by_contact, seen_roles, sightings
from reconcile.model.facets import Facet
from reconcile.model.record import Record
from reconcile.model.reports.role_on_day import RoleOnDay
from reconcile.plan.digest import policy_digest
from reconcile.plan.write_effect import CLOCK_TOLERANCE
from reconcile.services.caller import Console
from reconcile.services.project import Project
from reconcile.text import did_you_mean, quoted

from .run_names import last_run


def holders_on(project: Project, role: str, day: date, console: Console) -> RoleOnDay:
    """Who held the role at some time of the day, by the runs of the account that the target was last for.

    A note says when no run has seen anybody with it: the role may be misspelt, and then nothing is proven of
    the one that was meant. UsageError: nothing was applied to the target yet, or
    the role has no name.
    """
    if not role:
        raise UsageError("--who-had asks about a role: name it, as 'reconcile list roles' does")
    policy, account = project.settings.policy, last_run(project).account
    past = run_history(project.journals, account)
    runs = past.unretired
    records = dict(_records(runs))
    config, ignored = policy_digest(policy, account), policy.ignore.matching(Facet.ROLES, role) is not None
    found = [
        sighting
        for run in runs
        for record in [records.get(run.name)]
        for sighting in sightings(
            run, runs, role, record, managed=record is not None and record.config == config and not ignored
        )
    ]
    if not any(sighting.held for sighting in found):
        near = did_you_mean(role, seen_roles(runs, records.values()))
        console.note(f"Note: no run on this checkout has seen anybody with the role {quoted(role)}{near}")
    tz = zone(policy.timezone)
    start, end = start_of(day, tz), end_of(day, tz)
    contacts = tuple(seen_contacts(by_contact(found), contact_names(runs, records), start, end))
    return RoleOnDay(
        *(role, day, account, policy.timezone, start, end, len(runs), contacts),
        as_of_runs=tuple(run.name for run in runs if _has_another_time(run)),
        missing=tuple(run.name for run in past.missing),
    )


def _has_another_time(run: JournaledRun) -> bool:
    """Whether the run was asked to work as of another time than its machine's clock showed."""
    at, machine = run.begun_at, run.machine_time
    return bool(at and machine and abs(at - machine) > CLOCK_TOLERANCE)


def _records(runs: Sequence[JournaledRun]) -> list[tuple[str, Record]]:
    """The records whose files are still there: those of the last runs are kept."""
    records = []
    for run in runs:
        line = run.record
        try:
            if line is not None:
                records.append((run.name, read_record(run, line)))
        except BrokenRecord:
            continue
    return records
