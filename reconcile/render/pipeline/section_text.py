"""A section of the comment in Markdown: the plan, what refuses it, and what merging it leaves open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Problem, Severity
from reconcile.render.escape import MARKDOWN
from reconcile.render.plan_markdown.byte_budget import ByteBudget, more
from reconcile.render.plan_markdown.document import SHORTEST_LIMIT, plan_markdown
from reconcile.render.wording.names import place_text
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import count, verb_form

RUN_BY_HAND = (
    "the run by hand (GitHub: Actions, the workflow `apply`, *Run workflow* on the main branch; GitLab: *New "
    "pipeline* for the main branch)"
)
"""The way out of everything that a merge can't do, in Markdown."""

_MORE_IN_THE_LOG = "the log of the run has them all"


@dataclass(frozen=True, slots=True)
class SectionParts:
    """What a section says beside its plan. All texts are masked already.

    ``against`` are reasons for which an apply would refuse the plan, beside its guards. ``whole`` is the plan
    of the whole account with the configuration of the pull request, ``unplanned`` why there is none although
    the configuration changes. ``absent`` and ``item_by_item`` are declarations to paste for ``left`` contacts
    that are declared no longer.
    """

    against: tuple[str, ...] = ()
    whole: Plan | None = None
    unplanned: str = ""
    left: int = 0
    absent: str = ""
    item_by_item: str = ""


def planned_text(plan: Plan, parts: SectionParts, *, limit: int, source_url: str | None) -> str:
    """The plan with all that is said beside it, in at most ``limit`` bytes, 8,000 at least.

    The plan comes first in every respect: the rest shares what the smallest plan would leave.
    """
    budget = ByteBudget(max(0, limit - SHORTEST_LIMIT))
    refused = budget.taken_from_share(_against(parts.against)) or _counted_against(parts.against)
    lifted = [_LIFTED] if plan.allow and budget.takes(_LIFTED) else []
    pasted = "".join(budget.taken_from_share(_to_paste(parts)))
    configuration = _configuration(parts, budget)
    beside = "".join([*refused, *lifted])
    room = limit - len(f"{beside}{pasted}{configuration}".encode())
    text = plan_markdown(plan, limit=max(SHORTEST_LIMIT, room), source_url=source_url)
    head, line, rest = text.partition("\n")
    return f"{head}{line}{beside}{rest}{pasted}{configuration}"


_LIFTED = (
    "\n> [!IMPORTANT]\n> An entry under `allow` lifts a guard for this plan, so it counts only with an "
    "approving review by somebody other than the author, made after the plan.\n"
)


_NOT_WHOLE = "\n> [!CAUTION]\n> As it is, this plan would not be applied whole"


def _against(reasons: Sequence[str]) -> list[str]:
    """As one block, so that no reason stands there without what it is a reason for."""
    if not reasons:
        return []
    lines = [f"> - {MARKDOWN.prose(reason)}\n" for reason in reasons]
    return ["".join([f"{_NOT_WHOLE}:\n", *lines])]


def _counted_against(reasons: Sequence[str]) -> list[str]:
    if not reasons:
        return []
    number = count(len(reasons), "reason")
    return [f"{_NOT_WHOLE}, for {number}; {_MORE_IN_THE_LOG}\n"]


def _to_paste(parts: SectionParts) -> Iterable[str]:
    """Texts for those whom merging leaves as they are, although it stops declaring them."""
    if not parts.absent:
        return
    they = verb_form(parts.left, "the contact keeps", "the contacts keep")
    yield (
        f"\n#### Merging takes nothing away from {count(parts.left, 'contact')}\n\n"
        f"It only stops declaring them, and {they} what there is. Is this a merge that is taken back, and is "
        "all of it to go? Then write this into a file of the declarations, in this pull request:\n\n"
        f"```yaml\n{parts.absent}\n```\n"
    )
    if parts.item_by_item:
        yield (
            "\n<details>\n<summary>Or item by item: delete the lines of what is to go</summary>\n\n"
            f"```yaml\n{parts.item_by_item}\n```\n\n</details>\n"
        )


def _configuration(parts: SectionParts, budget: ByteBudget) -> str:
    """The effect of a changed configuration; its headline alone where there is no room for the plan."""
    if parts.unplanned:
        text = f"{_CONFIGURATION}**It could not be planned:** {MARKDOWN.prose(parts.unplanned)}\n"
        return text if budget.takes(text) else ""
    if parts.whole is None:
        return ""
    fold = "<details>\n<summary>The whole plan with it</summary>\n\n{}\n</details>\n"
    headline = f"**{PlanSentences(parts.whole, MARKDOWN).dated_headline()}**\n\n"
    room = budget.left // 2 - len(f"{_CONFIGURATION}{headline}{fold}".encode())
    if room >= SHORTEST_LIMIT:
        text = f"{_CONFIGURATION}{headline}{fold.format(plan_markdown(parts.whole, limit=room))}"
    else:
        text = f"{_CONFIGURATION}{headline}{_NO_ROOM}"
    return text if budget.takes(text) else ""


_CONFIGURATION = (
    "\n#### The changed configuration, for the whole account\n\n"
    "Merging applies nothing of this, and it stops no later merge. What carries it out is "
    f"{RUN_BY_HAND}.\n\n"
)

_NO_ROOM = "There is no room here for the rest; `reconcile plan` with that configuration shows it.\n"


def problems_text(problems: Sequence[Problem], *, limit: int, source_url: str | None) -> str:
    """The problems of the declarations, each linked to its line, in at most ``limit`` bytes."""
    head = f"### {problems_headline(problems)}\n\nNothing could be planned. Mend these, and push again:\n\n"
    budget = ByteBudget(limit - len(head.encode("utf-8")) - 200)
    shown = budget.taken(f"- {_problem(problem, source_url)}\n" for problem in problems)
    rest = "".join(
        f"- and {left}; {_MORE_IN_THE_LOG}\n" for left in more(len(problems) - len(shown), "problem")
    )
    return "".join([head, *shown, rest])


def problems_headline(problems: Sequence[Problem]) -> str:
    """How many errors there are."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return f"The declarations have {count(errors, 'error')}"


def _problem(problem: Problem, source_url: str | None) -> str:
    place = place_text(problem.place, MARKDOWN.linked_to(source_url))
    warning = "warning: " if problem.severity is Severity.WARNING else ""
    return f"{place}: {warning}{MARKDOWN.prose(problem.message)} ({MARKDOWN.name(problem.rule)})"


def failed_text(reason: str) -> str:
    """Why no plan could be made."""
    return f"### No plan could be made\n\n{MARKDOWN.prose(reason)}\n"


def nothing_text(why: str) -> str:
    """Why there is nothing to plan."""
    return f"### Nothing to plan\n\n{MARKDOWN.prose(why)}\n"
