"""A checkout that would run its own code with the key that writes; live text that speaks to the runner."""

import io
import json
import zipfile

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.run import WorkflowRun
from tests.support.forge.github_actions.team import Team
from tests.support.forge.runner_log import commands_in
from tests.support.forge.team import FILE, GRACE, TOM, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own

CODE = (
    "import os, pathlib\npathlib.Path({taken!r}).write_text(repr(dict(os.environ)))\nraise SystemExit(99)\n"
)

MODULES = ("requests", "yaml", "sitecustomize", "usercustomize", "msgspec", "json")

NAMES = (*MODULES, "reconcile/__init__", "reconcile/__main__")

SETTINGS = "[global]\nindex-url = http://127.0.0.1:9/\n"


@pytest.mark.long
def test_nothing_of_the_checkout_is_run_with_the_key_that_writes(team: Team, shop: Shop) -> None:
    """Each step is a process as the action starts it, in the folder of a main that holds such files."""
    taken = team.folder / "taken"
    for name in NAMES:
        team.write(f"{name}.py", CODE.format(taken=str(taken)))
    for name in ("pip.conf", "setup.cfg", "pyproject.toml", "pyvenv.cfg", ".env", "python"):
        team.write(name, SETTINGS)
    team.write(FILE, declared("ipswich"))
    team.commit("Hostile", "main")
    team.runner.processes = True
    run = team.let_through(team.by_hand())
    assert (run.result, shop.tags(GRACE)) == ("success", ["ipswich"]), run.logs
    assert not taken.exists()


V1, V2, V3 = "##[add-mask]x", "::set-output name=changes::true", "##vso[task.setvariable variable=x]y"

COMMANDS = f"{V2}\n {V2}\r{V2}\u2028{V3} {V1}"


def ours(run: WorkflowRun) -> list[str]:
    """The lines of a run that a runner obeys and that are none of our annotations."""
    return [line for line in commands_in(run.logs) if not line.startswith("::error file=")]


def test_no_text_of_others_is_obeyed(team: Team, shop: Shop, fake_github: FakeGitHub) -> None:
    """Names, tags, files, commits, branches and logins with commands, on the whole road, with all shown."""
    for email in (GRACE, TOM):
        shop.edit(shop.id(email), firstname=COMMANDS, lastname=V1, reference=V2, tag=COMMANDS)
    team.write("reconcile.yaml", team.settings() + "privacy: show\n")
    team.commit(COMMANDS, "main")
    runs = [team.let_through(team.by_hand())]
    assert shop.tags(GRACE) == []
    pull = team.propose(
        {FILE: None, f"contacts/{V2}.yaml": declared(json.dumps(V1), json.dumps(V2))},
        branch="x##group",
        author=V1,
    )
    runs.append(team.plan(pull))
    team.approve(pull)
    runs.append(team.apply(team.merge(pull)))
    team.let_through(runs[-1])
    assert set(shop.tags(GRACE)) == {V1, V2}, runs[-1].logs
    wrong = f'contacts: [{{"{V1}": 1, email: "{V2}"}}]\n'
    runs.append(team.plan(team.propose({"contacts/other.yaml": wrong}, branch="y")))
    shop.edit(shop.id(GRACE), tag=COMMANDS)
    runs.append(team.drift())
    assert len(fake_github.issues) == 1
    assert "set-output" in "".join(run.logs for run in runs)
    assert [ours(run) for run in runs] == [[]] * len(runs)


def test_a_digest_stands_nowhere_that_masks(team: Team, fake_github: FakeGitHub) -> None:
    """Of so few unknowns it would tell who is meant: whoever guesses a name could make it again."""
    team.by_hand()
    pull = team.propose({FILE: declared("ipswich")})
    planned = team.plan(pull)
    team.approve(pull)
    run = team.let_through(team.apply(team.merge(pull)))
    assert run.result == "success", run.logs
    whole = [plan for row in fake_github.artifacts for plan in files(fake_github, row["id"]).items()]
    digests = [json.loads(text)["digest"].partition(":")[2] for name, text in whole if name in PLANS]
    assert len(digests) == 2
    masked = [text for name, text in whole if name.rpartition("/")[2] in MASKED]
    assert len(masked) >= 3
    told = (*team.comments(pull.number), planned.summary, planned.logs, run.summary, run.logs, *masked)
    names = [row["name"] for row in fake_github.artifacts]
    assert [text for text in (*told, *names) for digest in digests if digest[:12] in text] == []


PLANS = ("plan.json", "preview.json")

MASKED = ("plan.html", "section.json", "preview.html", "report.json")


def files(fake_github: FakeGitHub, artifact: int) -> dict[str, str]:
    """The files of an artifact."""
    with zipfile.ZipFile(io.BytesIO(fake_github.archives[artifact])) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}
