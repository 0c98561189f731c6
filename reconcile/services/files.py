"""The files that commands read and write: saved plans and drift, and everything else.

From a file to the ceiling of an apply: bytes, ``json_text.parse_unique_keys``, the document,
``documents.plan``, the plan, and the checks in ``plan.approval``.
"""

import errno
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconcile.documents.json_text import parse_unique_keys
from reconcile.documents.plan import plan_from_document
from reconcile.documents.reports import drift_from_document
from reconcile.errors import ReconcileError, Refusal, UsageError, refuse_if
from reconcile.journal.durable_files import replace_file
from reconcile.model.plans.plan import Plan
from reconcile.model.reports.drift import Drift
from reconcile.plan.approval import invalid_approval

OWNER_ONLY, READABLE = 0o600, 0o644


def read_plan_file(path: Path) -> Plan:
    """The plan in a file; Refusal when it is none that this version reads. Its digest is not checked here."""
    return _read(path)[1]


def read_approved_plan(path: Path, digest: str | None) -> Plan:
    """The approved plan in a file; Refusal when it is not what its digest and the pinned one say."""
    return _approved(path, *_read(path), digest)


def approved_plan_in(content: bytes, name: str) -> Plan:
    """The approved plan in a file's content; Refusal when it is not what its digest says."""
    return _approved(name, *_parsed(name, content))


def _approved(name: object, document: Mapping[str, Any], plan: Plan, digest: str | None = None) -> Plan:
    refuse_if(invalid_approval(plan, document, digest), f"{name} can't be applied; nothing was written")
    return plan


def _read(path: Path) -> tuple[Mapping[str, Any], Plan]:
    """The document in a file, and the plan that it tells."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            f"{path}: there is no such file; 'reconcile plan --out {path}' saves a plan there"
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    return _parsed(path, content)


def _parsed(name: object, content: bytes) -> tuple[Mapping[str, Any], Plan]:
    try:
        document = parse_unique_keys(content)
        return document, plan_from_document(document)
    except (ValueError, RecursionError) as error:
        reason = "it is not JSON" if isinstance(error, json.JSONDecodeError | UnicodeError) else str(error)
        advice = "make a new one with 'reconcile plan --out'"
        raise Refusal(f"{name}: this is not a plan: {reason}; {advice}") from None


def read_drift_file(path: Path) -> Drift:
    """The drift in a file that ``--out`` wrote; Refusal when it is none."""
    try:
        return drift_from_document(json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise Refusal(f"{path}: this is not drift as 'reconcile drift --out' writes it") from None


def write_file(path: Path, text: str, mode: int = OWNER_ONLY) -> None:
    """Write a file, for its owner's eyes only unless told otherwise: a plan names people.

    UsageError: no file can be written there. ReconcileError: the disk did not take it; nothing is left of it.
    """
    try:
        _replace(path.resolve(), text, mode)
    except OSError as error:
        kind = UsageError if error.errno in _WRONG_PATH else ReconcileError
        raise kind(f"{path}: can't be written: {error.strerror}") from None


_WRONG_PATH = {
    errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP
}  # fmt: skip
"""The errors that another path for ``--out`` mends, so that the call was wrong."""


def _replace(path: Path, text: str, mode: int) -> None:
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")  # a device or a pipe is written to, never replaced
        return
    replace_file(path, text.encode("utf-8"), mode)
