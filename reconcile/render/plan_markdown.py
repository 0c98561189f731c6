"""A plan for a pull request: GitHub's and GitLab's Markdown, never longer than such a comment may be."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, takewhile
from urllib.parse import quote

from reconcile.model.plans.change import Change
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place
from reconcile.text import count

from .escape import MARKDOWN, MARKDOWN_HTML, MASK, TERMINAL, url_path
from .wording.contact_lines import NOUNS, Line, aligned, contact_lines
from .wording.names import place_text, set_aside_name, set_aside_reason
from .wording.operation_text import KEPT, OperationText
from .wording.risk import Risk, RoleImpact, risk_groups, role_impacts
from .wording.sentences import PlanSentences

COMMENT_LIMIT = 65_536
"""Maximum characters of a comment on GitHub. A step summary takes 1 MiB."""

SHORTEST_LIMIT = 8_000
"""Bytes. Head, foot and what is said about the rest need some room."""

SHOWN_OPEN = 5
"""Maximum number of contacts that are shown unfolded, then all are folded."""

LEAST_ROOM = 1_000
"""Bytes for a contact's steps, where not all steps of all contacts fit; then whole contacts are left out."""

_SHARE = 4
"""Warnings, and contacts that are set aside, take at most this part of what is left: an n-th."""

_ROLES_NAMED = 20
"""Maximum number of roles whose holders are counted, then the number of the others."""

_RESERVED = 800
"""Bytes for the sentences about everything that does not fit."""


def plan_markdown(plan: Plan, *, limit: int = COMMENT_LIMIT, source_url: str | None = None) -> str:
    """The plan in at most ``limit`` bytes of UTF-8 (so characters too): riskiest contacts first.

    Where not all fits, each contact gets the same room for its steps, so that a huge one hides no other;
    within it access comes first. Then contacts are left out whole, from the least risky end. The text says
    how many of what kind are left out. With ``source_url``, the folder's address at the commit, each contact
    links to its declaration (``…/blob/COMMIT`` + ``/file#Lline``). Raises ValueError for a limit below 8,000.
    """
    if limit < SHORTEST_LIMIT:
        raise ValueError(f"a plan in Markdown needs a limit of {SHORTEST_LIMIT:,} bytes at least")
    return _PlanMarkdown(plan, limit, source_url).text()


@dataclass(slots=True)
class ByteBudget:
    """The bytes that are left. Once something did not fit, nothing is taken any more."""

    left: int
    spent: bool = False

    def takes(self, block: str) -> bool:
        """True when a block fits; its bytes are gone then."""
        size = len(block.encode("utf-8"))
        self.spent = self.spent or size > self.left
        self.left -= 0 if self.spent else size
        return not self.spent

    def taken(self, blocks: Iterable[str]) -> list[str]:
        """The first blocks, as many as fit."""
        return list(takewhile(self.takes, blocks))

    def taken_from_share(self, blocks: Iterable[str]) -> list[str]:
        """The first blocks, as many as fit in a part of what is left; more do not spend the rest."""
        share = ByteBudget(self.left // _SHARE)
        shown = share.taken(blocks)
        self.left -= self.left // _SHARE - share.left
        return shown


@dataclass(frozen=True, slots=True)
class ContactBlock:
    """One contact to unfold: what stands before its steps and after them, and the lines of the steps."""

    head: str
    lines: tuple[tuple[Line, str], ...]
    foot: str

    def within(self, room: int) -> str:
        """The block with as many steps as the bytes allow, one at least; if not all, access comes first."""
        if sum(len(text.encode("utf-8")) for _, text in self.lines) <= room:
            return "".join([self.head, *(text for _, text in self.lines), self.foot])
        ranked = sorted(self.lines, key=lambda line: line[0].rank)
        shown = ByteBudget(room).taken(text for _, text in ranked) or [ranked[0][1]]
        rest = Counter(_kind(line) for line, _ in ranked[len(shown) :])
        more = ", ".join(count(number, f"more {kind}") for kind, number in rest.items())
        return "".join([self.head, *shown, f"  and {more}: {SEE_ALL}\n" if more else "", self.foot])


SEE_ALL = "'reconcile show' of the saved plan has them all"


def _kind(line: Line) -> str:
    return "kept item" if line.symbol == KEPT else f"{NOUNS.get(line.facet, 'field')} step"


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
        head, foot = f"### {self.sentences.dated_headline()}\n\n{self._table()}", self._foot()
        budget = ByteBudget(self.limit - len((head + foot).encode("utf-8")) - _RESERVED)
        warnings, roles = self._warnings(budget), budget.taken(self._roles())
        set_aside = budget.taken_from_share(set_aside_blocks(self.plan))
        contacts, left_out = self._contacts(budget)
        notes = budget.taken(f"\n> {self.sentences.dialect.prose(note)}\n" for note in self.plan.notes)
        unshown = _more(len(self.plan.set_aside) - len(set_aside), "contact", "set aside")
        left = [*unshown, *left_out, *_more(len(self.plan.notes) - len(notes), "note")]
        return "".join([head, *warnings, *roles, *set_aside, *contacts, *notes, *_left_out(left), foot])

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
        more = [f"> - and {more}\n" for more in _more(len(warnings) - len(shown), "warning")]
        return ["\n> [!WARNING]\n", *shown, *more]

    def _roles(self) -> Iterator[str]:
        impacts = role_impacts(self.plan)
        if impacts:
            roles = [self._role_impact(impact) for impact in impacts[:_ROLES_NAMED]]
            roles += [f"and {more}" for more in _more(len(impacts) - _ROLES_NAMED, "role")]
            yield f"\nHolders of roles: {' · '.join(roles)}\n"

    def _role_impact(self, impact: RoleImpact) -> str:
        lost = f"{impact.lost:,} lost" if impact.lost else ""
        gained = f"{impact.gained:,} gained" if impact.gained else ""
        return f"{self.sentences.dialect.name(impact.role)} {', '.join(filter(None, (lost, gained)))}"

    def _contacts(self, budget: ByteBudget) -> tuple[list[str], list[str]]:
        """The contacts that fit, under the titles of their groups, and what is left out.

        The room for each one's steps is halved until all fit.
        """
        groups = [
            (risk, len(changes), _MadeOnce(map(self._contact, changes)))
            for risk, changes in risk_groups(self.plan).items()
        ]
        room = budget.left
        while True:
            trial = ByteBudget(budget.left)
            blocks, left_out = _grouped(groups, room, trial)
            if room <= LEAST_ROOM or not trial.spent:
                budget.left, budget.spent = trial.left, trial.spent
                return blocks, left_out
            room = max(room // 2, LEAST_ROOM)

    def _contact(self, change: Change) -> ContactBlock:
        """A contact to unfold. The first lines are HTML up to the blank line, the others Markdown."""
        opened = len(self.plan.changes) <= SHOWN_OPEN
        sentences = PlanSentences(self.plan, MARKDOWN_HTML)
        wording = OperationText(self.plan.timezone, TERMINAL)
        lines = aligned(list(contact_lines(change, wording)))
        summary = "; ".join(phrase for _, phrase in sentences.summary(change))
        return ContactBlock(
            f"\n<details{' open' if opened else ''}>\n"
            f"<summary>{sentences.full_name(change)}: {summary}</summary>\n\n"
            f"{self._source(change.source)}\n\n```diff\n",
            tuple((line, f"{(lead + line.body).rstrip()}\n") for line, lead in lines),
            "```\n\n</details>\n",
        )

    def _source(self, place: Place) -> str:
        text, url = place_text(place, MARKDOWN), self._url(place)
        return f"[{text}](<{url}>)" if url else text

    def _url(self, place: Place) -> str | None:
        """The declaration's address, safe to stand in a link; None where there is none to trust."""
        base, path = self.source_url or "", url_path(place.file)
        if not base.startswith(("https://", "http://")) or path is None or MASK in place.file:
            return None
        line = f"#L{place.line}" if place.line else ""
        return quote(f"{base.rstrip('/')}/{path}{line}", safe=":/?#@!$&*+,;=%~")


class _MadeOnce:
    """Blocks that are made when they are first asked for, and kept for the next time."""

    def __init__(self, blocks: Iterator[ContactBlock]) -> None:
        self._blocks = blocks
        self._made: list[ContactBlock] = []

    def __iter__(self) -> Iterator[ContactBlock]:
        yield from self._made
        for block in self._blocks:
            self._made.append(block)
            yield block


def _grouped(
    groups: Iterable[tuple[Risk, int, _MadeOnce]], room: int, budget: ByteBudget
) -> tuple[list[str], list[str]]:
    """The blocks that fit, each with that room for its steps, and what is left out."""
    blocks: list[str] = []
    left_out: list[str] = []
    for risk, size, contacts in groups:
        title = f"\n#### {risk.value}: {count(size, 'contact')}\n"
        shown = budget.taken(chain([title], (contact.within(room) for contact in contacts)))
        blocks += shown
        left_out += _more(size - max(len(shown) - 1, 0), "contact", risk.having)
    return blocks, left_out


def set_aside_blocks(plan: Plan) -> Iterator[str]:
    """The contacts that are set aside, as items of a list; its title stands before the first."""
    title = f"\n#### Set aside: {count(len(plan.set_aside), 'contact')}\n\n"
    for entry in plan.set_aside:
        name, place = set_aside_name(entry, MARKDOWN), place_text(entry.source, MARKDOWN)
        yield f"{title}- {name}, {place}: {set_aside_reason(entry, MARKDOWN)}\n"
        title = ""


def _more(number: int, noun: str, kind: str = "") -> list[str]:
    """``3 more contacts losing access``, or nothing."""
    return [f"{count(number, f'more {noun}')} {kind}".rstrip()] if number > 0 else []


def _left_out(left: list[str]) -> list[str]:
    if not left:
        return []
    return [f"\n**Left out, since the plan is too long for this page:** {', '.join(left)}.\n"]
