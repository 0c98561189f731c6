"""What the bench measures with: an account that tells what was declared, and fresh processes."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.account import running_account
from bench.child import BenchError, run
from bench.contacts import changes, declare
from bench.contenders import ROOT, Contender, environment
from bench.rows import ROWS, main, measure

FEW = {"declared": 250, "live": 350, "rounds": 1, "most_rounds": 1}


def test_the_plain_script_finds_exactly_what_was_changed(tmp_path: Path) -> None:
    """Three contacts of 250 have a tag too many in their declarations, and each page is asked for once."""
    declare(tmp_path / "contacts", 250, profile=True)
    with running_account(350) as account:
        script = ROOT / "bench" / "plain_script.py"
        command = [sys.executable, str(script), "contacts", f"http://{account.host}"]
        output, cost = run(command, tmp_path, environment(), 60)
        assert account.counts() == {"tokens": 1, "pages": 4}
    assert output.endswith("\n3 contacts differ\n")
    assert output.count("+ tag extra") == 3 == sum(map(changes, range(1, 251)))
    assert cost.processor > 0
    assert 10 < cost.peak_mib < 1_000


@pytest.mark.long
@pytest.mark.parametrize("name", ["plan-40-profile", "second-40-bare"])
def test_a_row_is_measured_on_an_account_of_its_own(name: str) -> None:
    """The plan finds what was changed, or it is no measurement; all contenders run in every round."""
    contenders = tuple(contender for contender in ROWS[name].contenders if contender != "octodns")
    measured = measure(replace(ROWS[name], contenders=contenders, **FEW))
    assert tuple(measured.samples) == contenders
    assert measured.ratio("yaml").middle == 1
    plan = measured.samples["plan"][0].requests
    assert plan["pages"] == 4
    assert plan["tokens"] == 1
    assert measured.ratio("plan").least > 1
    if "plan-again" in contenders:
        assert plan["contacts"] == 250
        assert set(measured.samples["plan-again"][0].requests) == {"pages", "roles", "tokens"}


def test_what_fails_is_no_measurement(tmp_path: Path) -> None:
    """The message has the command and what it printed."""
    command = [sys.executable, "-c", "import sys; sys.exit('no such shop')"]
    with pytest.raises(BenchError, match=r"ended with 1:\nno such shop"):
        run(command, tmp_path, environment(), 60)


@pytest.mark.long
def test_what_never_ends_is_ended(tmp_path: Path) -> None:
    """The bench is bounded."""
    with pytest.raises(BenchError, match="ended with -9"):
        run([sys.executable, "-c", "while True: pass"], tmp_path, environment(), 1)


def test_what_did_something_else_is_no_measurement() -> None:
    """A command that ends well, but planned for nobody."""
    contender = Contender(("plan",), Path(), r"Plan: 3 contacts? to update, 247 unchanged")
    assert contender.did("…\nPlan: 3 contacts to update, 247 unchanged · tags: 3 added\n")
    assert not contender.did("No changes.")


def test_a_row_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With those that are."""
    with pytest.raises(SystemExit):
        main(["plan-41"])
    assert "plan-40" in capsys.readouterr().err
    main([])
    assert capsys.readouterr().out.split() == list(ROWS)


def test_a_contender_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is measured."""
    with pytest.raises(SystemExit):
        main(["plan-40", "--only", "yaml,terraform"])
    assert "no contender is called 'terraform'" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.parametrize(
    "call", [("declare", "200", "100", "1"), ("formatting", "50", "1"), ("importing", "50", "1")]
)
def test_a_script_that_measures_a_part_still_runs(call: tuple[str, ...]) -> None:
    """The loading of declarations, the canonical layout, an import."""
    script, *arguments = call
    output, _ = run([sys.executable, f"bench/{script}.py", *arguments], ROOT, environment(), 60)
    assert "1.00" in output
