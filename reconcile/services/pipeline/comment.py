"""What the forge shows of a pull request's plans: one comment, and a new one where a plan has changed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.clock import utc_text
from reconcile.declare.settings import read_settings
from reconcile.errors import ForgeError, UsageError
from reconcile.forge.environment import CiEnvironment
from reconcile.forge.marks import with_mark
from reconcile.forge.own_comments import OwnComments
from reconcile.render.pipeline.comment_text import CommentText, changed_text
from reconcile.render.plan_markdown.document import COMMENT_LIMIT
from reconcile.services.caller import ProjectChoice

from .section import read_sections

PLAN, PLAN_CHANGED = "plan", "plan-changed"
"""The kinds of our comments: what merging would do, and that it is something else by now."""


@dataclass(frozen=True, slots=True)
class PullRequestComment:
    """The comments on one pull request. ``author`` is the login that we write as."""

    job: CiEnvironment
    number: int
    author: str

    @property
    def head(self) -> str:
        """The commit that the comment is about."""
        return self.job.head or self.job.commit

    @property
    def outdated(self) -> bool:
        """Whether it has another head by now: an older run must not replace what a newer one says."""
        try:
            known = self.job.head is not None
            return known and self.job.evidence.pull_request(self.number).head != self.head
        except ForgeError:
            return False

    def put(self, files: Iterable[Path], targets: Sequence[str]) -> None:
        """Write the one comment, of the sections in these files and folders that are for this head."""
        sections = [section for section in read_sections(files) if section.head == self.head]
        facts, run = {"head": self.head}, self.job.run
        room = COMMENT_LIMIT - len(with_mark(PLAN, facts, "").encode("utf-8"))
        comments = OwnComments(self.job.forge, self.number, self.author)
        comments.put(PLAN, facts, CommentText(sections, targets, self.head, run).text(room))
        changed = [section for section in sections if section.digest_changed]
        if changed:
            made = utc_text(max(section.made for section in changed))
            comments.add_once(PLAN_CHANGED, {**facts, "made": made}, changed_text(changed, run))


def expected_targets(named: str | None, choice: ProjectChoice) -> tuple[str, ...]:
    """The targets that must have a section: those named as `ci targets` prints them, else all configured.

    None where the configuration can't be read, as in the pull request that brings the first one.
    """
    if named:
        return _named_targets(named)
    if not choice.config.exists():
        return ()
    settings, _ = read_settings(choice.config, choice.searched)
    return tuple(target.name for target in settings.ci_targets) if settings else ()


def _named_targets(named: str) -> tuple[str, ...]:
    try:
        names = json.loads(named)
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return tuple(names)
    except (ValueError, RecursionError):
        pass
    raise UsageError("--targets is no list of names as 'reconcile ci targets' prints it")
