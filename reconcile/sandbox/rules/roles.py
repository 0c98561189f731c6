"""Payloads of access roles (Evance help: the Access Role object, Add and Update an Access Role)."""

import re
from collections.abc import Mapping
from typing import Any

from reconcile.sandbox.clock import to_atom
from reconcile.sandbox.refusals import REQUIRED, Problem, refuse_if

from .fields import text_problem

APPROVAL_METHODS = ("none", "email", "admin")

_URLS = {
    "deniedUrl": "denied_url",
    "emailValidationUrl": "email_validation_url",
    "adminPendingUrl": "admin_pending_url",
    "adminApprovedUrl": "admin_approved_url",
    "adminRejectedUrl": "admin_rejected_url",
}

_COLUMNS = {
    "title": "title",
    "reference": "reference",
    **_URLS,
    "approvalMethod": "approval_method",
    "adminApprovalEmail": "admin_approval_email",
}

_NEVER_BLANK = ("title", "reference", "approvalMethod")


def read_role(payload: Mapping[str, Any], *, adding: bool) -> dict[str, Any]:
    """Columns a role payload names. Raises Refused (422) with every wrong key at once."""
    sent = {key: payload[key] for key in _COLUMNS if key in payload}
    if adding and sent.get("reference") in (None, ""):
        sent.pop("reference", None)
    problems = [problem for key, value in sent.items() if (problem := _problem(key, value))]
    if adding and "title" not in sent:
        problems.append(Problem("title", "is required", REQUIRED))
    refuse_if(problems)
    return {_COLUMNS[key]: value or None for key, value in sent.items()}


def reference_from_title(title: str, number: int) -> str:
    """A reference made from a title: lower case, hyphens, and a `number` above 1 at the end."""
    stem = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-") or "role"
    return stem if number == 1 else f"{stem}-{number}"


def shown_role(row: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """A role as the API shows it."""
    return {
        "id": row["id"],
        **{key: row[column] for key, column in _COLUMNS.items()},
        "createdOn": to_atom(row["created"], zone),
        "modifiedOn": to_atom(row["modified"], zone),
    }


def _problem(key: str, value: object) -> Problem | None:
    if value is None or value == "":
        return Problem(key, "is required", REQUIRED) if key in _NEVER_BLANK else None
    if not isinstance(value, str):
        return Problem(key, "must be a string")
    if key == "approvalMethod" and value not in APPROVAL_METHODS:
        return Problem(key, f"must be one of {', '.join(APPROVAL_METHODS)}")
    if key in _URLS and not value.startswith("/"):
        return Problem(key, "must be a path that starts with /")
    if key == "adminApprovalEmail" and "@" not in value:
        return Problem(key, "is not a valid e-mail address")
    return text_problem(key, value)
