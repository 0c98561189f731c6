"""The sample plan with every free string replaced: what is left of a page without them is its structure."""

from collections.abc import Callable
from typing import Any

from reconcile.documents.plan import plan_document, plan_from_document
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import visible
from tests.support.plans.plan_samples import full_plan

_NAMES = "account config_digest contact declarations_digest detail digest email file id item message name"

_MORE_NAMES = "notes reason reference revert revocations subjects target timezone tool_version type"

_NAMES_OF_SCOPES = "base only ref"

FREE = frozenset(f"{_NAMES} {_MORE_NAMES} {_NAMES_OF_SCOPES}".split())
"""Keys of the document whose strings may be anything."""

FREE_TEXT = {"before", "after", "value"}
"""Keys whose strings are free where they are text, while a grant's own are not."""


def plan_with_texts(change: Callable[[str], str], sample: Callable[[], Plan] = full_plan) -> Plan:
    """A sample plan, the full one if none is named, with each free string changed."""
    document = plan_document(sample())
    return plan_from_document({key: _walk(key, value, change) for key, value in document.items()})


def _walk(key: str, value: Any, change: Callable[[str], str]) -> Any:
    if key == "payload":
        return _all(value, change)
    if isinstance(value, dict):
        return {inner: _walk(inner, item, change) for inner, item in value.items()}
    if isinstance(value, list):
        return [_walk(key, item, change) for item in value]
    return change(value) if isinstance(value, str) and key in FREE | FREE_TEXT else value


def _all(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {change(key): _all(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_all(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def before(hostile: str) -> Callable[[str], str]:
    """Puts a string before each one, so that their order stays; empty ones stay empty."""
    return lambda value: hostile + value if value else value


def tame(hostile: str) -> Callable[[str], str]:
    """Harmless strings in the same places, which are as long to the eye and no known time zones either."""
    return before("x" * len(visible(hostile, limit=1_000_000)))
