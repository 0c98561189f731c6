"""What a branch's protection and the rulesets ask for, from the two forms in which GitHub tells it."""

from collections.abc import Iterable, Sequence

from reconcile.documents.json_text import JsonValue
from reconcile.model.ci.forge_settings import BranchRules


def classic_protection(answer: JsonValue) -> BranchRules:
    """A branch protection (GitHub docs: "Get branch protection"). A key is left out for what is not asked."""
    asked = _has(answer, "required_pull_request_reviews")
    reviews = answer.key("required_pull_request_reviews") if asked else None
    return BranchRules(
        approvals=_count(reviews, "required_approving_review_count"),
        dismisses_stale=_flag(reviews, "dismiss_stale_reviews"),
        asks_another_than_the_pusher=_flag(reviews, "require_last_push_approval"),
        asks_code_owners=_flag(reviews, "require_code_owner_reviews"),
        checks=_checks(answer),
        keeps_history=not (_enabled(answer, "allow_force_pushes") or _enabled(answer, "allow_deletions")),
        bypass=_bypass(answer, reviews),
    )


def _has(value: JsonValue, name: str) -> bool:
    return value.has(name) and not value.key(name).absent


def _enabled(answer: JsonValue, name: str) -> bool:
    return _has(answer, name) and answer.key(name).key("enabled").flag()


def _flag(value: JsonValue | None, name: str) -> bool:
    return value is not None and _has(value, name) and value.key(name).flag()


def _count(value: JsonValue | None, name: str) -> int:
    return value.key(name).count() if value is not None and _has(value, name) else 0


def _checks(answer: JsonValue) -> tuple[str, ...]:
    if not _has(answer, "required_status_checks"):
        return ()
    return tuple(name.text() for name in answer.key("required_status_checks").key("contexts").items())


def _bypass(answer: JsonValue, reviews: JsonValue | None) -> tuple[str, ...]:
    """Administrators need not obey unless it is enforced for them; others where they are allowed to."""
    admins = () if _enabled(answer, "enforce_admins") else ("administrators",)
    if reviews is None or not _has(reviews, "bypass_pull_request_allowances"):
        return admins
    allowed = reviews.key("bypass_pull_request_allowances")
    kinds = (kind for kind in ("users", "teams", "apps") if _has(allowed, kind) and allowed.key(kind).items())
    return (*admins, *(f"some {kind}" for kind in kinds))


def rules_of(rows: Iterable[JsonValue], bypass: tuple[str, ...] | None) -> BranchRules:
    """What rules ask for together (GitHub docs: "Get rules for a branch"). All of them hold at once."""
    found: dict[str, list[JsonValue]] = {}
    for row in rows:
        parameters = row.key("parameters") if _has(row, "parameters") else JsonValue({})
        found.setdefault(row.key("type").text(), []).append(parameters)
    reviews, checks = found.get("pull_request", []), found.get("required_status_checks", [])
    return BranchRules(
        approvals=max((_count(rule, "required_approving_review_count") for rule in reviews), default=0),
        dismisses_stale=any(_flag(rule, "dismiss_stale_reviews_on_push") for rule in reviews),
        asks_another_than_the_pusher=any(_flag(rule, "require_last_push_approval") for rule in reviews),
        asks_code_owners=any(_flag(rule, "require_code_owner_review") for rule in reviews),
        checks=tuple(name for rule in checks for name in _contexts(rule)),
        keeps_history={"non_fast_forward", "deletion"} <= set(found),
        bypass=bypass,
    )


def _contexts(rule: JsonValue) -> list[str]:
    return [check.key("context").text() for check in rule.key("required_status_checks").items()]


def bypassing(bypasses: Sequence[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """Who may bypass all of the rulesets that ask for the same; None when that is not told."""
    if () in bypasses:
        return ()
    if None in bypasses:
        return None
    return tuple(dict.fromkeys(name for names in bypasses for name in names or ()))
