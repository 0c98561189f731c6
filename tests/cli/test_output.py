"""What goes where: results, remarks, files; and that nothing from outside forges a line."""

import json
import os
import shlex
import stat
import threading

from tests.support.project import AS_OF, Project
from tests.support.shop import Shop

GRACE = "contacts: [{email: grace.odell@example.com, roles: [customer, newsletter]}]"

HOSTILE = "x\x1b]0;pwned\x07\u202e@example.com\n::error::forged"


def referenced(shop: Shop, contact: str, reference: str) -> None:
    """Give a contact a reference that no form would take: a live account may hold anything."""
    shop.edit(contact, reference=reference)


def test_json_is_all_that_apply_prints_when_it_is_asked_for(project: Project) -> None:
    """The plan is on standard output, how it ended on standard error."""
    project.declare(GRACE)
    done = project.run("apply", "--yes", "--as-of", AS_OF, "--format", "json")
    assert (done.code, len(json.loads(done.out)["changes"])) == (0, 1)
    assert "1 contact written" in done.err


def test_a_live_reference_forges_no_line(project: Project, shop: Shop) -> None:
    """Neither a title of the terminal, nor another reading order, nor a command of a CI system."""
    contact = shop.id("priya.raman@example.com")
    referenced(shop, contact, HOSTILE)
    project.declare(f"contacts: [{{id: {contact}, reference: P-1, tags: [a]}}]")
    done = project.run("plan", "--as-of", AS_OF)
    assert (done.code, done.err) == (0, "")
    assert "1 contact is set aside" in done.out
    assert len([line for line in done.out.splitlines() if line.startswith("      set aside: ")]) == 1
    assert not any(sign in done.out for sign in "\x1b\x07\u202e")


def test_a_plan_goes_into_a_pipe_without_replacing_it(project: Project) -> None:
    """What is no file is written to as it is; a file is replaced whole, for its owner alone."""
    project.declare(GRACE)
    pipe = project.root / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    assert project.run("plan", "--as-of", AS_OF, "--out", "pipe").code == 0
    reader.join(timeout=30)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert json.loads(read[0])["format_version"] == "1.0"


def test_a_plan_that_can_not_be_saved_says_where(project: Project) -> None:
    """The name that was given, not that of a file on the way to it."""
    project.declare(GRACE)
    done = project.run("plan", "--as-of", AS_OF, "--out", "nowhere/plan.json")
    assert (done.code, done.err.strip()) == (
        64,
        "nowhere/plan.json: can't be written: No such file or directory",
    )


def test_a_changed_plan_is_not_shown_as_if_it_were_whole(project: Project) -> None:
    """Whoever looks at a saved plan learns that it is not the one that its digest names."""
    project.declare(GRACE)
    project.run("plan", "--as-of", AS_OF, "--out", "plan.json")
    path = project.root / "plan.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, "changes": []}), encoding="utf-8")
    done = project.run("show", "plan.json")
    assert "does not have the digest" in done.err


def test_a_plan_that_is_not_there_can_be_made(project: Project) -> None:
    """A name with a typing mistake, or one of a plan that nobody saved."""
    project.declare(GRACE)
    advice = "plan.jsn: there is no such file; 'reconcile plan --out plan.jsn' saves a plan there\n"
    for call in (("show", "plan.jsn"), ("apply", "plan.jsn")):
        done = project.run(*call)
        assert (done.code, done.err) == (64, advice)


def test_quiet_and_verbose_contradict_each_other(project: Project) -> None:
    """Asked for both, the command asks back."""
    project.declare(GRACE)
    assert project.run("plan", "--quiet", "--verbose").code == 64


def test_a_plan_in_a_file_says_how_it_is_applied(project: Project) -> None:
    """A call that works as it stands, whatever the file is called and the project was chosen by."""
    project.declare(GRACE)
    (project.root / "reconcile.yaml").rename(project.root / "mine.yaml")
    chosen = ("--config", "mine.yaml", "--target", "local")
    planned = project.run(*chosen, "plan", "--as-of", AS_OF, "--out", "the plan.json")
    call = "reconcile apply 'the plan.json' --config mine.yaml --target local"
    assert f"To apply it: {call}" in planned.err
    quiet = project.run(*chosen, "plan", "--as-of", AS_OF, "--out", "the plan.json", "--quiet")
    assert (quiet.err, quiet.code) == ("", 0)
    assert project.run(*shlex.split(call)[1:], "--as-of", AS_OF, "--yes").code == 0
    empty = project.run(*chosen, "plan", "--as-of", AS_OF, "--out", "none.json")
    assert empty.err == ""
