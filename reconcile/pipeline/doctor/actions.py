"""What workflows may do at the forge, which code they run, and what the credentials can do."""

from reconcile.model.ci.forge_settings import Unread

from .finding import CheckFinding, SetUp, missing, not_read


def repository_private(setup: SetUp) -> CheckFinding:
    """Only those who are let in read the declarations."""
    return missing([] if setup.settings.private else ["the repository is not private"])


def token_is_weak(setup: SetUp) -> CheckFinding:
    """A workflow that asks for nothing gets nothing, and none can approve."""
    token = setup.settings.workflow_token
    if isinstance(token, Unread):
        return not_read(token)
    writes = ["a workflow that names no permissions may write to the repository"] if token.writes else []
    approves = ["workflows may create and approve pull requests"] if token.approves else []
    return missing([*writes, *approves])


def forks_get_nothing(setup: SetUp) -> CheckFinding:
    """The pull request of a fork gets no secret and no token that writes."""
    forks = setup.settings.forks
    if isinstance(forks, Unread):
        return not_read(forks)
    if not forks.runs:
        return CheckFinding(remarks=("no workflow runs for a fork's pull request, not even the validation",))
    secrets = ["a pull request from a fork gets the secrets"] if forks.gets_secrets else []
    token = ["a pull request from a fork gets a token that writes"] if forks.gets_writing_token else []
    return missing([*secrets, *token])


def actions_pinned(setup: SetUp) -> CheckFinding:
    """Each action is used by the full hash of a commit, which nobody can move."""
    return missing(f"{place} is not pinned by a full commit hash" for place in setup.unpinned)


def credential_fits(setup: SetUp) -> CheckFinding:
    """Where only reading is needed, the credential can't write."""
    if not setup.credential:
        return CheckFinding(unread=("no credential is in the environment: run this where one is",))
    if setup.may_write is None:
        return CheckFinding(unread=(f"{setup.credential} does not tell what its token may do",))
    can = "can write contacts" if setup.may_write else "can't write contacts"
    sentences = (f"the credential at hand for {setup.credential} {can}",)
    wrong = setup.may_write and setup.must_only_read
    return CheckFinding(missing=sentences) if wrong else CheckFinding(remarks=sentences)
