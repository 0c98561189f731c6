"""The one place for masking: a document without names and addresses, for everything that leaves the terminal.

What is masked: e-mail addresses wherever they stand; profile and address fields, also in payloads (names and
companies to their initials, all else but the country whole); a contact's names, telephone numbers and street
wherever else its plan tells them: in tags, reasons and the names of files.

What stays: ids, references, roles, tags and dates, since a review needs them. Reasons stay too, except for
what is said above: they are written for the reviewer and stand in Git with the declaration. Digests and
fingerprints go: whoever knows the rest could test guesses of an address against them.

A masked plan is for reading. It names no digest and can't be applied.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar, cast

from reconcile.model.ci.forge_settings import DoctorReport
from reconcile.model.contact import Grant
from reconcile.model.declaration import Declaration
from reconcile.model.edits import Omission
from reconcile.model.facets import SETS
from reconcile.model.plans.operation import Operation
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import ProblemReport
from reconcile.model.reports.account_lists import ContactList, RoleList
from reconcile.model.reports.drift import Drift, LastKnown
from reconcile.model.reports.explanation import Explanation
from reconcile.model.reports.formatting import FormatReport
from reconcile.model.reports.history import RunContact, RunList, RunReport, SingleRun
from reconcile.model.reports.importing import AdoptionReport, ImportedFile, ImportReport
from reconcile.model.reports.installation import InstallationReport
from reconcile.model.reports.probe import ProbeReport
from reconcile.model.reports.role_on_day import RoleOnDay
from reconcile.model.reports.timeline import Timeline

from .account_list_mask import mask_contact_list, mask_role_list
from .contact_mask import ContactMask, mask_grant, mask_identity, telling_fields
from .personal_texts import NO_CONTACTS, PersonalTexts, mask_emails, telling_values
from .plan_mask import mask_plan, mask_verdict

Document = TypeVar("Document")


def mask(document: Document) -> Document:
    """A plan, drift, explanation, timeline or report with everything personal masked."""
    return cast("Document", _WALKS[type(document)](document))


def _mask_drift(drift: Drift) -> Drift:
    """The differences name the changes and operations of the masked plan."""
    plan = mask_plan(drift.plan)
    operations = ((change, operation) for change in plan.changes for operation in change.operations)
    differences = (
        replace(
            difference,
            change=change,
            operation=operation,
            last_known=_mask_last_known(difference.last_known, operation),
        )
        for difference, (change, operation) in zip(drift.differences, operations, strict=True)
    )
    return replace(drift, plan=plan, differences=tuple(differences))


def _mask_last_known(known: LastKnown | None, masked: Operation) -> LastKnown | None:
    """A field was as it is declared, and a tag is its own name: both stand masked in the operation."""
    if known is None or known.value is None:
        return known
    if isinstance(known.value, Grant):
        return replace(known, value=mask_grant(known.value))
    return replace(known, value=masked.item if masked.facet in SETS else masked.after)


def _mask_explanation(explanation: Explanation) -> Explanation:
    contact_mask = ContactMask(PersonalTexts.of(_personal_in_explanation(explanation)))
    return replace(
        explanation,
        contact=mask_identity(explanation.contact),
        source=explanation.source and contact_mask.place(explanation.source),
        items=tuple(map(contact_mask.explained, explanation.items)),
        next=explanation.next and contact_mask.turn(explanation.next),
        refused=tuple(mask_verdict(verdict, NO_CONTACTS) for verdict in explanation.refused),
        set_aside=contact_mask.personal.hide(explanation.set_aside),
    )


def _personal_in_explanation(explanation: Explanation) -> Iterator[str]:
    yield explanation.contact.email
    for item in explanation.items:
        yield from telling_fields(item)


def _mask_timeline(timeline: Timeline) -> Timeline:
    declarations = {id(change.contact): change.contact for change in timeline.upcoming}
    masks = {key: ContactMask(_personal_in(contact)) for key, contact in declarations.items()}
    return replace(
        timeline, upcoming=tuple(masks[id(change.contact)].upcoming(change) for change in timeline.upcoming)
    )


def _personal_in(contact: Declaration) -> PersonalTexts:
    fields = [*telling_values(contact.profile), *telling_values(contact.address)]
    return PersonalTexts.of([contact.email or "", *fields])


def _mask_run(run: SingleRun) -> SingleRun:
    return replace(run, report=_mask_report(run.report))


def _mask_runs(runs: RunList) -> RunList:
    contact = runs.contact and mask_emails(runs.contact)
    return replace(runs, runs=tuple(map(_mask_report, runs.runs)), contact=contact)


def _mask_role_on_day(report: RoleOnDay) -> RoleOnDay:
    contacts = (replace(row, contact=mask_identity(row.contact)) for row in report.contacts)
    return replace(report, role=mask_emails(report.role), contacts=tuple(contacts))


def _mask_report(report: RunReport) -> RunReport:
    """Who started a run works with the account, and is no contact of it."""
    return replace(report, plan="", contacts=tuple(map(_mask_run_contact, report.contacts)))


def _mask_run_contact(row: RunContact) -> RunContact:
    texts = (text for step in row.operations for text in telling_fields(step))
    contact_mask = ContactMask(PersonalTexts.of([row.contact.email, *texts]))
    lost = (replace(item, item=contact_mask.name(item.facet, item.item)) for item in row.lost)
    return replace(
        row,
        contact=mask_identity(row.contact),
        operations=tuple(map(contact_mask.item, row.operations)),
        detail=contact_mask.personal.hide(row.detail),
        lost=tuple(lost),
    )


def _mask_problems(report: ProblemReport) -> ProblemReport:
    problems = (replace(problem, message=mask_emails(problem.message)) for problem in report.problems)
    return replace(report, problems=tuple(problems))


def _mask_import(report: ImportReport) -> ImportReport:
    return replace(
        report,
        files=tuple(map(_mask_file, report.files)),
        left_out=tuple(map(_mask_omission, report.left_out)),
        undeclarable=tuple(map(_mask_omission, report.undeclarable)),
        unsettled=tuple(map(mask_emails, report.unsettled)),
    )


def _mask_adoption(report: AdoptionReport) -> AdoptionReport:
    return replace(
        report,
        adopted=_mask_drift(report.adopted),
        files=tuple(map(_mask_file, report.files)),
        left=tuple(map(_mask_omission, report.left)),
    )


def _mask_file(file: ImportedFile) -> ImportedFile:
    """The contents of files are nothing but personal: of each only its name and its numbers stay."""
    return replace(file, file=mask_emails(file.file), before=None, after="")


def _mask_formatting(report: FormatReport) -> FormatReport:
    """As of an import, only the names of files stay."""
    files = (replace(file, file=mask_emails(file.file), before=None, after=None) for file in report.files)
    return replace(report, files=tuple(files))


def _mask_omission(row: Omission) -> Omission:
    texts = {name: mask_emails(getattr(row, name)) for name in ("what", "why", "remedy")}
    return replace(row, contact=mask_identity(row.contact), **texts)


def _mask_installation(report: InstallationReport) -> InstallationReport:
    """What is wrong with a declaration may name somebody."""
    results = (replace(result, detail=tuple(map(mask_emails, result.detail))) for result in report.results)
    return replace(report, results=tuple(results))


_WALKS: dict[type, Callable[[Any], Any]] = {
    Plan: mask_plan,
    Drift: _mask_drift,
    Explanation: _mask_explanation,
    Timeline: _mask_timeline,
    SingleRun: _mask_run,
    RunList: _mask_runs,
    RoleOnDay: _mask_role_on_day,
    ProblemReport: _mask_problems,
    ImportReport: _mask_import,
    AdoptionReport: _mask_adoption,
    ContactList: mask_contact_list,
    RoleList: mask_role_list,
    FormatReport: _mask_formatting,
    # A probe reports on a scratch contact by its id, and quotes nothing of it.
    ProbeReport: lambda report: report,
    # The settings of a forge name those who work with it, and no contact.
    DoctorReport: lambda report: report,
    InstallationReport: _mask_installation,
}
