"""A saved plan that was approved: a ceiling for what a fresh plan may do."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconcile.documents.plan import plan_document, plan_from_document
from reconcile.errors import Refusal, UsageError, refuse_if
from reconcile.model.plan import Plan
from reconcile.plan.approval import invalid_approval, not_covered


def read_plan_file(path: Path) -> Plan:
    """The plan in a file; Refusal when it is none that this version reads. Its digest is not checked here."""
    return _read(path)[0]


def _read(path: Path) -> tuple[Plan, Mapping[str, Any]]:
    """The plan in a file, and the document as it stands there."""
    try:
        document = json.loads(path.read_bytes(), object_pairs_hook=_unique_keys)
        return plan_from_document(document), document
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        told = "it is not JSON" if isinstance(error, json.JSONDecodeError | UnicodeError) else str(error)
        advice = "make a new one with 'reconcile plan --out'"
        raise Refusal(f"{path}: this is not a plan: {told}; {advice}") from None


def _unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object that names each key once: of two, readers would take different ones (RFC 8259, 4)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"it names {next(key for key in keys if keys.count(key) > 1)} twice")
    return found


def read_approved_plan(path: Path, digest: str | None) -> Plan:
    """An approved plan, whose content is what its digest says and, where one is pinned, what was pinned.

    It must be what this version writes of that plan, to the last key: what a later version or somebody's hand
    has put in, people may have gone by.
    """
    plan, document = _read(path)
    reasons = (*invalid_approval(plan, digest), *_foreign_keys(plan, document))
    refuse_if(reasons, f"{path} can't be applied; nothing was written")
    return plan


def _foreign_keys(plan: Plan, document: Mapping[str, Any]) -> Iterator[str]:
    own = plan_document(plan)
    if document["format_version"] != own["format_version"]:
        yield f"its format is {document['format_version']}, and this version applies {own['format_version']}"
    elif document != own:
        differing = sorted(key for key in {*own, *document} if document.get(key) != own.get(key))
        yield f"it was changed later, or is of another version: {', '.join(differing)}"


def refuse_uncovered(fresh: Plan, approved: Plan) -> None:
    """Raise Refusal with every difference when a fresh plan goes beyond the approved one."""
    headline = "the approved plan no longer fits; nothing was written; plan and review again"
    refuse_if(not_covered(fresh, approved), headline)
