"""What must hold before a commit gets onto the branch that is applied.

Either source may ask for it: the branch's protection, or rulesets (GitHub docs: "About protected branches",
"About rulesets"). Only an administrator may read the protection, so that what the rulesets do not ask for is
unknown until it is read, and not missing.
"""

from collections.abc import Callable

from reconcile.model.ci.forge_settings import BranchRules, Unread

from .finding import FOUND_NOTHING_MISSING, CheckFinding, SetUp, missing, not_read, together

CHECKS_TO_REQUIRE = ("Validate", "Planned", "Reviewed")
"""The names of the jobs whose checks must be required."""


def _sources(setup: SetUp) -> tuple[BranchRules | Unread, ...]:
    return setup.settings.rulesets, setup.settings.protection


def _asked_by_either(asks: Callable[[BranchRules], bool], sentence: str) -> Callable[[SetUp], CheckFinding]:
    """The check that one of the sources asks for something."""

    def find(setup: SetUp) -> CheckFinding:
        sources = _sources(setup)
        if any(isinstance(source, BranchRules) and asks(source) for source in sources):
            return FOUND_NOTHING_MISSING
        unread = [not_read(source) for source in sources if isinstance(source, Unread)]
        return together(unread) if unread else missing([f"{setup.settings.branch}: {sentence}"])

    return find


review_required = _asked_by_either(
    lambda rules: rules.approvals > 0, "no pull request with an approving review is required"
)

stale_reviews_dismissed = _asked_by_either(
    lambda rules: rules.dismisses_stale, "an approval stays when commits are pushed after it"
)

last_push_approved = _asked_by_either(
    lambda rules: rules.asks_another_than_the_pusher,
    "whoever pushed last may be the one who approved",
)

code_owners_asked = _asked_by_either(
    lambda rules: rules.asks_code_owners, "no review by the code owners is required"
)

history_kept = _asked_by_either(
    lambda rules: rules.keeps_history, "it can be pushed over by force, or deleted"
)


def _requires(check: str) -> Callable[[BranchRules], bool]:
    """Whether a check is required; that of a called job begins with its caller: ``plan / Reviewed``."""
    return lambda rules: any(name == check or name.endswith(f" / {check}") for name in rules.checks)


def checks_required(setup: SetUp) -> CheckFinding:
    """All the checks that the pipeline offers are required."""
    return together(
        _asked_by_either(_requires(name), f"the check '{name}' is not required")(setup)
        for name in CHECKS_TO_REQUIRE
    )


def nobody_bypasses(setup: SetUp) -> CheckFinding:
    """A source that requires a review lets nobody get around it."""
    asking = [rules for rules in _sources(setup) if isinstance(rules, BranchRules) and rules.approvals]
    if any(rules.bypass == () for rules in asking):
        return FOUND_NOTHING_MISSING
    untold = any(rules.bypass is None for rules in asking)
    unread = [not_read(source) for source in _sources(setup) if isinstance(source, Unread)]
    if untold or unread:
        told = CheckFinding(unread=("Administration: read, to be told who may bypass a ruleset",))
        return together([*unread, *([told] if untold else [])])
    names = dict.fromkeys(name for rules in asking for name in rules.bypass or ())
    if not names:
        return missing(["there is no required review that anybody would have to bypass"])
    return missing([f"these need not obey: {', '.join(names)}"])
