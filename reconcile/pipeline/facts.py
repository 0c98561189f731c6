"""What a decision about a pull request goes by: what the forge records of it, what it changes, its plans."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reconcile.model.ci.pull_request import ForgeArtifact, PullRequest, Review
from reconcile.model.plans.plan import Plan


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan that a run for a pull request kept. ``plan`` is None where the artifact holds none to read."""

    artifact: ForgeArtifact
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class PullRequestFacts:
    """A pull request, and what the decision whether a plan of it counts goes by.

    ``base_changes`` are when the branch that it goes to was changed, ``same_head`` the other pull requests of
    the same branch or commit. ``configures`` and ``declares``: it changes the configuration, or what is
    declared. ``pushers`` are the logins of who started the runs that kept plans of the head, most often by
    pushing it. ``plans`` come newest first and are fetched one by one: whoever goes through them stops early.
    """

    pull: PullRequest
    reviews: tuple[Review, ...]
    base_changes: tuple[datetime, ...]
    same_head: tuple[PullRequest, ...]
    keeps_workflows: bool
    configures: bool
    declares: bool
    plans: Iterable[KeptPlan]
    pushers: frozenset[str] = frozenset()
