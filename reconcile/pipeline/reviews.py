"""Whether a pull request's head is approved by somebody else, after its plans were made."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from reconcile.clock import zoned_text
from reconcile.model.ci.pull_request import ANY_WORKFLOW, PullRequest, Review, ReviewState
from reconcile.text import escape_unprintable, listed

from .facts import KeptPlan, PullRequestFacts

NOBODY: frozenset[str] = frozenset()


def newest_approval(
    pull: PullRequest, reviews: Sequence[Review], pushers: Collection[str] = NOBODY
) -> Review | None:
    """The newest approval that holds: of this very head, by somebody other than the author, who may write.

    Nor by one of the ``pushers``: what somebody has pushed to the branch of another he does not approve. None
    holds where a workflow is among them: who has let it push is not told, and may be who approves.
    One who has asked for changes since, or whose review was dismissed since, approves no more; a comment
    changes nothing. Of two reviews at one instant the one that takes the approval away counts.
    """
    own = {login.casefold() for login in (pull.author, *pushers)}
    if ANY_WORKFLOW in pushers:
        return None
    approvals = (
        review
        for review in reviews
        if _approves(review, pull)
        and review.author.casefold() not in own
        and not _taken_back(review, reviews)
    )
    return max(approvals, key=lambda review: review.at, default=None)


def _approves(review: Review, pull: PullRequest) -> bool:
    of_head = review.state is ReviewState.APPROVED and review.commit == pull.head
    return of_head and review.may_write


def _taken_back(approval: Review, reviews: Sequence[Review]) -> bool:
    """The commit makes no difference: who has asked for changes of any has doubts about the pull request."""
    return any(
        review.at >= approval.at
        and review.state in _TAKING_BACK
        and _is_same_login(review.author, approval.author)
        for review in reviews
    )


_TAKING_BACK = {ReviewState.CHANGES_REQUESTED, ReviewState.DISMISSED}


def _is_same_login(one: str, other: str) -> bool:
    """Logins have no case."""
    return one.casefold() == other.casefold()


def is_approved_after(facts: PullRequestFacts, made: datetime) -> bool:
    """True when the approval is younger than what was made then; not when both have the same time."""
    approval = newest_approval(facts.pull, facts.reviews, facts.pushers)
    return approval is not None and approval.at > made


def unreviewed(targets: Mapping[str, PullRequestFacts], *, require_review: bool) -> tuple[str, ...]:
    """Why a pull request is not reviewed yet, in words, with what to do; nothing when it is.

    ``targets`` are the facts by the name of the target. A target that it declares nothing for needs no plan.
    A review is needed where it is required, and wherever an entry under ``allow`` lifts a guard.
    """
    reasons = (
        reason
        for target, facts in targets.items()
        if facts.declares
        for reason in _unreviewed_target(target, facts, require_review=require_review)
    )
    return tuple(reasons)


def _unreviewed_target(target: str, facts: PullRequestFacts, *, require_review: bool) -> Iterator[str]:
    kept = next(iter(facts.plans), None)
    if kept is None:
        yield (
            f"no plan for {target} is kept of the head {facts.pull.head[:7]}: wait for the job that plans "
            "it, or see its log (none is kept in a repository that is not private)"
        )
    elif _needs_review(kept, require_review=require_review):
        made = kept.artifact.created
        if not is_approved_after(facts, made):
            yield f"{target}: {_unapproved(facts, made)}"


def _needs_review(kept: KeptPlan, *, require_review: bool) -> bool:
    """Also for a plan that can't be read: it may be lifted."""
    return require_review or kept.plan is None or bool(kept.plan.allow)


def _unapproved(facts: PullRequestFacts, made: datetime) -> str:
    """What is missing: there is no approval that holds, or it is older than the plan."""
    pull, approval = facts.pull, newest_approval(facts.pull, facts.reviews, facts.pushers)
    plan = f"the plan of {zoned_text(made, 'UTC')}"
    if ANY_WORKFLOW in facts.pushers:
        return _pushed_by_workflow(pull)
    if approval is not None:
        return (
            f"{escape_unprintable(approval.author)} approved {pull.head[:7]} before {plan} was made: look at "
            "that plan, and approve once more"
        )
    return (
        f"nobody who may write, other than {_own_people(pull, facts.pushers)}, has approved the head "
        f"{pull.head[:7]}: have somebody look at {plan}, and approve it"
    )


def _pushed_by_workflow(pull: PullRequest) -> str:
    """Why no approval counts, and what to do: a new head has runs of its own, a merged one has not."""
    return (
        f"{ANY_WORKFLOW} has pushed the head {pull.head[:7]}, or had it planned, and any branch's workflow "
        "does that in this name, also one of whoever approves: have a person push to its branch before it is "
        "merged (an empty commit will do), and somebody else approve that"
    )


def _own_people(pull: PullRequest, pushers: Collection[str]) -> str:
    """Whose approval does not count, in words."""
    author = f"its author {escape_unprintable(pull.author)}"
    others = [login for login in sorted(pushers) if not _is_same_login(login, pull.author)]
    named = listed([escape_unprintable(login) for login in others])
    return f"{author} and {named}, who pushed it or had it planned" if others else author


def unapproved_reason(facts: PullRequestFacts, made: datetime) -> str | None:
    """Why a plan that was made then is not approved, with what to do; None when it is."""
    if is_approved_after(facts, made):
        return None
    reason = _unapproved(facts, made)
    return reason if ANY_WORKFLOW in facts.pushers else f"{reason}, and start this run again"


def unapproved_configuration(
    pull: PullRequest, reviews: Sequence[Review], pushers: Collection[str] = NOBODY
) -> str | None:
    """Why nobody has approved what a pull request configures, with what to do; None when somebody has.

    Merging applies nothing of it, so it is no matter of a plan: but all that is merged is judged by it.
    """
    if newest_approval(pull, reviews, pushers) is not None:
        return None
    if ANY_WORKFLOW in pushers:
        return (
            f"#{pull.number}: it changes the configuration, by which all that is merged is judged, and "
            f"{_pushed_by_workflow(pull)}"
        )
    return (
        f"#{pull.number}: it changes the configuration, by which all that is merged is judged, and nobody "
        f"who may write, other than {_own_people(pull, pushers)}, has approved its head {pull.head[:7]}: "
        "have somebody look at it, approve it, and start this run again"
    )
