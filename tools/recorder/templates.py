"""The accounts that scenarios begin with, made once and copied for each."""

import os
from pathlib import Path

from .account import call, open_account, token_for
from .jobs import NOW
from .states import FIRST_IDS, use_up


def make(folder: Path) -> None:
    """Make `shop` (the built-in one), `empty` and `later` (empty, with the first ids used up).

    It is done in a process of its own, since this one must have no threads when it forks.
    """
    folder.mkdir()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _make(folder)
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the templates could not be made")


def _make(folder: Path) -> None:
    from reconcile import sandbox  # noqa: PLC0415 - not in the process that forks later

    sandbox.seed(folder / "shop.sqlite3", now=NOW)
    sandbox.reset(folder / "empty.sqlite3")
    account = open_account(folder / "empty.sqlite3", folder / "served", NOW)
    token = token_for(account)
    use_up(FIRST_IDS + 1, account.server.told["url"], token)
    _forget(account.server.told["url"])
    account.server.close()
    account.path.rename(folder / "later.sqlite3")


def _forget(url: str) -> None:
    """Empty the request log and the tokens, so that a scenario begins with none."""
    for what in ("requests", "tokens", "outbox"):
        call(url, "DELETE", f"/_sandbox/{what}")
