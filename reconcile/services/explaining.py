"""The explanation of one contact from the declarations and the live account, reading only what it takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reconcile.declare.loader import LoadedDeclarations
from reconcile.errors import ApiError, DeclarationError, NotFound, UsageError
from reconcile.evance.listing import Listing, no_progress
from reconcile.evance.reader import Reader
from reconcile.journal.history import run_history
from reconcile.model.baseline import Baseline
from reconcile.model.contact import Contact, Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.partial_fields import needs_of
from reconcile.model.plans.plan import PlanContext
from reconcile.model.problem import Problem
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.model.reports.explanation import Explanation
from reconcile.plan.explain import explain_contact, explain_set_aside, explain_undeclared_contact
from reconcile.plan.matching.directory import claimants, pin_text
from reconcile.plan.matching.matches import Matches, match_declarations, unknown_roles
from reconcile.plan.naming import (
    contacts_named,
    declarations_named,
    nearest_name,
    parse_contact_id,
)
from reconcile.text import quoted

from .accounts import check_clock, open_reader, warn_of_clock
from .caller import Console, Progress
from .planning.look_ups import LookUps
from .project import Project

_LARGE = 1 << 30
"""Number of contacts of an account that nobody lists to explain one, while looking that one up is enough."""


def explain_in_project(project: Project, name: str, console: Console) -> Explanation:
    """What the project's declarations and the account tell of the contact of that name.

    Where nobody is declared yet, it is what the account tells.
    """
    loaded = _declared(project, console)
    with console.progress() as progress, open_reader(project, console) as account:
        context = project.plan_context(account.connection.account, account.connection.capabilities)
        context = replace(context, allowances=loaded.allowances)
        past = run_history(project.journals, context.account)
        explanation = explain_one_contact(
            loaded.declarations, name, account, context, progress=progress, remembered=past.read_remembered()
        )
        warn_of_clock(check_clock(project, account, past), console)
        return explanation


def _declared(project: Project, console: Console) -> LoadedDeclarations:
    """The declarations; said where there are none, since a folder may be misspelt."""
    there = project.contacts_folder.exists()
    loaded = project.load(may_be_empty=True) if there else LoadedDeclarations()
    if not loaded.declarations:
        folder = project.settings.folder(project.target)
        why = "declares no contact" if there else "does not exist"
        console.note(f"Note: the folder {quoted(folder)} {why}: what the account has is explained")
    return loaded


def explain_one_contact(  # noqa: PLR0913 - what a plan of all contacts is made of, and a name
    declarations: Sequence[Declaration],
    name: str,
    account: Reader,
    context: PlanContext,
    *,
    progress: Progress = no_progress,
    remembered: Remembered = NOTHING_REMEMBERED,
) -> Explanation:
    """What holds for the contact of that e-mail, reference or id, declared or not.

    It is matched as a plan matches it, but only it is looked for: the account is listed only when it does not
    find a declared e-mail, in case letter case counts for it. Raises UsageError when the name means no
    contact or more than one; DeclarationError with what would keep a plan from being made for this contact.
    """
    explainer = _DeclaredExplainer(declarations, account, context, progress, remembered)
    declaration = _find_declared(declarations, name)
    if declaration is not None:
        return explainer.explain(declaration)
    identity, listing = _find_live(declarations, name, account)
    claiming = claimants(declarations, identity, remembered)
    if claiming:
        return explainer.explain(claiming[0])
    contact = account.contacts([identity], known=listing)[identity.id]
    return explain_undeclared_contact(contact, context)


def _find_declared(declarations: Sequence[Declaration], name: str) -> Declaration | None:
    matches = declarations_named(declarations, name)
    if len(matches) > 1:
        listed = ", ".join(f"{pin_text(match)} ({match.place})" for match in matches)
        raise UsageError(
            f"'{name}' names {len(matches)} declared contacts: {listed}; name one by its id or reference"
        )
    return matches[0] if matches else None


@dataclass(frozen=True, slots=True)
class _DeclaredExplainer:
    """Explains one of the declarations, reading only what that takes."""

    declarations: Sequence[Declaration]
    account: Reader
    context: PlanContext
    progress: Progress
    remembered: Remembered

    def explain(self, declaration: Declaration) -> Explanation:
        """What holds for the declaration's contact; DeclarationError with what would keep it from a plan."""
        listing = self._candidates(declaration)
        matches = self._match([declaration], listing.identities)
        _raise_problems(matches.problems)
        context = replace(self.context, remembered=self.remembered, baseline=self._baseline)
        if declaration.roles:
            roles = self.account.roles()
            context = context.with_roles(roles)
            _raise_problems(unknown_roles([declaration], roles))
        if not matches.matched:
            return _explain_unmatched(declaration, matches, context)
        ((_, identity),) = matches.matched
        claims = self._match(claimants(self.declarations, identity, self.remembered), [identity])
        _raise_problems(claims.problems)
        doubtful = [match for match in claims.doubtful if match.declaration == declaration]
        if doubtful:
            return explain_set_aside(doubtful[0], context)
        needs = needs_of(declaration)
        contact = self.account.contacts([identity], known=listing, needs=needs)[identity.id]
        return explain_contact(declaration, contact, context)

    @property
    def _baseline(self) -> Baseline | None:
        return self.remembered.record.baseline() if self.remembered.record else None

    def _match(self, declarations: Sequence[Declaration], identities: Iterable[Identity]) -> Matches:
        return match_declarations(
            declarations, identities, remembered=self.remembered, baseline=self._baseline
        )

    def _candidates(self, declaration: Declaration) -> Listing:
        """The live contacts that it may mean, and others that the account finds with them."""
        look_ups = LookUps(self.account, self.remembered, _LARGE, self.progress)
        listing = look_ups.find([declaration]).listing
        if listing.gap:
            where = self.account.connection.account
            raise ApiError(f"{where} could not be listed whole: {listing.gap}; try again at a quieter time")
        return listing


def _explain_unmatched(declaration: Declaration, matches: Matches, context: PlanContext) -> Explanation:
    """What holds where there is no contact, or it is not sure which one is meant."""
    if matches.doubtful:
        return explain_set_aside(matches.doubtful[0], context)
    explanation = explain_contact(declaration, None, context)
    if not matches.gone:
        return explanation
    ((_, contact_id),) = matches.gone
    return replace(explanation, contact=replace(explanation.contact, id=contact_id), action=None)


def _raise_problems(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise DeclarationError(problems)


def _find_live(declarations: Sequence[Declaration], name: str, account: Reader) -> tuple[Identity, Listing]:
    """The one live contact of that name, and everything that the account told in the search for it."""
    listing = _merge_listings(_look_for(name, account))
    matches = contacts_named(listing.identities, name)
    if len(matches) == 1:
        return matches[0], listing
    where = account.connection.account
    if matches:
        raise UsageError(
            f"'{name}' names {len(matches)} contacts at {where}: {_listed(matches)}; name one by its id"
        )
    others = [other for other in listing.identities if email_key(other.email) == email_key(name)]
    if others:
        raise UsageError(
            f"no contact of type user has the e-mail {name} at {where}, but {_listed(others)}; "
            "name one by its id"
        )
    near = nearest_name(declarations, name)
    advice = f"did you mean '{near}'?" if near else "give an e-mail, a reference or an id"
    raise UsageError(f"no contact is called '{name}', neither in the declarations nor at {where}; {advice}")


def _look_for(name: str, account: Reader) -> Iterator[Listing]:
    contact_id = parse_contact_id(name)
    if contact_id is not None:
        yield _by_id(contact_id, account)
    if not name.startswith("id "):
        yield account.search("reference", name)
    for email in sorted({name, email_key(name)}) if "@" in name else ():
        yield account.search("email", email)


def _by_id(contact_id: str, account: Reader) -> Listing:
    try:
        contact = account.contact(contact_id)
    except NotFound:
        return Listing(())
    return Listing((contact.identity,), {contact_id: contact})


def _merge_listings(listings: Iterable[Listing]) -> Listing:
    """Several listings as one, each contact once."""
    identities: set[Identity] = set()
    contacts: dict[str, Contact] = {}
    for listing in listings:
        identities |= set(listing.identities)
        contacts |= listing.contacts
    return Listing(tuple(sorted(identities)), contacts)


def _listed(identities: Iterable[Identity]) -> str:
    return ", ".join(f"contact {identity.id} ({identity.type}, {identity.email})" for identity in identities)
