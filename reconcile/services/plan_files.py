"""Saved plans: read from a file, and held to be what was approved.

From the file to the ceiling of an apply: bytes, ``json_text.parse_unique_keys``, the document,
``documents.plan``, the plan, and the checks in ``plan.approval``.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconcile.documents.json_text import parse_unique_keys
from reconcile.documents.plan import plan_from_document
from reconcile.errors import Refusal, UsageError, refuse_if
from reconcile.model.plan import Plan
from reconcile.plan.approval import invalid_approval, not_covered


def read_plan_file(path: Path) -> Plan:
    """The plan in a file; Refusal when it is none that this version reads. Its digest is not checked here."""
    _, plan = _read(path)
    return plan


def read_approved_plan(path: Path, digest: str | None) -> Plan:
    """The approved plan in a file; Refusal when it is not what its digest and the pinned one say."""
    document, plan = _read(path)
    reasons = invalid_approval(plan, document, digest)
    refuse_if(reasons, f"{path} can't be applied; nothing was written")
    return plan


def _read(path: Path) -> tuple[Mapping[str, Any], Plan]:
    """The document in a file, and the plan that it tells."""
    try:
        document = parse_unique_keys(path.read_bytes())
        return document, plan_from_document(document)
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        reason = "it is not JSON" if isinstance(error, json.JSONDecodeError | UnicodeError) else str(error)
        advice = "make a new one with 'reconcile plan --out'"
        raise Refusal(f"{path}: this is not a plan: {reason}; {advice}") from None


def refuse_uncovered(fresh: Plan, approved: Plan) -> None:
    """Raise Refusal with every difference when a fresh plan goes beyond the approved one."""
    headline = "the approved plan no longer fits; nothing was written; plan and review again"
    refuse_if(not_covered(fresh, approved), headline)
