"""The plan that was approved: found by the commit that its merge made, and checked before it is used.

An attacker would have to forge each link of this chain: the commit was made by merging *this* pull request,
from this repository, into this branch; the pull request has a comment of ours, not edited by another, which
names the head that was merged and seals the plan; a successful run of the plan workflow for that very head
left an artifact; and the seal fits the plan in it (which the caller checks, since the digest belongs to the
plan).

Our comment must not tell the plan's digest, which would confirm a guessed address. It has a seal instead,
over the digest and a salt that lies with the plan, where only those who may read the plan can read it.
Whoever reads the seal alone can test no guess against it, and it fits no other plan.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_hex

from reconcile.errors import Refusal

from .artifacts import members
from .protocol import Forge, MergedPullRequest
from .sticky_comment import Facts, StickyComment

PLAN, APPLIED = "plan", "applied"
"""The kinds of our comments: what would be done, and what was done."""

COMPLETE = "complete"
"""The outcome of an apply that leaves nothing to do, which is why its approval is spent."""

_ADVICE = "nothing was written; plan again in a pull request"

SALT_FILE = "plan.salt"
"""Its name in the artifact, beside ``plan.json``."""

_SALT = re.compile(r"[0-9a-f]{64}", re.ASCII)

_SEAL = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


def new_salt() -> str:
    """64 hexadecimal digits that nobody can guess."""
    return token_hex(32)


def is_salt(text: str) -> bool:
    """True for a text that may be a salt. One form only, so that salt and digest can be told apart."""
    return _SALT.fullmatch(text) is not None


def is_seal(text: str) -> bool:
    """True for a text that may be a seal."""
    return _SEAL.fullmatch(text) is not None


def seal_of(digest: str, salt: str) -> str:
    """The seal of the plan with that digest."""
    return f"sha256:{sha256(f'{salt} {digest}'.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class PlanSource:
    """Where an approved plan comes from: whose comments, for which target, which workflow's artifact."""

    author: str
    target: str
    branch: str
    workflow: str = "plan.yml"
    artifact: str = "reconcile-plan"
    file: str = "plan.json"


@dataclass(frozen=True, slots=True)
class ApprovedPlan:
    """A plan as it was approved in a pull request: its text, its salt, and the seal in our comment."""

    merged: MergedPullRequest
    seal: str
    salt: str
    content: bytes

    def has(self, digest: str) -> bool:
        """True when the plan with that digest is the one that our comment speaks of."""
        return seal_of(digest, self.salt) == self.seal


def find_approved_plan(forge: Forge, commit: str, source: PlanSource) -> ApprovedPlan:
    """The plan that was approved with the merge that made a commit. Refusal says which link is missing."""
    merged = _merge(forge, commit, source)
    facts = _approved_facts(forge, merged, source)
    _refuse_spent(forge, merged, facts, source)
    files = _kept_files(forge, merged, source)
    content, salt = (_content(files, name, source) for name in (source.file, SALT_FILE))
    return ApprovedPlan(merged, facts["seal"], _salt(salt), content)


def merge_of(forge: Forge, commit: str, branch: str) -> MergedPullRequest | None:
    """The pull request whose merge into that branch made a commit; None when there is not exactly one."""
    pull_requests = [merged for merged in forge.merged(commit) if merged.base == branch]
    return pull_requests[0] if len(pull_requests) == 1 else None


def _merge(forge: Forge, commit: str, source: PlanSource) -> MergedPullRequest:
    merged = merge_of(forge, commit, source.branch)
    if merged is None:
        raise Refusal(
            f"commit {commit} was not made by merging one pull request into {source.branch}: nobody has "
            f"approved a plan for it; {_ADVICE}"
        )
    if not merged.own:
        raise Refusal(f"pull request {merged.number} came from a fork, for which no plan is made; {_ADVICE}")
    return merged


def _approved_facts(forge: Forge, merged: MergedPullRequest, source: PlanSource) -> Facts:
    """The facts of our comment, which must be about the head that was merged."""
    comment = StickyComment(forge, merged.number, source.author, PLAN, source.target).find()
    if comment is None:
        raise Refusal(
            f"pull request {merged.number} has no plan by {source.author} for target '{source.target}' that "
            f"nobody else has edited; {_ADVICE}"
        )
    _, facts = comment
    if facts.get("head") != merged.head or not is_seal(facts.get("seal", "")):
        raise Refusal(
            f"the plan in pull request {merged.number} is not for commit {merged.head}, which was merged; "
            f"{_ADVICE}"
        )
    return facts


def _refuse_spent(forge: Forge, merged: MergedPullRequest, facts: Facts, source: PlanSource) -> None:
    """Refuse a plan that was applied already: an old run that is started again must not repeat it."""
    comment = StickyComment(forge, merged.number, source.author, APPLIED, source.target).find()
    applied = {} if comment is None else comment[1]
    if (applied.get("seal"), applied.get("outcome")) == (facts["seal"], COMPLETE):
        raise Refusal(f"the plan of pull request {merged.number} was applied already; nothing was written")


def _kept_files(forge: Forge, merged: MergedPullRequest, source: PlanSource) -> dict[str, bytes]:
    archive = next(forge.plans(merged, source.workflow, source.artifact), None)
    if archive is None:
        raise Refusal(
            f"no successful run of {source.workflow} for commit {merged.head} keeps an artifact "
            f"'{source.artifact}', or it has expired; {_ADVICE}"
        )
    return dict(members(archive))


def _content(files: dict[str, bytes], name: str, source: PlanSource) -> bytes:
    if name not in files:
        raise Refusal(f"the artifact '{source.artifact}' holds no {name}; {_ADVICE}")
    return files[name]


def _salt(content: bytes) -> str:
    salt = content.decode("ascii", "replace").strip()
    if not is_salt(salt):
        raise Refusal(f"the artifact's {SALT_FILE} is not what 'reconcile ci comment' writes; {_ADVICE}")
    return salt
