"""The environment variables that this tool reads, as one table; the documentation's page is made from it.

A test holds it against the code: no module reads a variable that has no row here, and no row is left over.
"""

from dataclasses import dataclass
from enum import StrEnum


class VariableGroup(StrEnum):
    """What variables are about: the headings of the documentation."""

    CREDENTIALS = "Credentials of the account"
    WORK = "What a command works on"
    SWITCHES = "Stop and freeze"
    TERMINAL = "What is printed, and in which time zone"
    NETWORK = "Network"
    PIPELINE = "In a pipeline: what you set"
    GITHUB = "In a pipeline: what GitHub sets"
    GITLAB = "In a pipeline: what GitLab sets"


@dataclass(frozen=True, slots=True)
class EnvironmentVariable:
    """A variable: ``value`` is its form, ``default`` what holds where it is not set, ``about`` a sentence.

    ``secret``: its value is never printed, and must not be under Git. ``library``: the library that reads it
    for us, where our own code does not.
    """

    name: str
    group: VariableGroup
    value: str
    about: str
    default: str = ""
    secret: bool = False
    library: str = ""


def _set_by(group: VariableGroup, *rows: tuple[str, str]) -> tuple[EnvironmentVariable, ...]:
    """Variables that a forge sets by itself: the name, and what it is needed for."""
    return tuple(EnvironmentVariable(name, group, "set by the runner", about) for name, about in rows)


_ON = "any word but `0`, `false`, `no`, `off`"

_KEY = "text of 32 characters or more"

VARIABLES = (
    EnvironmentVariable(
        "EVANCE_CREDENTIALS",
        VariableGroup.CREDENTIALS,
        "path of a file",
        "The JSON file of a private app's credentials, as Evance's admin lets you download it; nobody else "
        "on the machine may be able to read it.",
        "the pair below",
    ),
    EnvironmentVariable(
        "EVANCE_CLIENT_ID",
        VariableGroup.CREDENTIALS,
        "text",
        "The client id of the private app; with `EVANCE_PRIVATE_KEY` it wins over the file.",
    ),
    EnvironmentVariable(
        "EVANCE_PRIVATE_KEY",
        VariableGroup.CREDENTIALS,
        "text",
        "The private key that belongs to the client id.",
        secret=True,
    ),
    EnvironmentVariable(
        "RECONCILE_TARGET",
        VariableGroup.WORK,
        "name of a target",
        "The target, where `--target` names none; it wins over `target` of the configuration.",
        "`target` of the configuration",
    ),
    EnvironmentVariable(
        "XDG_STATE_HOME",
        VariableGroup.WORK,
        "path of a folder",
        "Where the key lies that tells caches in `.reconcile/` from found ones: `reconcile/cache.key` in it. "
        "In a checkout, or without `HOME`, there is no key and no cache.",
        "`~/.local/state`",
    ),
    EnvironmentVariable(
        "HOME", VariableGroup.WORK, "path of a folder", "Where `XDG_STATE_HOME` lies by default."
    ),
    EnvironmentVariable(
        "RECONCILE_KILL",
        VariableGroup.SWITCHES,
        _ON,
        "The kill switch: nothing is applied, and a run that has begun stops before its next write.",
        "off",
    ),
    EnvironmentVariable(
        "RECONCILE_FREEZE",
        VariableGroup.SWITCHES,
        _ON,
        "Nothing is applied, as in a freeze of the configuration; `apply: {revoke-in-freeze: true}` lets "
        "pass what only revokes.",
        "off",
    ),
    EnvironmentVariable(
        "NO_COLOR", VariableGroup.TERMINAL, "anything", "No colours.", "colours at a terminal"
    ),
    EnvironmentVariable(
        "FORCE_COLOR",
        VariableGroup.TERMINAL,
        "anything",
        "Colours elsewhere, too; `NO_COLOR` wins over it.",
    ),
    EnvironmentVariable(
        "TERM",
        VariableGroup.TERMINAL,
        "kind of terminal",
        "With `dumb` there are no colours and no progress bars.",
    ),
    EnvironmentVariable(
        "CI",
        VariableGroup.TERMINAL,
        "anything",
        "Names and e-mails are masked, and no line can be a command to the runner. The same holds with "
        "`GITHUB_ACTIONS`, `GITLAB_CI` or `TF_BUILD`.",
    ),
    EnvironmentVariable("TF_BUILD", VariableGroup.TERMINAL, "anything", "As `CI`; Azure Pipelines sets it."),
    EnvironmentVariable(
        "TZ",
        VariableGroup.TERMINAL,
        "name of a time zone",
        "What `init` writes as `timezone`; nothing else reads it.",
        "the system's",
    ),
    EnvironmentVariable(
        "HTTPS_PROXY",
        VariableGroup.NETWORK,
        "URL",
        "The proxy for Evance and the forges; `HTTP_PROXY` and `ALL_PROXY` hold as usual, in small letters, "
        "too. A sandbox on this machine is asked without one.",
        "no proxy",
        library="requests",
    ),
    EnvironmentVariable(
        "NO_PROXY",
        VariableGroup.NETWORK,
        "hosts",
        "Hosts, with commas between, that are asked without the proxy.",
        library="requests",
    ),
    EnvironmentVariable(
        "REQUESTS_CA_BUNDLE",
        VariableGroup.NETWORK,
        "path of a file",
        "Certificates to trust instead of those of the library, such as those of a company's proxy.",
        "those of the library",
    ),
    EnvironmentVariable(
        "SSL_CERT_FILE",
        VariableGroup.NETWORK,
        "path of a file",
        "The same for Evance alone, where `REQUESTS_CA_BUNDLE` is not set.",
    ),
    EnvironmentVariable(
        "RECONCILE_JOURNAL_KEY",
        VariableGroup.PIPELINE,
        _KEY,
        "Signs journals, records and previews; `openssl rand -hex 32` makes one.",
        secret=True,
    ),
    EnvironmentVariable(
        "RECONCILE_JOURNAL_KEY_BEFORE",
        VariableGroup.PIPELINE,
        _KEY,
        "The key before, while what it signed is still needed.",
        secret=True,
    ),
    EnvironmentVariable(
        "RECONCILE_DOCTOR_TOKEN",
        VariableGroup.PIPELINE,
        "text",
        "A token that may read the settings of the repository, for `doctor --ci`.",
        "`GITHUB_TOKEN` or `RECONCILE_GITLAB_READ_TOKEN`",
        secret=True,
    ),
    EnvironmentVariable(
        "RECONCILE_GITLAB_NOTE_TOKEN",
        VariableGroup.PIPELINE,
        "text",
        "A token of the GitLab project that writes the comment and the issue.",
        secret=True,
    ),
    EnvironmentVariable(
        "RECONCILE_GITLAB_READ_TOKEN",
        VariableGroup.PIPELINE,
        "text",
        "A token of the GitLab project that reads merge requests, approvals and artifacts.",
        secret=True,
    ),
    *_set_by(
        VariableGroup.GITHUB,
        ("GITHUB_ACTIONS", "As `CI`."),
        ("GITHUB_TOKEN", "The token of the job; hand it to the step."),
        ("GITHUB_REPOSITORY", "The repository; without it the job is none of GitHub's."),
        ("GITHUB_SERVER_URL", "Where links lead."),
        ("GITHUB_API_URL", "Where the forge is asked."),
        ("GITHUB_SHA", "The commit."),
        ("GITHUB_REF", "What the job runs for, in full."),
        ("GITHUB_REF_NAME", "Its short name."),
        ("GITHUB_EVENT_NAME", "What started the job."),
        (
            "GITHUB_EVENT_PATH",
            "The event: the pull request, the branches, whether the repository is private.",
        ),
        ("GITHUB_RUN_ID", "The run, which names its journals and previews."),
        ("GITHUB_RUN_ATTEMPT", "How often the run was started."),
        ("GITHUB_ACTOR", "Who started the run."),
        ("GITHUB_TRIGGERING_ACTOR", "Who started this attempt."),
        ("GITHUB_OUTPUT", "Where the outputs of a step are written."),
        ("GITHUB_STEP_SUMMARY", "Where the summary of a step is written."),
    ),
    *_set_by(
        VariableGroup.GITLAB,
        ("GITLAB_CI", "As `CI`."),
        ("CI_PROJECT_ID", "The project; without it the job is none of GitLab's."),
        ("CI_API_V4_URL", "Where the forge is asked."),
        ("CI_PROJECT_URL", "Where links lead."),
        ("CI_PROJECT_PATH", "The name of the project."),
        ("CI_PROJECT_VISIBILITY", "Whether the project is private."),
        ("CI_COMMIT_SHA", "The commit."),
        ("CI_COMMIT_BRANCH", "The branch that the job runs for."),
        ("CI_COMMIT_TAG", "The tag that the job runs for."),
        ("CI_DEFAULT_BRANCH", "The branch that is applied."),
        ("CI_MERGE_REQUEST_IID", "The merge request."),
        ("CI_MERGE_REQUEST_REF_PATH", "Its ref."),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "The branch that it goes to."),
        ("CI_PIPELINE_ID", "The pipeline, which names its journals and previews."),
        ("CI_PIPELINE_SOURCE", "What started the pipeline."),
        ("CI_JOB_ID", "Which attempt this is."),
        ("CI_JOB_URL", "Where the job's log is."),
        ("GITLAB_USER_LOGIN", "Who started the job."),
    ),
)
"""All variables, group by group."""
