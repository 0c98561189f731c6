"""What the checks of the guards look at: the plans of the contacts, and what is known of the account."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property

from reconcile.model.baseline import Undeclared
from reconcile.model.contact import Identity
from reconcile.model.facets import Facet, ItemKey, item_key
from reconcile.model.guards import LOSING_HOURS, GuardLimits
from reconcile.model.plans.operation import Action, Operation, OriginKind
from reconcile.model.plans.schedule import Scheduled
from reconcile.model.settings import Policy
from reconcile.plan.contact_plan import ContactPlan, differing
from reconcile.text import plural


@dataclass(frozen=True, slots=True)
class OtherHolders:
    """Who holds roles among the contacts that are not declared.

    ``counts`` is the number of holders by role. ``unread`` is the number of contacts whose grants were not
    read, so that they may hold any role.
    """

    counts: Mapping[str, int]
    unread: int = 0


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is known of the whole account.

    ``listed``: all its contacts were looked for, not only those of a few declarations. ``contacts`` is the
    number of listed contacts, ``before`` the number at the last run (None: not known).
    ``gap`` says why the listing may lack contacts; empty when it is proven whole. ``other_holders`` is None
    when nothing is known of contacts that are not declared. ``recent_losses`` are the ids of contacts that
    lost a role in earlier runs within the guards' hours, ``recent_handovers`` of those that got another
    mailbox then, ``recent_gains`` of those that gained a privileged role, ``recent_creations`` of new ones.
    ``missing_journals`` are the runs of those hours whose journals are gone, ``older_gaps`` the runs before
    them. ``idle_entries`` are sentences about entries of the configuration that match nothing.
    """

    listed: bool = True
    contacts: int | None = None
    before: int | None = None
    gap: str = ""
    other_holders: OtherHolders | None = None
    recent_losses: frozenset[str] = frozenset()
    recent_handovers: frozenset[str] = frozenset()
    recent_gains: frozenset[str] = frozenset()
    recent_creations: frozenset[str] = frozenset()
    missing_journals: tuple[str, ...] = ()
    older_gaps: tuple[str, ...] = ()
    idle_entries: tuple[str, ...] = ()


People = tuple[Identity, ...]

UNKNOWN_FACTS = AccountFacts()
"""The facts when nothing is known beyond the declared contacts."""


@dataclass(frozen=True)
class GuardInput:
    """What every check looks at: the plans of the contacts, the policy, the account, the clock.

    ``declared`` counts the declarations, those included that found no contact in an incomplete listing.
    ``scheduled`` is what the clock will do, ``foreseen`` are the items of contacts that it has given or taken
    since they were scheduled: what the guards judged then is not judged again.
    ``undeclared`` is what is declared no longer and stays.
    """

    contacts: Sequence[ContactPlan]
    declared: int
    policy: Policy
    account: AccountFacts
    now: datetime
    scheduled: Sequence[Scheduled] = ()
    foreseen: frozenset[tuple[Identity, ItemKey]] = frozenset()
    undeclared: Sequence[Undeclared] = ()

    @property
    def limits(self) -> GuardLimits:
        """The configured limits."""
        return self.policy.guards

    @property
    def coming(self) -> tuple[Scheduled, ...]:
        """What is scheduled anew, or otherwise than before, to be given later."""
        return tuple(row for row in self.scheduled if row.coming and row.action is Action.ADD)

    def coming_roles(self, patterns: Sequence[str]) -> tuple[Scheduled, ...]:
        """Those of them that are roles of these patterns."""
        return tuple(row for row in self.coming if row.facet is Facet.ROLES and matches(row.item, patterns))

    def unforeseen(self, contact: ContactPlan) -> tuple[Operation, ...]:
        """The operations of a contact but for those that the clock asks for, as it was scheduled."""
        return tuple(step for step in contact.operations if not self._is_foreseen(contact, step))

    def _is_foreseen(self, contact: ContactPlan, step: Operation) -> bool:
        item = (contact.identity, (step.facet, item_key(step.facet, step.item)))
        ends = step.facet is not Facet.ROLES and step.origin.kind is OriginKind.LAPSED
        return (step.action is Action.ADD or ends) and item in self.foreseen

    @cached_property
    def differing(self) -> tuple[ContactPlan, ...]:
        """The contacts that something becomes of, or that are set aside; the others are settled."""
        return differing(self.contacts)

    @cached_property
    def losing(self) -> tuple[ContactPlan, ...]:
        """The contacts that would lose a role, now or by an earlier end than before."""
        return tuple(contact for contact in self.differing if contact.loses_roles)


@dataclass(frozen=True, slots=True)
class GuardCount:
    """What a check counted, in words and in numbers. Its guard refuses when ``found`` is above ``limit``.

    ``people`` are those whom each of the subjects is about; empty where they are about nobody.
    """

    message: str
    found: int
    limit: int = 0
    subjects: tuple[str, ...] = ()
    people: tuple[People, ...] = ()


@dataclass(frozen=True, slots=True)
class WithEarlier:
    """Contacts that a guard counts, those of a plan and those of earlier runs within the guards' hours.

    What is split over several runs counts like what is not. ``contacts`` has the label of each contact of the
    plan. ``earlier`` are ids; without a contact in the plan nothing is refused for them.
    """

    contacts: Mapping[Identity, str]
    earlier: tuple[str, ...]

    @classmethod
    def of(
        cls, contacts: Iterable[ContactPlan], recent: frozenset[str], scheduled: Iterable[Identity] = ()
    ) -> "WithEarlier":
        """The contacts of a plan, those for whom it schedules something, and the recent ones besides."""
        planned = {contact.identity: contact.label for contact in contacts}
        planned = {identity: identity.label for identity in scheduled} | planned
        others = recent - {identity.id for identity in planned}
        return cls(planned, tuple(sorted(others)) if planned else ())

    @property
    def subjects(self) -> tuple[str, ...]:
        """All of them by name; of the earlier ones nothing but the id is known."""
        return tuple(name for name, _ in self._named)

    @property
    def people(self) -> tuple[People, ...]:
        """Whom each of the subjects is about."""
        return tuple((identity,) for _, identity in self._named)

    @property
    def _named(self) -> list[tuple[str, Identity]]:
        planned = sorted(
            ((name, who) for who, name in self.contacts.items()), key=lambda row: (row[0], row[1].id)
        )
        earlier = [(f"contact {contact} (earlier)", Identity(contact, "", "")) for contact in self.earlier]
        return planned + earlier

    def count(self, noun: str, event: str, limit: int) -> GuardCount:
        """All of them together, in words and in numbers."""
        return replace(count_in_words(noun, event, self.subjects, limit), people=self.people)

    def in_words(self, limits: GuardLimits) -> str:
        """`` (2 of them in the last 24 hours)``; nothing where there are no earlier ones."""
        hours = limits.of(LOSING_HOURS)
        return f" ({len(self.earlier)} of them in the last {hours} hours)" if self.earlier else ""


Check = Callable[[GuardInput], GuardCount]


def count_in_words(noun: str, event: str, subjects: tuple[str, ...], limit: int) -> GuardCount:
    """``3 contacts would be created; the limit is 2``; without a noun the number stands alone."""
    number = len(subjects)
    subject = f"{number} {plural(number, noun)}" if noun else str(number)
    return GuardCount(f"{subject} {event}; the limit is {limit}", number, limit, subjects)


def gains(operation: Operation, privileged: Iterable[str]) -> bool:
    """True when the operation gives a privileged role, for longer, or active without approval."""
    gives = operation.before is None or operation.bypasses_approval or operation.lengthens
    return operation.facet is Facet.ROLES and gives and matches(operation.item, privileged)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """True when a shell-style pattern matches the name, letter case included."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
