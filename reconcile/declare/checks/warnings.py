"""What is worth a warning, although it can be done: windows, spelling, reasons, exclusive roles."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from itertools import chain, combinations

from reconcile.clock import LATEST, Window, later
from reconcile.declare import rules
from reconcile.declare.bundles import Bundle, ItemHolder
from reconcile.declare.rules import Rule
from reconcile.model.contact import Role
from reconcile.model.declaration import Declaration, DeclaredItem
from reconcile.model.facets import SETS, Facet, tag_key
from reconcile.model.problem import Place, Problem
from reconcile.model.settings import WarningSettings
from reconcile.text import plural, quoted


def warn_of_items(
    holders: Sequence[ItemHolder], settings: WarningSettings, now: datetime | None
) -> Iterator[Problem]:
    """Warnings about single roles and tags, each once, where it stands. Without ``now`` none about time."""
    if now is not None:
        items = chain.from_iterable(holder.items(facet) for holder in holders for facet in SETS)
        yield from _window_warnings(items, settings, now)
    if settings.reasons:
        for holder in holders:
            yield from _missing_reasons(holder.items(Facet.ROLES), settings.reasons)
    yield from _tag_case([tag for holder in holders for tag in holder.items(Facet.TAGS)])


def warn_of_contacts(declarations: Iterable[Declaration], settings: WarningSettings) -> Iterator[Problem]:
    """Warnings about contacts as a whole, with all that their bundles give them."""
    for declaration in declarations:
        if not declaration.create and not declaration.managed:
            message = (
                "this contact declares nothing but who it is; declare a role, tag or field, or delete it"
            )
            yield _warning(rules.MANAGES_NOTHING, declaration.place, message)
        for exclusive in settings.conflicts:
            yield from _conflicts(declaration, exclusive)


def warn_of_unused_bundles(bundles: Iterable[Bundle], used: set[str]) -> Iterator[Problem]:
    """A warning for each bundle that no contact has."""
    for bundle in bundles:
        if bundle.name not in used:
            message = f"no contact has the bundle {quoted(bundle.name)}; use it or delete it"
            yield _warning(rules.UNUSED_BUNDLE, bundle.place, message)


def warn_of_skipped_approvals(
    declarations: Iterable[Declaration], roles: Iterable[Role]
) -> tuple[Problem, ...]:
    """A warning for each ``status: active`` on a role that asks for a verification or an approval.

    ``roles`` are those of the account; sorted by place, each place once.
    """
    approvals = {role.reference: role.approval for role in roles if role.approval != "none"}
    descriptions = {"email": "a verified e-mail address", "admin": "an approval by hand"}
    messages = {
        grant.place: f"the role {quoted(grant.reference)} asks for {descriptions.get(approval, approval)},"
        " which 'status: active' skips; delete the status to have it"
        for declaration in declarations
        for grant in declaration.roles or ()
        if grant.status and (approval := approvals.get(grant.reference))
    }
    return tuple(_warning(rules.SKIPS_APPROVAL, place, messages[place]) for place in sorted(messages))


def tells_of_expiries(expiries: Iterable[datetime], settings: WarningSettings, now: datetime) -> bool:
    """Whether items that expire then would be warned of; true for the first or the last one if for any."""
    past, far = _usual_expiries(settings, now)
    return any(expires <= past or expires > far for expires in expiries)


def _usual_expiries(settings: WarningSettings, now: datetime) -> tuple[datetime, datetime]:
    """An expiry should be later than the first instant, and no later than the second."""
    months = settings.far_expiry_months
    past = later(now, -timedelta(days=settings.past_window_days))
    return past, LATEST if months is None else _months_after(now, months)


def _window_warnings(
    items: Iterable[DeclaredItem], settings: WarningSettings, now: datetime
) -> Iterator[Problem]:
    days, months = settings.past_window_days, settings.far_expiry_months
    past, far = _usual_expiries(settings, now)
    for item in items:
        expires = item.window.expires
        if expires is None:
            continue
        if expires <= past:
            message = f"this closed {_more_than(days, 'day')} ago; delete it, or give it a new window"
            yield _warning(rules.PAST_WINDOW, item.place, message)
        elif expires > far:
            message = f"this expires {_more_than(months or 0, 'month')} from now; check the year"
            yield _warning(rules.FAR_EXPIRY, item.place, message)


def _more_than(number: int, noun: str) -> str:
    return f"more than {number} {plural(number, noun)}"


def _months_after(now: datetime, months: int) -> datetime:
    """The same time some calendar months later; at most the 28th, a day that every month has."""
    years, month = divmod(now.month - 1 + months, 12)
    if now.year + years > LATEST.year:
        return LATEST
    return now.replace(year=now.year + years, month=month + 1, day=min(now.day, 28))


def _missing_reasons(grants: Iterable[DeclaredItem], patterns: Sequence[str]) -> Iterator[Problem]:
    for grant in [grant for grant in grants if grant.reason is None]:
        pattern = next((pattern for pattern in patterns if fnmatchcase(grant.name, pattern)), None)
        if pattern is not None:
            message = f"the role {quoted(grant.name)} needs a reason ({quoted(pattern)}); add 'reason'"
            yield _warning(rules.MISSING_REASON, grant.place, message)


def _tag_case(tags: Sequence[DeclaredItem]) -> Iterator[Problem]:
    """A warning for each tag that is not spelt as most are, or as the first of equally frequent spellings."""
    spellings: dict[str, Counter[str]] = {}
    for value, count in Counter(tag.name for tag in tags).items():
        spellings.setdefault(tag_key(value), Counter())[value] = count
    usual = {
        key: min(counts, key=lambda value: (-counts[value], value))
        for key, counts in spellings.items()
        if len(counts) > 1
    }
    for tag in tags if usual else ():
        spelling = usual.get(tag_key(tag.name), tag.name)
        if spelling != tag.name:
            message = f"the tag {quoted(tag.name)} is spelt {quoted(spelling)} elsewhere; write it so"
            yield _warning(rules.TAG_CASE, tag.place, message)


def _conflicts(declaration: Declaration, exclusive: Sequence[str]) -> Iterator[Problem]:
    held = [grant for grant in declaration.roles or () if grant.reference in exclusive]
    for first, second in combinations(held, 2):
        if _overlap(first.window, second.window):
            message = (
                f"the roles {quoted(first.reference)} ({first.place}) and {quoted(second.reference)}"
                f" ({second.place}) exclude each other; end one before the other starts"
            )
            yield _warning(rules.CONFLICTING_ROLES, declaration.place, message)


def _overlap(first: Window, second: Window) -> bool:
    return _before(first.starts, second.expires) and _before(second.starts, first.expires)


def _before(starts: datetime | None, expires: datetime | None) -> bool:
    return starts is None or expires is None or starts < expires


def _warning(rule: Rule, place: Place, message: str) -> Problem:
    return Problem(place, message, rule.id, rule.severity)
