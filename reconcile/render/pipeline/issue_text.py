"""What the one issue says beside drift: what was merged and is not applied, and runs that fail."""

from dataclasses import dataclass
from datetime import datetime

from reconcile.clock import zoned_text
from reconcile.render.escape import MARKDOWN

from .comment_text import run_link
from .section_text import RUN_BY_HAND

AFTER_FAILURE = "\n---\n\n"
"""Stands between what is said first and the drift. No drift holds it: its lines begin otherwise."""


@dataclass(frozen=True, slots=True)
class RunAddress:
    """The address of a run, from which those of others follow on GitHub; ``number`` is the number in it."""

    url: str
    number: int | None

    def link(self, words: str, number: int | None) -> str:
        """These words as a link to the run of that number; with its number where its address is not known."""
        if number == self.number:
            return run_link(self.url, words)
        base = self.url.removesuffix(f"/actions/runs/{self.number}")
        if base == self.url:
            return f"{words} ({MARKDOWN.name(str(number))})"
        return run_link(f"{base}/actions/runs/{number}", words)


def failure_text(run: str, since: datetime) -> str:
    """A scheduled run has failed; ``run`` is a link to the last one."""
    return (
        f"\n> [!CAUTION]\n> **A scheduled run has failed** ({run}), since {zoned_text(since, 'UTC')}. What "
        "is due by the clock may not be applied, and drift may go unseen: its log says why.\n"
    )


def no_run_text(tip: str, branch: str) -> str:
    """What was merged last has had no run."""
    return (
        f"\n> [!WARNING]\n> {MARKDOWN.name(tip[:7])}, the tip of {MARKDOWN.name(branch)}, **has had no "
        f"run**, so what was merged is not applied. What carries it out is {RUN_BY_HAND}.\n"
    )


def waiting_text(run: str, since: datetime, now: datetime) -> str:
    """A preview has not been answered; ``run`` is a link to the run."""
    hours = int((now - since).total_seconds() // 3600)
    return (
        f"\n> [!WARNING]\n> The preview of {run} **has waited for its reviewers for {hours:,} hours**, since "
        f"{zoned_text(since, 'UTC')}: what was merged is not applied before somebody lets it through.\n"
    )


def unsuccessful_text(tip: str, run: str) -> str:
    """The last run of the tip was refused or has failed; ``run`` is a link to it."""
    return (
        f"\n> [!WARNING]\n> {MARKDOWN.name(tip[:7])}, which was merged last, **is not applied**: {run} was "
        f"refused or failed. The way out is to start it again, or {RUN_BY_HAND}.\n"
    )
