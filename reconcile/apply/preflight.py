"""Whether the guards let a plan be applied, and what overrides in the repository lift."""

from collections.abc import Iterable, Mapping, Sequence

from reconcile.errors import refuse_if
from reconcile.journal.lines import SpentOverride
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import Override
from reconcile.plan.approval import refusals


def refuse_guarded(plan: Plan, ceilings: Mapping[str, int]) -> None:
    """Raise Refusal for every guard that tripped and is not lifted far enough by an override.

    Contacts that could not be read have no change in the plan; they hinder no other contact, and are reported
    at the end. A plan that does nothing is refused only where its record would make a thing forgotten.
    """
    refuse_if(refusals(plan, ceilings), "refused by a guard; nothing was written")


def granted_ceilings(
    allowances: Sequence[Override], plan: Plan, spent: Iterable[SpentOverride]
) -> dict[str, int]:
    """The overrides in the repository that are bound to this plan and not spent by an earlier apply."""
    used = {(override.guard, override.digest) for override in spent}
    return {
        allowance.guard: allowance.ceiling
        for allowance in allowances
        if allowance.digest == plan.digest and (allowance.guard, allowance.digest) not in used
    }
