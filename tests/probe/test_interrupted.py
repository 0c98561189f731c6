"""However a probe ends, the contact is as it was."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.evance.prober import Prober, ProbeReply
from reconcile.evance.transport import ApiRequest
from reconcile.probe.question import Answer, Question
from reconcile.probe.restore import restore
from reconcile.probe.runner import QUESTIONS, ask_all
from reconcile.probe.scratch import ScratchContact
from tests.support.project import project_for
from tests.support.sandbox.scratch_account import (
    CONTACT,
    QUICK,
    ScratchAccount,
    answers,
    open_scratch_account,
    ready,
)

REQUESTS = 240
"""At least as many as a whole probe takes."""


class CutOff(Exception):
    """What strikes a probe in the middle."""


class Cut(Prober):
    """A client that is struck right after the answer to the n-th request: its effect is there, unseen."""

    left = -1

    def _reply(self, request: ApiRequest, token: str | None = None) -> ProbeReply:
        reply = super()._reply(request, token)
        self.left -= 1
        if self.left == 0:
            raise CutOff
        return reply


@pytest.fixture(scope="module")
def shared(seeded_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchAccount]:
    """One account for many probes: each must leave it as it was."""
    with open_scratch_account(seeded_shop, tmp_path_factory.mktemp("shared"), {}) as scratch_account:
        yield scratch_account


def cut_after(scratch_account: ScratchAccount, request: int) -> bool:
    """Whether a probe was cut off after that request; a shorter one was not."""
    with Cut(scratch_account.connection, scratch_account.id, retry=QUICK) as prober:
        scratch = ready(prober)
        prober.left = request
        try:
            ask_all(scratch, stopped=lambda: False)
        except CutOff:
            return True
    return False


@pytest.mark.parametrize("request_", range(1, REQUESTS, 11))
def test_cut_off_after_any_request_the_contact_is_brought_back(shared: ScratchAccount, request_: int) -> None:
    """An error right after a request took effect, wherever it strikes, leaves the contact as it was."""
    before = shared.now()
    cut_after(shared, request_)
    assert shared.now() == before


@pytest.mark.long
@pytest.mark.timeout(600)
def test_cut_off_after_each_request_the_contact_is_brought_back(shared: ScratchAccount) -> None:
    """The same for each single request of a whole probe."""
    before, request = shared.now(), 1
    while cut_after(shared, request):
        assert shared.now() == before, f"after request {request}"
        request += 1
    assert request > 100


@pytest.mark.parametrize("requests", [0, 1, 20, 60, 200])
def test_asked_to_stop_it_ends_before_the_next_request(shared: ScratchAccount, requests: int) -> None:
    """The findings so far are reported, the rest as not asked, and the contact is brought back."""
    before, count = shared.now(), iter(range(REQUESTS))
    with Prober(shared.connection, shared.id, retry=QUICK) as prober:
        ended = ask_all(ready(prober), stopped=lambda: next(count) >= requests)
    assert shared.now() == before
    assert "stopped" in ended.stopped
    assert [one.name for one in ended.findings] == [one.name for one in QUESTIONS]
    assert ended.findings[-12].answer is None


@pytest.mark.parametrize("write", [1, 5, 20, 40])
@pytest.mark.parametrize("fault", ["reset:when=after", "reset:when=before", "status:code=502,when=after"])
def test_a_lost_answer_costs_one_question(scratch_account: ScratchAccount, fault: str, write: int) -> None:
    """A write whose answer was lost is not repeated; its question is left open and the rest are asked."""
    before = scratch_account.now()
    scratch_account.fault(f"{fault},method=P*,path=/api/*,n={write}")
    with Prober(scratch_account.connection, scratch_account.id, retry=QUICK) as prober:
        ended = ask_all(ready(prober), stopped=lambda: False)
    lost = [one.name for one in ended.findings if "unknown" in one.detail]
    assert len(lost) == 1
    assert scratch_account.now() == before
    assert (ended.not_restored, ended.stopped) == ((), "")


def test_an_account_that_fails_too_often_ends_the_probe(scratch_account: ScratchAccount) -> None:
    """After three questions that ended in an error nothing more is asked, and the contact is brought back."""
    before = scratch_account.now()
    with Prober(scratch_account.connection, scratch_account.id, retry=QUICK) as prober:
        scratch = ready(prober)
        scratch_account.fault("status:code=503,method=P*,times=3")
        ended = ask_all(scratch, stopped=lambda: False)
    assert "server failed" in ended.stopped
    assert scratch_account.now() == before
    assert answers(ended)["auth-errors"] is None


def test_restoring_lives_through_lost_answers(scratch_account: ScratchAccount) -> None:
    """A lost answer while the contact is brought back is read back, not believed."""
    before = scratch_account.now()
    with Prober(scratch_account.connection, scratch_account.id, retry=QUICK) as prober:
        scratch = ready(prober)
        scratch.must({"position": "changed", "accessRoles": [], "tags": {"contact": []}})
        scratch_account.fault("reset:when=before,method=P*,path=/api/*,times=3")
        assert restore(scratch) == ()
    assert scratch_account.now() == before


def test_what_can_not_be_brought_back_is_said(scratch_account: ScratchAccount) -> None:
    """A tag that the account does not take away again is named as a difference, not hidden."""

    def spoil(scratch: ScratchContact) -> Answer:
        scratch_account.turn(tags_write="add")
        scratch.write({"tags": {"contact": ["sticks"]}})
        return Answer("yes", "it sticks")

    with Prober(scratch_account.connection, scratch_account.id, retry=QUICK) as prober:
        questions = (Question("spoil", "Does it stick?", spoil),)
        ended = ask_all(ready(prober), stopped=lambda: False, questions=questions)
    assert ended.not_restored == ("tags",)
    assert scratch_account.now()["tags"] == {"contact": ["sticks", "trade", "vip"]}


def test_a_role_that_sticks_is_said_to_stay(seeded_shop: Path, tmp_path: Path) -> None:
    """Where `customer` comes with any write of roles, a contact without it can't be as it was; it is told."""
    contact = {**CONTACT, "accessRoles": []}
    with open_scratch_account(seeded_shop, tmp_path, {}, contact) as scratch_account:
        scratch_account.turn(customer_role="sticky")
        with Prober(scratch_account.connection, scratch_account.id, retry=QUICK) as prober:
            ended = ask_all(ready(prober), stopped=lambda: False)
        assert ended.not_restored == ("accessRoles",)
        assert set(scratch_account.now()["accessRoles"]) == {"customer"}


def started(scratch_account: ScratchAccount, folder: Path) -> subprocess.Popen[str]:
    """The command, probing slowly and telling each question."""
    scratch_account.fault("latency:ms=15")
    project = project_for(scratch_account.shop, folder)
    return subprocess.Popen(
        [sys.executable, "-m", "reconcile", "probe", scratch_account.id, "--yes", "--verbose"],
        cwd=project.root,
        env={**os.environ, **project.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def struck(process: subprocess.Popen[str], question: str, number: signal.Signals) -> tuple[str, str]:
    """What the process still says once it was sent a signal at a question."""
    assert process.stderr is not None
    for line in process.stderr:
        if line == f"asking {question}\n":
            process.send_signal(number)
            break
    return process.communicate(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_asking_and_not_the_bringing_back(
    scratch_account: ScratchAccount, tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl-C and SIGTERM: the process brings the contact back, says so, and exits with 1."""
    before = scratch_account.now()
    process = started(scratch_account, tmp_path)
    out, err = struck(process, "grant-keys", number)
    assert process.returncode == 1, err
    assert "stopping: the contact is brought back first" in err
    assert "The contact is as it was before" in out
    assert scratch_account.now() == before
    assert not list((tmp_path / ".reconcile").glob("probe-*"))
    assert not (tmp_path / "evance.capabilities.yaml").exists()


def test_after_a_kill_the_next_probe_brings_the_contact_back(
    scratch_account: ScratchAccount, tmp_path: Path
) -> None:
    """How the contact was stands in a file that only its owner can read, until it is as it was."""
    before = scratch_account.now()
    process = started(scratch_account, tmp_path)
    struck(process, "grant-keys", signal.SIGKILL)
    assert scratch_account.now() != before
    (image,) = (tmp_path / ".reconcile").glob("probe-*")
    assert image.stat().st_mode & 0o777 == 0o600
    scratch_account.fault()
    done = project_for(scratch_account.shop, tmp_path).run("probe", scratch_account.id, "--yes")
    assert done.code == 0, done.err
    assert "An earlier probe was killed" in done.err
    assert scratch_account.now() == before
    assert not image.exists()
