"""A guard is a row and a check: added from outside, it is everywhere where guards are."""

import json
from collections.abc import Callable

import pytest

from reconcile.cli.command_line import main
from reconcile.model.facets import Facet
from reconcile.model.guards import GUARDS, Guard, GuardSetting, LiftedBy, SettingKind
from reconcile.model.plans.operation import Action
from reconcile.plan.guards.checks import CHECKS
from reconcile.plan.guards.facts import GuardCount, GuardInput
from tests.support.project import AS_OF, Project
from tests.support.shop import Shop
from tools.generate import guards_table

LIMIT = GuardSetting("adding_tags", SettingKind.COUNT, 0)

ROW = Guard(
    "adding-tags",
    "more tags would be added",
    "Tags that are added.",
    settings=(LIMIT,),
    lifted_by=(LiftedBy.CEILING,),
    per_contact=True,
)


def count_added_tags(guard_input: GuardInput) -> GuardCount:
    added = tuple(
        operation.item
        for contact in guard_input.contacts
        for operation in contact.operations
        if operation.facet is Facet.TAGS and operation.action is Action.ADD
    )
    return GuardCount(f"{len(added)} tags would be added", len(added), guard_input.limits.of(LIMIT), added)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process, in which the guard stands in both tables."""
    monkeypatch.setitem(GUARDS, ROW.name, ROW)
    monkeypatch.setitem(CHECKS, ROW.name, count_added_tags)
    monkeypatch.chdir(project.root)
    monkeypatch.delenv("CI", raising=False)
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    project.declare("contacts: [{email: grace.odell@example.com, tags: [ipswich, press, garden]}]")

    def run_command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return run_command


def test_a_plan_shows_what_it_refuses(run: Run) -> None:
    """In text, in JSON, and in the explanation of the one contact."""
    code, text, _ = run("plan", "--as-of", AS_OF)
    assert code == 0
    assert "guard adding-tags refuses: 2 tags would be added" in text
    assert "--allow adding-tags=2" in text
    _, document, _ = run("plan", "--as-of", AS_OF, "--format", "json")
    assert "adding-tags" in [verdict["name"] for verdict in json.loads(document)["guards"]]
    _, explanation, _ = run("explain", "grace.odell@example.com", "--as-of", AS_OF, "--format", "json")
    assert [verdict["name"] for verdict in json.loads(explanation)["refused"]] == ["adding-tags"]


def test_apply_refuses_and_an_override_lifts_it(run: Run, shop: Shop) -> None:
    """Nothing is written until the option names the guard and a ceiling that is high enough."""
    refusal = "adding-tags: 2 tags would be added; if this is meant, apply with --allow adding-tags=2"
    for ceiling in ((), ("--allow", "adding-tags=1")):
        code, _, error = run("apply", "--yes", "--as-of", AS_OF, *ceiling)
        assert (code, refusal in error) == (3, True)
    assert {method for method, _ in shop.requests()} == {"GET"}
    code, text, error = run("apply", "--yes", "--as-of", AS_OF, "--allow", "adding-tags=2")
    assert code == 0, error
    assert "1 contact written" in text
    assert "adding-tags is lifted for this run, by --allow adding-tags=2: 2 tags would be added" in error


def test_the_option_knows_its_name(run: Run) -> None:
    """A misspelt guard is answered with the names of all that can be lifted."""
    code, _, error = run("apply", "--allow", "adding=1")
    assert (code, "adding-tags" in error) == (64, True)


def test_its_limit_is_configured(run: Run, project: Project) -> None:
    """The key is in the schema for editors, and what stands in the configuration counts."""
    _, schema, _ = run("schema", "configuration")
    limits = json.loads(schema)["properties"]["guards"]["properties"]
    assert limits["adding-tags"]["description"] == "Tags that are added."
    _, schema, _ = run("schema", "declarations")
    overrides = json.loads(schema)["properties"]["allow"]["items"]["properties"]
    assert "adding-tags" in overrides["guard"]["enum"]
    settings = (project.root / "reconcile.yaml").read_text(encoding="utf-8")
    project.configure(f"{settings}guards: {{adding-tags: 2}}\n")
    _, text, _ = run("plan", "--as-of", AS_OF)
    assert "adding-tags" not in text
    project.configure(f"{settings}guards: {{adding-tags: many}}\n")
    code, _, error = run("validate")
    assert (code, "a whole number, 0 or more" in error) == (65, True)


@pytest.mark.usefixtures("run")
def test_the_documentation_has_its_row() -> None:
    """The table in the page on apply is made from the same rows."""
    assert (
        "| `adding-tags` | more tags would be added | 0 | `adding-tags: 0` | `ceiling` |\n" in guards_table()
    )


def test_every_row_has_its_check() -> None:
    """A row without a check would refuse nothing, and a check without a row is never asked."""
    assert set(GUARDS) == set(CHECKS)
