"""The plan of all declared contacts, as of one instant, for one account."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconcile.model.baseline import Undeclared
from reconcile.model.contact import Contact, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.plans.change import SetAside
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.text import count, listed, verb_form

from .baseline.additive import would_revoke
from .baseline.undeclared import NOTHING_REMOVED, RemovedEntries
from .contact_plan import ContactPlan, are_unreadable, differing, plan_contact
from .digest import declarations_digest, plan_digest
from .guards.allowances import Evaluation, Overrides
from .guards.checks import evaluate
from .guards.facts import UNKNOWN_FACTS, AccountFacts, GuardInput
from .matching.matches import Matches
from .schedule.lapsing import lapsing_soon
from .schedule.scheduled import Schedule, schedule_of
from .schedule.timeline import next_boundary
from .set_aside import set_aside_match


def plan_contacts(
    matches: Matches, live: Mapping[str, Contact], context: PlanContext
) -> tuple[ContactPlan, ...]:
    """The plan of each declared contact, sorted; those set aside are at rest.

    ``live`` has every matched contact by its id.
    """
    matched = (
        plan_contact(declaration, live[identity.id], context) for declaration, identity in matches.matched
    )
    created = (plan_contact(declaration, None, context) for declaration in matches.to_create)
    return tuple(contact.at_rest() for contact in sorted((*matched, *created), key=_order))


def make_plan(  # noqa: PLR0913 - what a plan is made of
    matches: Matches,
    contacts: Sequence[ContactPlan],
    context: PlanContext,
    account: AccountFacts = UNKNOWN_FACTS,
    *,
    undeclared: Sequence[Undeclared] = (),
    removed: RemovedEntries = NOTHING_REMOVED,
) -> Plan:
    """The plan that the contacts' plans make together, with the verdicts of the guards.

    The order of declarations and of live contacts changes nothing in it. ``undeclared`` is what is declared
    no longer and stays; ``removed`` are the entries that said so.
    """
    declarations = matches.declarations
    schedule = schedule_of(contacts, matches, context, removed.left)
    evaluation = _evaluate(matches, contacts, context, account, schedule, undeclared=undeclared)
    plan = Plan(
        tool_version=context.tool_version,
        target=context.target,
        account=context.account,
        as_of=context.now,
        valid_until=next_boundary(declarations, context.now),
        timezone=context.policy.timezone,
        config_digest=context.config,
        declarations_digest=context.declared.of(declarations) or declarations_digest(declarations),
        changes=tuple(change for one in differing(contacts) if (change := one.change()) is not None),
        unchanged=_unchanged(matches, contacts),
        notes=(*_notes(matches, account, context), *evaluation.notes),
        guards=evaluation.verdicts,
        revert=context.revert,
        set_aside=_set_aside(matches, contacts, context),
        scheduled=schedule.scheduled,
        withheld=schedule.withheld,
        undeclared=tuple(undeclared),
        scope=context.scope,
        allow=evaluation.lifting,
        would_revoke=would_revoke(contacts, context),
        pipeline=context.pipeline,
        lapsing=lapsing_soon(contacts, context),
    )
    return replace(plan, digest=plan_digest(plan))


def _evaluate(  # noqa: PLR0913 - what guards look at
    matches: Matches,
    contacts: Sequence[ContactPlan],
    context: PlanContext,
    account: AccountFacts,
    schedule: Schedule,
    *,
    undeclared: Sequence[Undeclared],
) -> Evaluation:
    """The verdicts of the guards, with what the entries under ``allow`` lift."""
    guard_input = GuardInput(
        contacts,
        _declared(matches, context),
        context.policy,
        account,
        context.now,
        scheduled=schedule.scheduled,
        foreseen=schedule.foreseen,
        undeclared=undeclared,
    )
    return evaluate(guard_input, Overrides.of(context))


def _unchanged(matches: Matches, contacts: Sequence[ContactPlan]) -> int:
    """How many contacts are as declared: whoever is to be absent and is gone is so, too."""
    moved = sum(bool(contact.changes or contact.set_aside_reason) for contact in differing(contacts))
    return len(matches.gone) + len(contacts) - moved


def _declared(matches: Matches, context: PlanContext) -> int:
    """How many declarations there are, those included that a scope leaves out."""
    if context.scope is not None:
        return context.scope.declared
    # A revert may have nothing left to undo: that is no sign of lost files.
    return len(matches.declarations) or int(context.revert is not None)


def _order(contact: ContactPlan | SetAside) -> tuple[str, str, str]:
    identity = contact.identity if isinstance(contact, ContactPlan) else contact.contact
    return email_key(identity.email), identity.reference or "", identity.id


def _set_aside(
    matches: Matches, contacts: Sequence[ContactPlan], context: PlanContext
) -> tuple[SetAside, ...]:
    """Who is set aside: first those that still hold a role which they should lose, then the new ones."""
    doubtful = (set_aside_match(match, context) for match in matches.doubtful)
    trouble = are_unreadable(contacts)
    unwritable = (
        replace(entry, since=None) if trouble and contact.unreadable else entry
        for contact in differing(contacts)
        if (entry := contact.set_aside()) is not None
    )
    return tuple(sorted((*doubtful, *unwritable), key=_set_aside_order))


def _set_aside_order(entry: SetAside) -> tuple[object, ...]:
    return not entry.revocations, entry.since is not None, *_order(entry), entry.source


def _notes(matches: Matches, account: AccountFacts, context: PlanContext) -> Iterator[str]:
    yield from _configuration_note(context)
    yield from account.idle_entries
    yield from _unseen_notes(matches.unseen)
    yield from _rename_notes(matches)
    yield from _gone_notes(matches, context)
    yield from _anew_notes(matches, context)
    yield from _gap_notes(account.older_gaps)


def _configuration_note(context: PlanContext) -> list[str]:
    """What a changed configuration does to contacts whose declarations are the same is in no such plan."""
    base = context.baseline
    if base is None or base.config in (None, context.config):
        return []
    others = "what that does to all other contacts, a plan without a base tells"
    return [f"the configuration differs from {base.name}; {others}"]


def _gap_notes(runs: Sequence[str]) -> list[str]:
    """Journals that are gone, so long ago that no guard counts what their runs took away."""
    if not runs:
        return []
    journals = f"{count(len(runs), 'older journal')} {verb_form(len(runs), 'is', 'are')}"
    return [f"{journals} missing, so no guard counts what those runs took away: {listed(runs)}"]


def _unseen_notes(unseen: Iterable[Declaration]) -> list[str]:
    labels = sorted(declaration.label for declaration in unseen)
    return [f"{label}: not found in a listing that is not whole" for label in labels]


def _rename_notes(matches: Matches) -> list[str]:
    """Whoever has the address by now that a declaration gives is still declared under the one before."""
    return sorted(
        f"{identity.email}: contact {identity.id} has its new address: write 'email: {identity.email}' now"
        f" instead of '{declaration.email}' ({declaration.place})"
        for declaration, identity in matches.matched
        if declaration.email
        and identity.email != declaration.email  # as it mostly is, so that no key is asked for
        and email_key(identity.email) != email_key(declaration.email)
    )


def _gone_notes(matches: Matches, context: PlanContext) -> list[str]:
    """An id that no contact has, declared absent for the first time: it is as declared, or mistyped."""
    return sorted(
        f"{declaration.label} ({declaration.place}): the account has no contact {contact}, so it is absent"
        " already; check the id"
        for declaration, contact in matches.gone
        if context.baseline is None or declaration.key not in context.baseline.entries
    )


def _anew_notes(matches: Matches, context: PlanContext) -> list[str]:
    """A person may have had the account deleted that an entry would make anew."""
    return sorted(
        f"{declaration.label} ({declaration.place}): contact {contact} was this person at the last run and is"
        " gone; it is created anew: delete the entry if that is not meant"
        for declaration in matches.to_create
        if (contact := context.remembered.contact(declaration.key)) is not None
    )
