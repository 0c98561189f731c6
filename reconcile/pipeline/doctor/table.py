"""The table of all checks of GitHub. To add one, add its row."""

from reconcile.model.ci.forge_settings import CheckResult

from . import actions, branch, code_owners, environments
from .finding import Check, SetUp

_RULES = "Settings > Rules > Rulesets (or Branches): "

CHECKS = (
    Check(
        "visibility",
        "the repository's visibility",
        "the declarations name people, and plans and journals are artifacts: none is kept, and no merge is "
        "applied",
        "Settings > General > Change visibility > private (internal is too open, too)",
        actions.repository_private,
    ),
    Check(
        "review",
        "protection and rulesets of the branch",
        "whoever may push applies what nobody else has looked at",
        _RULES + "require a pull request, with 1 approval or more",
        branch.review_required,
    ),
    Check(
        "stale-reviews",
        "protection and rulesets of the branch",
        "what is merged is not what was approved: the preview refuses it, and somebody applies it by hand",
        _RULES + "dismiss stale approvals when new commits are pushed",
        branch.stale_reviews_dismissed,
    ),
    Check(
        "last-push",
        "protection and rulesets of the branch",
        "a reviewer can push a commit to a colleague's branch and approve it alone",
        _RULES + "require approval of the most recent push by somebody else",
        branch.last_push_approved,
    ),
    Check(
        "code-owner-review",
        "protection and rulesets of the branch",
        "anybody's approval suffices for another workflow, another guard, another account",
        _RULES + "require review from code owners",
        branch.code_owners_asked,
    ),
    Check(
        "required-checks",
        "protection and rulesets of the branch",
        "a pull request is merged whose plan failed or was not approved; nothing of it is applied then",
        _RULES + f"require the checks {', '.join(branch.CHECKS_TO_REQUIRE)}",
        branch.checks_required,
    ),
    Check(
        "history",
        "protection and rulesets of the branch",
        "commits vanish that runs were made from: a base is not found, and a change can hide",
        _RULES + "block force pushes, restrict deletions",
        branch.history_kept,
    ),
    Check(
        "bypass",
        "who may bypass protection and rulesets",
        "the rules hold for the others alone",
        _RULES + "empty the bypass list; in a branch protection: do not allow bypassing the above settings",
        branch.nobody_bypasses,
    ),
    Check(
        "environments",
        "the list of environments",
        "GitHub makes an environment at its first use, and lets every branch use it",
        "Settings > Environments > New environment",
        environments.environments_there,
    ),
    Check(
        "environment-branches",
        "deployment branches of preview, approve, apply and clock",
        "a workflow on a branch, or a tag, gets the credential that writes, and the key that signs",
        "Settings > Environments > (each) > Deployment branches and tags > Selected > add the branch alone",
        environments.only_main_may_use,
    ),
    Check(
        "plan-environment",
        "deployment branches of plan",
        "no pull request gets a plan",
        "Settings > Environments > reconcile-plan-… > Deployment branches and tags > No restriction",
        environments.open_to_pull_requests,
    ),
    Check(
        "reviewers",
        "required reviewers of approve",
        "nobody looks at the fresh preview before it is applied",
        "Settings > Environments > reconcile-approve-… > Required reviewers, Prevent self-review; where your "
        "plan has none: keep 'ci: {require-review: true}'",
        environments.reviewers_see_the_preview,
    ),
    Check(
        "waiting",
        "reviewers and timers of preview, apply and clock",
        "windows start and end late, or not at all, while a job waits for somebody",
        "Settings > Environments > (each): no required reviewers, no wait timer",
        environments.nobody_is_waited_for,
    ),
    Check(
        "secrets",
        "names of the environments' secrets",
        "the jobs of that environment stop for want of it",
        "gh secret set NAME --env ENVIRONMENT",
        environments.secrets_there,
    ),
    Check(
        "secret-places",
        "names of the repository's secrets, and of those in plan",
        "a workflow on any branch reads it: whoever may push has the account, or signs false journals",
        "gh secret delete NAME, make a new credential or key, and put it into its environments",
        environments.secrets_in_their_places,
    ),
    Check(
        "enabled",
        "the repository's variables",
        "nothing but the validation runs",
        f"gh variable set {environments.ENABLED} --body true",
        environments.enabled,
    ),
    Check(
        "code-owners",
        "CODEOWNERS on the branch, and the forge's errors in it",
        "who reviews a change of the workflows or the guards is left to chance",
        "put the lines of docs/ci.md into .github/CODEOWNERS ('reconcile init --ci github --owners …')",
        code_owners.owned,
    ),
    Check(
        "workflow-token",
        "default permissions of workflows",
        "a workflow of a branch changes the repository, or approves a pull request",
        "Settings > Actions > General > Workflow permissions: read; no approving of pull requests",
        actions.token_is_weak,
    ),
    Check(
        "forks",
        "what pull requests from forks get",
        "whoever may read the repository reads the account from a fork",
        "Settings > Actions > General > Fork pull request workflows: send no secrets and no write tokens",
        actions.forks_get_nothing,
    ),
    Check(
        "action-pins",
        "the workflows of this checkout",
        "whoever moves a tag of that action runs code beside the credential",
        "write the commit: uses: owner/action@<40 hex digits> # v1.2.3",
        actions.actions_pinned,
    ),
    Check(
        "credential",
        "a token for the account, and what it may do",
        "pull requests of any branch could write to the account",
        "give plan and preview the private app with the scopes contacts.readonly and roles.readonly",
        actions.credential_fits,
    ),
)


def examine(setup: SetUp) -> tuple[CheckResult, ...]:
    """What each check comes to, in the order of the table."""
    return tuple(check.result(setup) for check in CHECKS)
