"""What ``reconcile.yaml`` says: the targets, the policy of fold and guards, the settings of apply."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .declaration import Mode
from .facets import Facet
from .guards import DEFAULT_LIMITS, GuardLimits


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


@dataclass(frozen=True, slots=True)
class Policy:
    """What steers the fold and the guards."""

    timezone: str = "UTC"
    roles: Mode = Mode.AUTHORITATIVE
    tags: Mode = Mode.AUTHORITATIVE
    ignore: Patterns = Patterns()
    protect: Protect = Protect()
    guards: GuardLimits = DEFAULT_LIMITS
    judgement: WarningSettings = WarningSettings()

    def mode(self, facet: Facet) -> Mode:
        """The configured mode of a set facet."""
        mode: Mode = getattr(self, facet)
        return mode


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
class Override:
    """An override that stands in the repository: it lifts one guard up to a ceiling for one plan.

    It is used up once that plan is carried out; until then a run that was cut off can be finished with it.
    """

    guard: str
    ceiling: int
    digest: str
    reason: str


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
    allowances: tuple[Override, ...] = ()


class Privacy(StrEnum):
    """Whether names and e-mails are masked in what leaves the terminal."""

    MASK = "mask"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. ``contacts`` is the folder, relative to the configuration file."""

    contacts: str = "contacts/"
    policy: Policy = Policy()
    targets: tuple[Target, ...] = (Target("sandbox", TargetKind.SANDBOX),)
    target: str = "sandbox"
    privacy: Privacy = Privacy.MASK
    applying: ApplySettings = ApplySettings()

    def folder(self, target: Target) -> str:
        """The folder of a target's declarations, relative to the configuration file."""
        return target.contacts or self.contacts
