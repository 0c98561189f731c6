"""A saved plan that was approved: a ceiling for what a fresh plan may do."""

import json
from pathlib import Path

from reconcile.errors import Refusal, UsageError
from reconcile.model import Operation, Plan, plan_from_document, visible
from reconcile.plan import above, unfit


def read_plan(path: Path) -> Plan:
    """The plan in a file; Refusal when it is none that this version reads. Its digest is not checked here."""
    try:
        return plan_from_document(json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        told = "it is not JSON" if isinstance(error, json.JSONDecodeError | UnicodeError) else str(error)
        advice = "make a new one with 'reconcile plan --out'"
        raise Refusal(f"{path}: this is not a plan: {told}; {advice}") from None


def read_approval(path: Path, digest: str | None) -> Plan:
    """An approved plan, whose content is what its digest says and, where one is pinned, what was pinned."""
    plan = read_plan(path)
    refuse_if(unfit(plan, digest), f"{path} can't be applied; nothing was written")
    return plan


def refuse_above(fresh: Plan, approved: Plan) -> None:
    """Raise Refusal with every difference when a fresh plan goes beyond the approved one."""
    headline = "the approved plan no longer fits; nothing was written; plan and review again"
    refuse_if(above(fresh, approved), headline)


def approved_operations(plan: Plan) -> dict[str, tuple[Operation, ...]]:
    """What may be done to each contact, by the change's key."""
    return {change.key: change.operations for change in plan.changes}


def refuse_if(reasons: tuple[str, ...], headline: str) -> None:
    """Raise Refusal when there are reasons: the headline, then a line for each."""
    if reasons:
        raise Refusal("\n".join([f"{headline}:", *(f"  {visible(reason)}" for reason in reasons)]))
