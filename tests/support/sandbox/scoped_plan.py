"""Plans in a scope, made of declarations as values, without files and without Git."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reconcile.evance.connection import Connection
from reconcile.evance.reader import Reader
from reconcile.model.baseline import Baseline
from reconcile.model.declaration import Declaration
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.model.settings import Policy, Settings
from reconcile.plan.baseline.scope import EVERYTHING, Base, Only, ScopeChoice
from reconcile.services.planning.fresh_plan import make_fresh_plan
from tests.support.shop import NOW


def against(before: Iterable[Declaration], *only: str, policy: Policy | None = None) -> ScopeChoice:
    """What differs from those declarations, as if a commit had them, and is named."""
    base = Base("main", "4f2a9c1" + "0" * 33, tuple(before), Settings(policy=policy or Policy()))
    return ScopeChoice(base, tuple(map(Only, only)))


@dataclass(frozen=True)
class Planner:
    """Makes plans of an account as it is."""

    connection: Connection
    policy: Policy = field(default_factory=Policy)
    remembered: Remembered = NOTHING_REMEMBERED

    def plan(self, declarations: Sequence[Declaration], choice: ScopeChoice = EVERYTHING) -> Plan:
        """The plan, cut down to that."""
        return self._plan(declarations, choice)

    def whole(self, declarations: Sequence[Declaration], choice: ScopeChoice) -> Plan:
        """The plan of all, which only compares with that."""
        baseline = choice.base.baseline(self.connection.account) if choice.base else None
        return self._plan(declarations, EVERYTHING, baseline)

    def _plan(
        self, declarations: Sequence[Declaration], choice: ScopeChoice, baseline: Baseline | None = None
    ) -> Plan:
        account = self.connection.account
        context = PlanContext("shop", account, self.policy, NOW, "0", baseline=baseline)
        with Reader(self.connection) as reader:
            return make_fresh_plan(
                declarations, reader, context, remembered=self.remembered, choice=choice
            ).plan
