"""The one comment of a pull request, of as many targets as there are, and the one about a changed plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconcile.clock import zoned_text
from reconcile.model.ci.section import Section, SectionState
from reconcile.render.escape import MARKDOWN
from reconcile.render.plan_markdown.byte_budget import ByteBudget
from reconcile.render.plan_markdown.document import COMMENT_LIMIT
from reconcile.text import count, listed

_URGENCY = [
    SectionState.PROBLEMS,
    SectionState.REFUSED,
    SectionState.FAILED,
    SectionState.PLANNED,
    SectionState.NOTHING,
]
"""Whose text has room first: what somebody must mend, then what somebody must see."""

_RESERVED = 300
"""Bytes for the sentence about targets that have no room at all."""


@dataclass(frozen=True, slots=True)
class CommentText:
    """The comment on what one commit would do. ``head`` is that commit, ``run`` the address of the run.

    ``targets`` are those that there must be a section of; one without is said to have none.
    """

    sections: Sequence[Section]
    targets: Sequence[str]
    head: str
    run: str

    def text(self, limit: int = COMMENT_LIMIT) -> str:
        """A section a target, in at most ``limit`` bytes; where not all fit, texts are left out whole.

        A target whose text is left out keeps its headline, and the summary of the run has the text.
        """
        pages = f"{run_link(self.run, 'The run')} has each plan as a page."
        foot = f"\n<sub>For commit {self._shown(self.head)}. {pages}</sub>\n"
        own = {section.target: section for section in self.sections}
        names = sorted({*own, *self.targets})
        budget = ByteBudget(limit - len(foot.encode("utf-8")) - _RESERVED)
        heads = self._heads(names, own, budget)
        texts = self._texts([own[name] for name in heads if name in own], heads, budget)
        left = len(names) - len(heads)
        rest = f"\n**And {count(left, 'more target')}**: {self._run()} has them.\n" if left else ""
        parts = (f"{heads[name]}{texts.get(name, '')}" for name in heads)
        return "\n".join(parts) + rest + foot

    def _heads(self, names: Sequence[str], own: dict[str, Section], budget: ByteBudget) -> dict[str, str]:
        """A short text for each target, as many as fit: what stands there where its own text does not."""
        heads: dict[str, str] = {}
        for name in names:
            title = self._title(name, own.get(name)) if len(names) > 1 else ""
            short = self._short(own[name]) if name in own else self._missing()
            if not budget.takes(f"{title}{short}\n"):
                break
            heads[name] = f"{title}{short}"
        return heads

    def _texts(
        self, sections: Sequence[Section], heads: dict[str, str], budget: ByteBudget
    ) -> dict[str, str]:
        """The whole texts that fit, the most urgent first. The short text of each gives its room back."""
        texts: dict[str, str] = {}
        for section in sorted(sections, key=lambda section: _URGENCY.index(section.state)):
            short = self._short(section)
            room = budget.left + len(short.encode("utf-8"))
            size = len(section.text.encode("utf-8"))
            if size <= room:
                budget.left = room - size
                heads[section.target] = heads[section.target].removesuffix(short)
                texts[section.target] = section.text
        return texts

    def _title(self, name: str, section: Section | None) -> str:
        state = f": {section.state}" if section else ""
        return f"## {self._shown(name)}{state}\n\n"

    def _short(self, section: Section) -> str:
        return f"**{section.headline}**\n\nThere is no room here for the whole: {self._run()} has it.\n"

    def _missing(self) -> str:
        return f"**No plan was made for this commit**: {self._run()} says why.\n"

    def _run(self) -> str:
        return run_link(self.run)

    def _shown(self, name: str) -> str:
        return MARKDOWN.name(name)


def run_link(url: str, words: str = "the run") -> str:
    """``the run``, as a link where its address is to be trusted."""
    safe = url.startswith(("https://", "http://")) and not set(url) & set("<> \n\r")
    return f"[{words}](<{url}>)" if safe else words


def changed_text(sections: Sequence[Section], run: str) -> str:
    """What is said anew where a plan changes although nobody has pushed anything."""
    head = MARKDOWN.name(sections[0].head[:7])
    plans = listed([MARKDOWN.name(section.target) for section in sections])
    made = zoned_text(max(section.made for section in sections), "UTC")
    return (
        "### The plan has changed, and no commit has\n\n"
        f"At {made} the plan of {plans} for commit {head} came out otherwise than before ({run_link(run)}): "
        "the account was changed, or a window has started or ended, or the target branch has moved on.\n\n"
        "**Please review again.** An approval that is older than this plan does not count for it. The "
        "comment above has the plan as it is now.\n"
    )
