"""The guards as one table: when each one refuses a plan, its settings, who may lift it.

A guard is a row here and a check of the same name in ``plan/guards/checks``. Everything else that knows
guards reads this table: the configuration and its JSON Schema, ``--allow``, the refusals of ``apply``, the
documentation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from .allowance import SuggestedAllowance

SettingValue = TypeVar("SettingValue", int, float, tuple[str, ...])


class SettingKind(StrEnum):
    """What a setting of a guard is, and so how it is written in the configuration."""

    COUNT = "count"
    SHARE = "share"
    HOURS = "hours"
    ROLES = "role patterns"
    CONTACTS = "contacts"


class LiftedBy(StrEnum):
    """The key by which an entry under ``allow`` says what it lifts a guard for: people, or a number."""

    CONTACTS = "contacts"
    CEILING = "ceiling"


BY_PEOPLE, BY_NUMBER = (LiftedBy.CONTACTS, LiftedBy.CEILING), (LiftedBy.CEILING, LiftedBy.CONTACTS)


@dataclass(frozen=True, slots=True)
class GuardSetting(Generic[SettingValue]):
    """One setting of a guard.

    ``name`` stands in the configuration's digest, so it never changes. ``key`` and ``about`` describe it in
    the guard's mapping; the only setting of a guard may go without a key, and is then the guard's own value.
    A share is a fraction (0 to 1); contacts are named by e-mail, reference or id.
    """

    name: str
    kind: SettingKind
    default: SettingValue
    key: str = ""
    about: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """What refuses a plan before its first write.

    ``refuses_when`` is for the documentation. ``about`` describes the guard's key in the configuration, and
    ``mapping`` what it holds where it has several settings; ``configured_by`` is the key elsewhere in the
    configuration that steers a guard without settings. ``remedy`` is what to do where no override helps.

    * ``lifted_by``: how an override lets the plan through, what suits best first. What guards without it stop
      is a fault or a promise, not a quantity.
    * ``per_contact``: one contact alone can trip it: it counts, and asks neither for a share nor about other
      contacts.
    * ``unseen``: it trips because something was not seen, so that an empty plan is no proof either.
    * ``incomplete``: it trips when contacts may be missing from what was read.
    * ``spares_others``: it refuses the contacts that it names, not the plan: the others are written.
    * ``forgets``: it refuses a plan without a change, too, since no later plan would tell of it again.
    """

    name: str
    refuses_when: str
    about: str = ""
    mapping: str = ""
    settings: tuple[GuardSetting[Any], ...] = ()
    configured_by: str = ""
    remedy: str = "change the declarations"
    lifted_by: tuple[LiftedBy, ...] = ()
    per_contact: bool = False
    unseen: bool = False
    incomplete: bool = False
    spares_others: bool = False
    forgets: bool = False

    @property
    def liftable(self) -> bool:
        """True when an override lets the plan through."""
        return bool(self.lifted_by)


CHANGING_EMAIL = GuardSetting("changing_email", SettingKind.COUNT, 5)

CREATING = GuardSetting("creating", SettingKind.COUNT, 5)

GRANTING_ROLES: GuardSetting[tuple[str, ...]] = GuardSetting(
    "granting_roles", SettingKind.ROLES, (), "roles", "The privileged roles.", required=True
)

GRANTING = GuardSetting(
    "granting", SettingKind.COUNT, 0, "contacts", "So many contacts may gain one of them."
)

LAST_HOLDER = GuardSetting("last_holder", SettingKind.COUNT, 0)

LAST_ROLE = GuardSetting("last_role", SettingKind.COUNT, 0)

LOSING_CONTACTS = GuardSetting(
    "losing_access_contacts", SettingKind.COUNT, 10, "contacts", "So many contacts may always lose a role."
)

LOSING_SHARE = GuardSetting(
    "losing_access_share",
    SettingKind.SHARE,
    0.10,
    "share",
    "Or this share of the contacts that hold managed roles, where that is more.",
)

LOSING_HOURS = GuardSetting(
    "losing_access_hours", SettingKind.HOURS, 24, "hours", "So far back earlier runs count, too (24)."
)
"""How far back earlier runs count, and how near an end has to be to count as a loss already."""

STAFF: GuardSetting[tuple[str, ...]] = GuardSetting("staff", SettingKind.CONTACTS, ())

SHRUNK = GuardSetting("shrunk", SettingKind.SHARE, 0.20)

GUARDS: dict[str, Guard] = {
    guard.name: guard
    for guard in (
        Guard(
            "losing-access",
            "more contacts than both limits would lose a role, or hold one for a shorter time; runs of the "
            "last hours count, too",
            "Contacts that lose a role, or hold one for a shorter time than before.",
            "a mapping with 'contacts' and 'share'",
            (LOSING_CONTACTS, LOSING_SHARE, LOSING_HOURS),
            lifted_by=BY_NUMBER,
        ),
        Guard(
            "last-role",
            "more contacts would lose their last role; those whose own entry says `state: absent` or "
            "`roles: []` leave on purpose, and are not counted",
            "Contacts that lose their last role, but for those that are declared with none.",
            settings=(LAST_ROLE,),
            lifted_by=BY_PEOPLE,
            per_contact=True,
        ),
        Guard(
            "last-holder",
            "more roles would lose their last holder, as far as up to 500 other contacts tell",
            "Roles that lose their last holder.",
            settings=(LAST_HOLDER,),
            lifted_by=BY_PEOPLE,
        ),
        Guard(
            "granting",
            "more contacts would gain a privileged role, now or when its window starts, be activated in one "
            "without approval, or get one for longer; with a limit above 0, runs of the hours of "
            "`losing-access` count, too",
            "Contacts that gain a privileged role, or for a longer time than before.",
            "a mapping with 'roles' and 'contacts'",
            (GRANTING_ROLES, GRANTING),
            lifted_by=BY_PEOPLE,
            per_contact=True,
        ),
        Guard(
            "creating",
            "more contacts would be created; with a limit above 0, runs of the hours of `losing-access` "
            "count, too",
            "Contacts that are created.",
            settings=(CREATING,),
            lifted_by=BY_NUMBER,
            per_contact=True,
        ),
        Guard(
            "changing-email",
            "more contacts would get another e-mail address or username, which hands their roles to another "
            "mailbox; runs of the hours of `losing-access` count, too; whom `self` and `protected` refuse is "
            "not counted",
            "Contacts that get another e-mail address or username.",
            settings=(CHANGING_EMAIL,),
            lifted_by=BY_PEOPLE,
            per_contact=True,
        ),
        Guard(
            "shrunk",
            "so many fewer contacts are listed than at the last run",
            "The share of live contacts that may be gone since the last run (20%).",
            settings=(SHRUNK,),
            lifted_by=(LiftedBy.CEILING,),
        ),
        Guard(
            "journals",
            "the journal of a run is missing that a later run names, or that began to write by the forge's "
            "word; for runs before the hours of `losing-access` there is a note instead",
            lifted_by=(LiftedBy.CEILING,),
        ),
        Guard(
            "self",
            "a contact of the staff would lose a role, or get another e-mail address or username",
            "Contacts of the staff, which may lose no role, nor get another e-mail address or username.",
            settings=(STAFF,),
            per_contact=True,
        ),
        Guard(
            "protected",
            "a role or contact under `protect` would be touched, now or by a new schedule, or somebody who "
            "holds such a role or one that `granting` names, or will, would get another e-mail address or "
            "username",
            configured_by="protect: {roles: [...], contacts: [...]}",
            per_contact=True,
        ),
        Guard(
            "undeclared",
            "something stays that was declared at the base, or at the last complete run, and is declared no "
            "longer",
            configured_by="undeclared: refuse",
            lifted_by=BY_PEOPLE,
            per_contact=True,
            forgets=True,
        ),
        Guard("empty-declarations", "nothing is declared at all", unseen=True),
        Guard(
            "incomplete-listing",
            "the account could not be listed whole: a page failed, rows are repeated, totals do not add up",
            remedy="try again at a quieter time",
            unseen=True,
            incomplete=True,
        ),
        Guard(
            "unreadable",
            "what is to be kept of a contact can't be read, and would have to be guessed: that contact is "
            "set aside, the others are applied, and the exit code is 4",
            per_contact=True,
            unseen=True,
            spares_others=True,
        ),
    )
}
"""The guards by name, in the order of their keys in the configuration."""


def guard_named(name: str) -> Guard:
    """The row of a guard. A plan of a later version may name one that is not here: nothing lifts that."""
    return GUARDS.get(name) or Guard(name, "")


def liftable_guards() -> tuple[str, ...]:
    """The names of the guards that an override lifts, sorted."""
    return tuple(sorted(name for name, guard in GUARDS.items() if guard.liftable))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a guard says of a plan: the numbers, and the contacts or roles it is about.

    ``lifted``: it trips, and entries under ``allow`` let the plan through. Where none do and some could,
    ``to_allow`` is what an entry would have to say.
    """

    guard: str
    passed: bool
    message: str
    found: int = 0
    limit: int = 0
    subjects: tuple[str, ...] = ()
    lifted: bool = False
    to_allow: SuggestedAllowance | None = None

    @property
    def refuses(self) -> bool:
        """True when it trips and no entry under ``allow`` lifts it."""
        return not (self.passed or self.lifted)

    @property
    def liftable(self) -> bool:
        """True when ``--allow`` with a ceiling lets the plan through."""
        return guard_named(self.guard).liftable


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """How much one plan may do before ``apply`` refuses it: the settings that are configured, by name."""

    configured: Mapping[str, Any] = field(default_factory=dict)

    def of(self, setting: GuardSetting[SettingValue]) -> SettingValue:
        """The configured value of a setting, or its default."""
        value: SettingValue = self.configured.get(setting.name, setting.default)
        return value

    def complete(self) -> dict[str, Any]:
        """Every setting of every guard by name, those included that have their default."""
        return {setting.name: self.of(setting) for guard in GUARDS.values() for setting in guard.settings}


DEFAULT_LIMITS = GuardLimits()
