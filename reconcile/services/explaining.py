"""The explanation of one contact from the declarations and the live account, reading only what it takes."""

from collections.abc import Iterable, Iterator, Sequence

from reconcile.errors import ApiError, DeclarationError, NotFound, UsageError
from reconcile.evance.listing import Listing, no_progress
from reconcile.evance.reader import Reader
from reconcile.model.contact import Contact, Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.explanation import Explanation
from reconcile.model.plan import PlanContext
from reconcile.model.problem import Problem
from reconcile.plan.explain import explain_contact, explain_undeclared_contact
from reconcile.plan.matching import (
    claimants,
    contacts_named,
    declarations_named,
    match_declarations,
    nearest_name,
    parse_contact_id,
    pin_text,
    unknown_roles,
)

from .accounts import open_reader
from .console import Console, Progress
from .planning import managed_facets
from .project import Project

EMPTY_LISTING = Listing(())


def explain_in_project(project: Project, name: str, console: Console) -> Explanation:
    """What the project's declarations and the account tell of the contact of that name."""
    declarations = project.load().declarations
    with console.progress() as progress, open_reader(project, console) as account:
        context = project.plan_context(account.connection.account)
        return explain_one_contact(declarations, name, account, context, progress)


def explain_one_contact(
    declarations: Sequence[Declaration],
    name: str,
    account: Reader,
    scene: PlanContext,
    progress: Progress = no_progress,
) -> Explanation:
    """What holds for the contact of that e-mail, reference or id, declared or not.

    It is found as a plan finds it, but is looked for alone: the account is listed only when it does not find
    a declared e-mail, in case letter case counts for it. Raises UsageError when the name means no contact or
    more than one; DeclarationError with what would keep a plan from being made for this contact.
    """
    entry = _find_declared(declarations, name)
    if entry is not None:
        return _explain_declared(declarations, entry, account, scene, progress)
    who, seen = _find_live(declarations, name, account)
    claiming = claimants(declarations, who)
    if claiming:
        return _explain_declared(declarations, claiming[0], account, scene, progress)
    return explain_undeclared_contact(account.contacts([who], known=seen)[who.id], scene)


def _find_declared(declarations: Sequence[Declaration], name: str) -> Declaration | None:
    found = declarations_named(declarations, name)
    if len(found) > 1:
        listed = ", ".join(f"{pin_text(entry)} ({entry.place})" for entry in found)
        raise UsageError(
            f"'{name}' names {len(found)} declared contacts: {listed}; name one by its id or reference"
        )
    return found[0] if found else None


def _explain_declared(
    declarations: Sequence[Declaration],
    entry: Declaration,
    account: Reader,
    scene: PlanContext,
    progress: Progress,
) -> Explanation:
    seen = _candidates(entry, account, progress)
    found = match_declarations([entry], seen.identities)
    _raise_problems(found.problems)
    if entry.roles:
        _raise_problems(unknown_roles([entry], account.roles()))
    if not found.matched:
        return explain_contact(entry, None, scene)
    ((_, who),) = found.matched
    _raise_problems(match_declarations(claimants(declarations, who), [who]).problems)
    facets = managed_facets(entry)
    return explain_contact(entry, account.contacts([who], known=seen, facets=facets)[who.id], scene)


def _raise_problems(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise DeclarationError(problems)


def _candidates(entry: Declaration, account: Reader, progress: Progress) -> Listing:
    """The live contacts that the declaration may mean, and others that the account finds beside them."""
    if entry.id is not None:
        return _by_id(entry.id, account)
    addresses = sorted({email for email in (entry.email, (entry.profile or {}).get("email")) if email})
    if entry.reference is not None:
        found = [account.search("reference", entry.reference)]
        found += [account.search("email", email) for email in addresses if entry.create]
        return _merge_listings(found)
    seen = _merge_listings(account.search("email", email) for email in addresses)
    if match_declarations([entry], seen.identities).matched:
        return seen
    everybody = account.listing(lambda done, total: progress("Listing contacts", done, total))
    if everybody.gap:
        where = account.connection.account
        raise ApiError(f"{where} could not be listed whole: {everybody.gap}; try again at a quieter time")
    return everybody


def _find_live(declarations: Sequence[Declaration], name: str, account: Reader) -> tuple[Identity, Listing]:
    """The one live contact of that name, and what the account told meanwhile."""
    seen = _merge_listings(_look_for(name, account))
    found = contacts_named(seen.identities, name)
    if len(found) == 1:
        return found[0], seen
    where = account.connection.account
    if found:
        raise UsageError(
            f"'{name}' names {len(found)} contacts at {where}: {_listed(found)}; name one by its id"
        )
    others = [who for who in seen.identities if email_key(who.email) == email_key(name)]
    if others:
        raise UsageError(
            f"no contact of type user has the e-mail {name} at {where}, but {_listed(others)}; "
            "name one by its id"
        )
    near = nearest_name(declarations, name)
    advice = f"did you mean '{near}'?" if near else "give an e-mail, a reference or an id"
    raise UsageError(f"no contact is called '{name}', neither in the declarations nor at {where}; {advice}")


def _look_for(name: str, account: Reader) -> Iterator[Listing]:
    number = parse_contact_id(name)
    if number is not None:
        yield _by_id(number, account)
    if not name.startswith("id "):
        yield account.search("reference", name)
    for email in sorted({name, email_key(name)}) if "@" in name else ():
        yield account.search("email", email)


def _by_id(number: str, account: Reader) -> Listing:
    try:
        contact = account.contact(number)
    except NotFound:
        return EMPTY_LISTING
    return Listing((contact.identity,), {number: contact})


def _merge_listings(found: Iterable[Listing]) -> Listing:
    """Several listings as one, each contact once."""
    identities: set[Identity] = set()
    contacts: dict[str, Contact] = {}
    for one in found:
        identities |= set(one.identities)
        contacts |= one.contacts
    return Listing(tuple(sorted(identities)), contacts)


def _listed(found: Iterable[Identity]) -> str:
    return ", ".join(f"contact {who.id} ({who.type}, {who.email})" for who in found)
