"""The commands that follow a drift: overwrite what was changed outside, or adopt it into the declarations."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from shlex import quote

from reconcile.model.contact import Identity
from reconcile.model.plans.change import Change
from reconcile.model.reports.drift import Cause, Drift
from reconcile.render.pipeline.section_text import RUN_BY_HAND
from reconcile.text import escape_unprintable

_PLAIN_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)
"""An address that a shell takes as it is; one that is masked is none."""

MOST_NAMED = 20
"""Maximum number of contacts in a command of the issue."""


@dataclass(frozen=True, slots=True)
class NextSteps:
    """The commands as they are to be typed, with the target where one was named."""

    drift: Drift

    def for_terminal(self) -> Iterator[str]:
        """A line for each way that there is."""
        if self.drift.outside:
            apply = self._command("apply", named=self._named)
            yield f"To overwrite what was changed outside: {apply} (in a pipeline: start the run by hand)"
            yield f"To adopt it into the declarations:     {self._adopt()}"
        elif ids := _ids(_never_applied(self.drift)):
            # Also where no run is known: nothing tells then what was done outside.
            yield f"To apply what is not applied yet:      {self._command('apply', named=self._named)}"
            if len(ids) <= MOST_NAMED:
                yield f"To declare what the account has:       {self._import(ids, named=self._named)}"
        if self.drift.due:
            yield f"To apply what is due by the clock:     {self._command('apply --due', named=self._named)}"

    def for_issue(self) -> str:
        """Both ways in Markdown; empty where nothing was changed outside. Others read it: each names all.

        A checkout knows no run of the pipeline, and so not what was done outside: there an import adopts.
        """
        ids = _ids(_changed_outside(self.drift))
        if not ids:
            return ""
        command = self._import(ids[:MOST_NAMED], named=True)
        others = f"\nAnd so the other {len(ids) - MOST_NAMED}.\n" if len(ids) > MOST_NAMED else ""
        return (
            "\n**What was changed outside can be overwritten or adopted.** To *overwrite* it, start "
            f"{RUN_BY_HAND}. To *adopt* it, write it into the declarations in a checkout of the main branch, "
            f"and open a pull request with that:\n\n```shell\n{command}\n```\n{others}"
        )

    @property
    def _named(self) -> bool:
        return self.drift.target_named

    def _import(self, ids: Iterable[str], *, named: bool) -> str:
        chosen = "".join(f" --id {quote(escape_unprintable(one))}" for one in ids)
        return self._command(f"import{chosen}", named=named)

    def _adopt(self) -> str:
        (first, *others) = self._people()
        return self._command("drift --adopt" + ("" if others else f" {_argument(first)}"), named=self._named)

    def _people(self) -> Iterable[Identity]:
        """Each contact of which something was changed outside."""
        return {change.key: change.contact for change in _changed_outside(self.drift)}.values()

    def _command(self, words: str, *, named: bool) -> str:
        target = f" --target {quote(escape_unprintable(self.drift.plan.target))}" if named else ""
        command, _, rest = words.partition(" ")
        return f"reconcile {command}{target}{' ' if rest else ''}{rest}"


def _changed_outside(drift: Drift) -> Iterator[Change]:
    return (difference.change for difference in drift.outside)


def _never_applied(drift: Drift) -> Iterator[Change]:
    return (one.change for one in drift.differences if one.cause is Cause.NOT_APPLIED)


def _ids(changes: Iterable[Change]) -> list[str]:
    """The ids of these changes' contacts, each once; one that is yet to be created has none."""
    return list(dict.fromkeys(change.contact.id for change in changes if change.contact.id))


def _argument(contact: Identity) -> str:
    """A contact on the command line: by its address where that needs no quotes, else by its id."""
    if _PLAIN_ADDRESS.fullmatch(contact.email) or not contact.id:
        return quote(escape_unprintable(contact.email))
    return escape_unprintable(contact.id)
