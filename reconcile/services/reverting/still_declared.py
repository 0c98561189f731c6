"""What a revert takes back although the declarations still ask for it: the next apply would do it again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconcile.errors import DeclarationError
from reconcile.journal.journaled_run import JournaledRun
from reconcile.model.contact import Contact, Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.facets import FACETS, SETS, ItemKey, item_key
from reconcile.model.plans.change import Change
from reconcile.model.plans.operation import Operation
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.plan.contact_plan import EMPTY_STATE, plan_contact
from reconcile.services.git import commit_parents
from reconcile.services.project import Project
from reconcile.text import listed

_UNKNOWN = (
    "The declarations can't be read ('reconcile validate' says why), so nobody can tell whether they still "
    "ask for what this takes back. Where they do, the next apply does it again"
)


def still_declared_notes(
    project: Project, plan: Plan, run: JournaledRun, context: PlanContext
) -> Iterator[str]:
    """A note where the declarations would do again what the plan takes back, and how to change them."""
    if not plan.changes:
        return
    try:
        declarations = project.load().declarations
    except DeclarationError:
        yield f"{_UNKNOWN}. {_take_commit_back(project, run)}"
        return
    again = [(change, step) for change in plan.changes for step in steps_again(change, declarations, context)]
    if again:
        items = listed([f"{_named(step)} of {change.contact.label_with_id}" for change, step in again])
        yield (
            f"The declarations still ask for what this takes back: {items}. The next apply would do "
            f"it again. {_take_commit_back(project, run)}"
        )


def steps_again(
    change: Change, declarations: Sequence[Declaration], context: PlanContext
) -> tuple[Operation, ...]:
    """What an apply of the declarations would do again to the contact, once the change is carried out.

    A declaration that finds the contact in another way, such as by an address that it had, is not looked for.
    """
    declaration = next((entry for entry in declarations if _is_about(entry, change.contact)), None)
    if declaration is None:
        return ()
    taken_back = {_key(step) for step in change.operations}
    left = {facet.value: getattr(change.target, facet) for facet in FACETS if change.target.has(facet)}
    contact = Contact(change.contact, replace(EMPTY_STATE, **left))
    steps = plan_contact(declaration, contact, replace(context, revert=None)).operations
    return tuple(step for step in steps if _key(step) in taken_back)


def _is_about(entry: Declaration, contact: Identity) -> bool:
    """By the first of id, reference and address that the declaration names."""
    if entry.id is not None:
        return entry.id == contact.id
    if entry.reference is not None:
        return entry.reference == contact.reference
    return email_key(entry.email or "") == email_key(contact.email)


def _key(step: Operation) -> ItemKey:
    return step.facet, item_key(step.facet, step.item)


def _named(step: Operation) -> str:
    noun = FACETS[step.facet].noun if step.facet in SETS else step.facet.value
    return f"{noun} {step.item}"


def _take_commit_back(project: Project, run: JournaledRun) -> str:
    """How the declarations are changed first: by the commit that the run carried out, where that is known."""
    provenance = run.begun.provenance if run.begun else None
    commit = provenance.commit if provenance and not provenance.dirty else None
    if commit is None:
        return "Change them first, and have both reviewed."
    merge = "-m 1 " if len(commit_parents(project.choice.checkout, commit)) > 1 else ""
    numbers = "".join(f" (#{number})" for number in provenance.pull_requests) if provenance else ""
    return (
        f"Take the commit of that run back first, 'git revert {merge}{commit[:7]}'{numbers}, or, where "
        "another commit brought it, that one; else change them by hand."
    )
