"""An import that is killed or interrupted leaves whole files and a valid folder; the next one finishes it."""

import signal
from pathlib import Path

import pytest

from tests.support.project import AS_OF
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount, ended

KILLABLE = str(Path(__file__).parents[1] / "support" / "sandbox" / "killable_import.py")

BEFORE = "contacts:\n  - email: grace.odell@example.com  # the baker\n    roles: [press]\n"

IMPORT = ("import", "--all", "--layout", "by-role", "--bundles", "--as-of", AS_OF)

STEPS = 90
"""A few more steps than an import has: four for each of 13 files, two more for each, and the folder's own."""

LEAST_STEPS = 60
"""An import has that many at least: who is to be killed up to there is not done before."""


def files(checkout: Checkout) -> dict[str, str]:
    """The declarations, without the hidden files that no loader reads."""
    paths = sorted((checkout.root / "contacts").glob("[!.]*"))
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture(scope="module")
def whole(running_sandbox: SandboxAccount) -> dict[str, str]:
    """What an import writes that nobody interrupts."""
    running_sandbox.reset()
    checkout = running_sandbox.checkout(BEFORE)
    assert checkout.run(*IMPORT).code == 0
    return files(checkout)


def spread(short: int, word: str, every: int) -> list[object]:
    """One step in short, and in full some of all of them."""
    full = (pytest.param(number, word, marks=pytest.mark.long) for number in range(1, STEPS, every))
    return [(short, word), *full]


@pytest.mark.parametrize(
    ("step", "word"),
    [
        *spread(2, "SIGKILL", 4),
        *spread(60, "SIGKILL", 7),
        *spread(12, "SIGINT", 9),
        *spread(62, "SIGTERM", 9),
    ],
)
def test_whenever_it_ends_each_file_is_old_or_new(
    sandbox_account: SandboxAccount, whole: dict[str, str], step: int, word: str
) -> None:
    """A signal that can be answered leaves all files or none. The same import finishes it, and tidies up."""
    checkout = sandbox_account.checkout(BEFORE)
    with checkout.process(KILLABLE, str(step), word, *IMPORT) as process:
        done = ended(process)
    found = files(checkout)
    assert all(text in (whole[name], BEFORE) for name, text in found.items()), done.said
    if word == "SIGKILL":
        assert done.code == -signal.SIGKILL or step > LEAST_STEPS, done.said
    else:
        assert found in ({"team.yaml": BEFORE}, whole)
        assert done.code == (0 if found == whole else 1), done.said
        assert "Traceback" not in done.err
        assert done.code == 0 or done.err.strip().endswith("stopped by the user: nothing was written")
    assert checkout.run("validate").code == 0
    again = checkout.run(*IMPORT)
    assert again.code == 0, again.said
    assert checkout.plan("--detailed-exitcode").code == 0
    assert files(checkout).keys() >= {path.name for path in (checkout.root / "contacts").iterdir()}
