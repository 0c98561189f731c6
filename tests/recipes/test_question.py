"""A question is a row: one that is added from outside is asked, shown, documented, and decides."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from reconcile.cli.command_line import main
from reconcile.declare.capabilities import load_capabilities
from reconcile.model.facets import Facet
from reconcile.model.settings import FacetSource
from reconcile.probe import runner
from reconcile.probe.question import Answer, Decision, Question, refuse_write
from reconcile.probe.scratch import ScratchContact
from tests.support.project import Project, project_for
from tests.support.sandbox.scratch_account import ScratchAccount
from tools.generate import questions_table


def ask_toys_shown(scratch: ScratchContact) -> Answer:
    """The toys in the contact."""
    return Answer("two", f"{scratch.look().raw['firstname']} has two toys")


TOY = Question(
    "toys-shown",
    "Does a contact show its toys?",
    ask_toys_shown,
    (
        Decision("page_size", lambda answer, known, _configured: known.page_size - len(answer)),
        Decision("roles_from", lambda _answer, _known, _configured: FacetSource.LIST),
        refuse_write(Facet.TAGS, lambda answer: answer == "two"),
    ),
)


@pytest.fixture
def project(scratch_account: ScratchAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(runner, "QUESTIONS", (*runner.QUESTIONS, TOY))
    project = project_for(scratch_account.shop, tmp_path)
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project.root)
    return project


def run(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_a_new_question_is_asked_shown_and_decides(
    scratch_account: ScratchAccount, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its row is all there is to it: the text, the file, and the capabilities that the client goes by."""
    text = run(["probe", scratch_account.id, "--yes"], capsys)
    (line,) = [line for line in text.splitlines() if "toys-shown" in line]
    assert line.split(maxsplit=2) == ["toys-shown", "two", "Scratch has two toys"]
    assert f" of {len(runner.QUESTIONS)} questions answered." in text
    path = project.root / "evance.capabilities.yaml"
    assert 'toys-shown: "two"  # Scratch has two toys\n' in path.read_text(encoding="utf-8")
    known = load_capabilities(path)
    assert (known.page_size, known.roles_from, known.refuse) == (97, FacetSource.LIST, (Facet.TAGS,))


def test_a_new_question_stands_in_the_json(
    scratch_account: ScratchAccount, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its wording, at its place in the table."""
    finding = json.loads(run(["probe", scratch_account.id, "--yes", "--format", "json"], capsys))["findings"][
        -1
    ]
    assert (finding["name"], finding["question"], finding["answer"]) == (TOY.name, TOY.question, "two")


def test_a_new_question_stands_in_the_docs(project: Project) -> None:
    """The page lists it with how it is asked and what it decides."""
    row = (
        "| `toys-shown`: Does a contact show its toys? | The toys in the contact. "
        "| `page_size`, `roles_from`, `refuse` |\n"
    )
    assert questions_table().endswith(row)
