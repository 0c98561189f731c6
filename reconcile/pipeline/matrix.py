"""Which targets a pipeline can work on beside each other: a job each, with names made of the target's."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from reconcile.model.settings import Target
from reconcile.text import quoted

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
"""What stays one name in those of environments, artifacts, folders, jobs and concurrency groups.

GitHub refuses ``" : < > | * ? \\ /`` and line ends in an artifact's name (actions/upload-artifact, README);
the target of a job is read from the brackets in its name.
"""


def reasons_against_targets(targets: Sequence[Target]) -> Iterator[str]:
    """Why a pipeline can't work on these targets, with what to do; nothing when it can.

    Environments and concurrency groups have no case at GitHub, so two such names would share one credential.
    """
    for target in targets:
        if not _NAME.fullmatch(target.name):
            yield (
                f"the target {quoted(target.name)} can't be worked on in a pipeline, where its name is part "
                "of others: use letters, digits, '.', '_' and '-', at most 63, first a letter or digit"
            )
    for one, other in combinations(targets, 2):
        if one.name.casefold() == other.name.casefold():
            yield (
                f"the targets {quoted(one.name)} and {quoted(other.name)} would have the same environments, "
                "whose names have no case: call one of them otherwise"
            )
        elif _place(one) == _place(other):
            yield (
                f"the targets {quoted(one.name)} and {quoted(other.name)} are the same account, to which two "
                "jobs would write at once: name one of them under 'ci: {targets: …}'"
            )


def _place(target: Target) -> tuple[object, ...]:
    return (target.kind, (target.account or "").casefold()) if target.account else (target.kind, target.url)
