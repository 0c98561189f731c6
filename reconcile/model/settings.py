"""What ``reconcile.yaml`` and ``evance.capabilities.yaml`` say."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase

from .ci.settings import CiSettings
from .contact import PENDING
from .declaration import NO_DECLARATION, Declaration, Mode
from .facets import SETS, Facet, item_key
from .guards import DEFAULT_LIMITS, GuardLimits
from .problem import Problem


class TargetKind(StrEnum):
    """The embedded sandbox (or one that runs elsewhere), or a real account."""

    SANDBOX = "sandbox"
    EVANCE = "evance"


class UpdateMethod(StrEnum):
    """The verb of a contact update: the help page says POST, the official clients use PUT."""

    POST = "POST"
    PUT = "PUT"


class AuthFlow(StrEnum):
    """How a token is asked for; both are documented for private apps."""

    CLIENT_CREDENTIALS = "client-credentials"
    JWT_BEARER = "jwt-bearer"


@dataclass(frozen=True, slots=True)
class Target:
    """One account to reconcile with. ``rate`` is in requests a second, over all ``concurrency`` workers.

    ``contacts`` is the folder of this target's own declarations; None means the common one.
    """

    name: str
    kind: TargetKind
    account: str | None = None
    url: str | None = None
    rate: float = 5.0
    concurrency: int = 8
    update_method: UpdateMethod = UpdateMethod.POST
    auth: AuthFlow = AuthFlow.CLIENT_CREDENTIALS
    contacts: str | None = None

    @property
    def embedded(self) -> bool:
        """True when the target is the sandbox that is started on demand."""
        return self.kind is TargetKind.SANDBOX and self.url is None


@dataclass(frozen=True, slots=True)
class Patterns:
    """Shell-style patterns for role references (exact case) and tags (by their key)."""

    roles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def of(self, facet: Facet) -> tuple[str, ...]:
        """The patterns for the items of a set facet."""
        patterns: tuple[str, ...] = getattr(self, facet)
        return patterns

    def matching(self, facet: Facet, name: str) -> str | None:
        """The first pattern that an item of a set facet matches, or None."""
        return first_match(self.of(facet), facet, name)


def first_match(patterns: Iterable[str], facet: Facet, name: str) -> str | None:
    """The first of these patterns that an item of a set facet matches, or None."""
    key = item_key(facet, name)
    return next((pattern for pattern in patterns if fnmatchcase(key, item_key(facet, pattern))), None)


@dataclass(frozen=True, slots=True)
class SetMode:
    """How one set facet of one contact treats live items that nobody declares.

    ``by_contact``: the contact's own entry says the mode, not the configuration. ``authoritative`` are the
    patterns of the items that are revoked although the mode is additive.
    """

    facet: Facet
    mode: Mode
    by_contact: bool = False
    authoritative: tuple[str, ...] = ()

    def of_item(self, name: str) -> tuple[Mode, str | None]:
        """The mode that counts for an item, and the pattern that says so where it is not the facet's own."""
        pattern = first_match(self.authoritative, self.facet, name)
        return (self.mode, None) if pattern is None else (Mode.AUTHORITATIVE, pattern)


@dataclass(frozen=True, slots=True)
class Protect:
    """Roles (patterns) and contacts (e-mail, reference or id) that no plan may touch."""

    roles: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WarningSettings:
    """What is worth a warning although it can be done.

    ``reasons``: patterns of roles whose grants should say why. ``conflicts``: roles that nobody should hold
    at the same time. ``far_expiry_months``: an expiry further ahead (None: never too far).
    ``past_window_days``: a window that closed longer ago.
    """

    reasons: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, ...], ...] = ()
    far_expiry_months: int | None = None
    past_window_days: int = 90


class OnUndeclared(StrEnum):
    """What becomes of a plan when something is declared no longer that stays: it tells, or is refused."""

    TELL = "tell"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Policy:
    """What steers the fold and the guards.

    ``authoritative`` are the items that are revoked where nobody declares them, although ``roles`` or
    ``tags`` say additive.
    """

    timezone: str = "UTC"
    roles: Mode = Mode.AUTHORITATIVE
    tags: Mode = Mode.AUTHORITATIVE
    authoritative: Patterns = Patterns()
    ignore: Patterns = Patterns()
    protect: Protect = Protect()
    guards: GuardLimits = DEFAULT_LIMITS
    judgement: WarningSettings = WarningSettings()
    undeclared: OnUndeclared = OnUndeclared.TELL

    def mode(self, facet: Facet) -> Mode:
        """The configured mode of a set facet."""
        mode: Mode = getattr(self, facet)
        return mode

    def mode_for(self, declaration: Declaration, facet: Facet) -> SetMode:
        """How a set facet of that contact is managed: what its own entry says counts before all of this."""
        for own_facet, mode in declaration.modes:
            if own_facet is facet:
                return SetMode(facet, mode, by_contact=True)
        mode = self.mode(facet)
        patterns = self.authoritative.of(facet) if mode is Mode.ADDITIVE else ()
        return SetMode(facet, mode, authoritative=patterns)

    def same_modes(self, other: "Policy") -> bool:
        """True when both manage every set facet of every contact alike."""
        nobody = NO_DECLARATION
        return all(self.mode_for(nobody, facet) == other.mode_for(nobody, facet) for facet in SETS)


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time in which nothing is applied: from ``starts`` (included) to ``expires`` (excluded), in UTC."""

    starts: datetime
    expires: datetime
    reason: str

    def holds(self, now: datetime) -> bool:
        """True while the freeze lasts."""
        return self.starts <= now < self.expires


@dataclass(frozen=True, slots=True)
class ApplySettings:
    """What holds for applying alone, and so takes no part in a plan.

    ``failures``: number of contacts that fail in a row, then the run stops. ``revoke_in_freeze``: changes
    that only take access away are applied in a freeze, too. ``stopped``: the kill switch.
    """

    failures: int = 5
    freezes: tuple[Freeze, ...] = ()
    revoke_in_freeze: bool = False
    stopped: bool = False


class Privacy(StrEnum):
    """Whether names and e-mails are masked in what leaves the terminal."""

    MASK = "mask"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. ``contacts`` is the folder, relative to the configuration file.

    ``warnings`` are what is worth a second look in it, sorted by place.
    """

    contacts: str = "contacts/"
    policy: Policy = Policy()
    targets: tuple[Target, ...] = (Target("sandbox", TargetKind.SANDBOX),)
    target: str | None = "sandbox"
    privacy: Privacy = Privacy.MASK
    applying: ApplySettings = ApplySettings()
    ci: CiSettings = field(default_factory=CiSettings)
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def ci_targets(self) -> tuple[Target, ...]:
        """The targets that the pipeline works on, in the order of the configuration."""
        names = self.ci.targets
        return tuple(one for one in self.targets if (one.name in names if names else not one.embedded))

    def folder(self, target: Target) -> str:
        """The folder of a target's declarations, relative to the configuration file."""
        return target.contacts or self.contacts


LARGEST_PAGE = 1_000
"""Maximum number of contacts in one request, even where the account would give more."""


class FacetSource(StrEnum):
    """Where a facet is read: in the rows of the list where these tell it, or contact by contact."""

    LIST = "list"
    CONTACT = "contact"


class Numbering(StrEnum):
    """Whether both versions of the API know a contact by the same id."""

    SAME = "same"
    OTHER = "other"


class SearchCase(StrEnum):
    """Whether a search for an e-mail address finds it in another letter case."""

    FOLDED = "folded"
    EXACT = "exact"


class IdSearch(StrEnum):
    """Whether the list can be asked for one contact by its id, or for many at once."""

    ONE = "one"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """How an account's server behaves where its documents are silent. The defaults are the safe assumptions.

    ``accounts`` are the hosts this holds for, none of them named: any. ``update_method`` None means as the
    target is configured. ``page_size`` is in contacts. ``refuse`` are the sets that must not be written.
    ``pending_word`` is the status, in lower case, of a grant that waits. ``modified_on`` are the facets whose
    every change is known to move a contact's `modifiedOn`.
    """

    accounts: tuple[str, ...] = ()
    update_method: UpdateMethod | None = None
    page_size: int = 100
    roles_from: FacetSource = FacetSource.LIST
    tags_from: FacetSource = FacetSource.LIST
    profile_from: FacetSource = FacetSource.LIST
    address_from: FacetSource = FacetSource.LIST
    contact_ids: Numbering = Numbering.SAME
    email_search: SearchCase = SearchCase.EXACT
    id_search: IdSearch = IdSearch.ONE
    pending_word: str = PENDING
    refuse: tuple[Facet, ...] = ()
    modified_on: tuple[Facet, ...] = ()

    def source(self, facet: Facet) -> FacetSource:
        """Where a facet is read; without a probe, in the list where its rows have it."""
        source: FacetSource = getattr(self, f"{facet}_from", FacetSource.LIST)
        return source

    def holds_for(self, account: str) -> bool:
        """True when this says something about that account."""
        return not self.accounts or account.lower() in {name.lower() for name in self.accounts}
