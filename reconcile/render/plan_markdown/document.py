"""A plan for a pull request: GitHub's and GitLab's Markdown, never longer than such a comment may be."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.model.plans.plan import Plan
from reconcile.render.escape import MARKDOWN
from reconcile.render.wording.allowances import allow_advice
from reconcile.render.wording.group_text import MOST_WHOLE
from reconcile.render.wording.risk import RoleImpact, role_impacts
from reconcile.render.wording.sentences import PlanSentences

from .byte_budget import SEE_ALL, ByteBudget, left_out, more
from .contact_blocks import MarkdownContacts
from .lists import (
    additive_counts,
    additive_holders,
    item_tables,
    later_lists,
    set_aside_blocks,
    undeclared_list,
)

COMMENT_LIMIT = 65_536
"""Maximum characters of a comment on GitHub. A step summary takes 1 MiB."""

SHORTEST_LIMIT = 8_000
"""Bytes. Head, foot and what is said about the rest need some room."""

_ROLES_NAMED = 20
"""Maximum number of roles whose holders are counted, then the number of the others."""

_RESERVED = 1_200
"""Bytes for the sentences about everything that does not fit."""


def plan_markdown(plan: Plan, *, limit: int = COMMENT_LIMIT, source_url: str | None = None) -> str:
    """The plan in at most ``limit`` bytes of UTF-8 (so characters too): riskiest contacts first.

    Contacts to which the very same happens share a block. Where not all fits, each block gets the same room
    for its rows, so that a huge one hides no other; within it access comes first. Then blocks are left out
    whole, from the least risky end. The text says how many of what kind are left out. With ``source_url``,
    the folder's address at the commit, each contact links to its declaration (``…/blob/COMMIT`` +
    ``/file#Lline``). Raises ValueError for a limit below 8,000.
    """
    if limit < SHORTEST_LIMIT:
        raise ValueError(f"a plan in Markdown needs a limit of {SHORTEST_LIMIT:,} bytes at least")
    return _PlanMarkdown(plan, limit, source_url).text()


@dataclass(frozen=True, slots=True)
class _PlanMarkdown:
    plan: Plan
    limit: int
    source_url: str | None

    @property
    def sentences(self) -> PlanSentences:
        return PlanSentences(self.plan, MARKDOWN)

    def text(self) -> str:
        """Head and foot always fit; the parts between them share the rest, in their order."""
        head, foot = self._head(), self._foot()
        budget = ByteBudget(self.limit - len((head + foot).encode("utf-8")) - _RESERVED)
        contacts = MarkdownContacts.of(self.plan, self.source_url)
        warnings = [*self._warnings(budget), *budget.taken_from_share(self._to_allow())]
        items = budget.taken_from_share(self._items(many=contacts.size > MOST_WHOLE))
        undeclared, unnamed = undeclared_list(self.plan, budget)
        set_aside = budget.taken_from_share(set_aside_blocks(self.plan))
        later, unscheduled = later_lists(self.plan, budget)
        additive = budget.taken_from_share(additive_counts(self.plan))
        blocks, unshown = contacts.within(budget)
        notes = budget.taken(f"\n> {self.sentences.dialect.prose(note)}\n" for note in self.plan.notes)
        holders, unkept = additive_holders(self.plan, budget)
        left = [
            *unnamed,
            *more(len(self.plan.set_aside) - len(set_aside), "contact", "set aside"),
            *unshown,
            *unscheduled,
            *more(len(self.plan.notes) - len(notes), "note"),
            *unkept,
        ]
        lists, after = [*warnings, *items, undeclared, *set_aside], [*later, *notes, *additive, holders]
        return "".join([head, *lists, *blocks, *after, *left_out(left), foot])

    def _head(self) -> str:
        scope = self.sentences.scope()
        return (
            f"### {self.sentences.dated_headline()}\n\n" + (f"{scope}\n\n" if scope else "") + self._table()
        )

    def _table(self) -> str:
        counts = self.sentences.counts()
        lines = [
            [group for group, _ in counts],
            ["---"] * len(counts),
            [", ".join(kinds) for _, kinds in counts],
        ]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def _foot(self) -> str:
        digest = f"\nDigest {self.sentences.dialect.name(self.plan.digest)}\n" if self.plan.digest else ""
        return f"\n{self.sentences.validity()}\n{digest}"

    def _warnings(self, budget: ByteBudget) -> list[str]:
        """Each warning that fits; a warning that does not is still counted."""
        warnings = list(self.sentences.warnings())
        if not warnings:
            return []
        shown = budget.taken_from_share(f"> - {warning}\n" for warning in warnings)
        rest = [f"> - and {rest_}; {SEE_ALL}\n" for rest_ in more(len(warnings) - len(shown), "warning")]
        return ["\n> [!WARNING]\n", *shown, *rest]

    def _to_allow(self) -> Iterator[str]:
        """What to write into the declarations to let the plan through."""
        head, _, text = allow_advice(self.plan.guards).partition("\n")
        if text:
            yield f"\n{head}\n\n```yaml\n{text}\n```\n"

    def _items(self, *, many: bool) -> Iterator[str]:
        """What becomes of roles and tags: tables where the contacts are many, else a line."""
        if many:
            yield from item_tables(self.plan)
            return
        impacts = role_impacts(self.plan)
        if impacts:
            roles = [self._role_impact(impact) for impact in impacts[:_ROLES_NAMED]]
            roles += [f"and {rest} below" for rest in more(len(impacts) - _ROLES_NAMED, "role")]
            yield f"\nHolders of roles: {' · '.join(roles)}\n"

    def _role_impact(self, impact: RoleImpact) -> str:
        lost = f"{impact.lost:,} lost" if impact.lost else ""
        gained = f"{impact.gained:,} gained" if impact.gained else ""
        return f"{self.sentences.dialect.name(impact.role)} {', '.join(filter(None, (lost, gained)))}"
