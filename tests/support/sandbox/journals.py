"""Journals as another machine, or another clock, would have written them."""

from datetime import datetime
from pathlib import Path

from reconcile.journal.hash_chain import HashChain, read_entries
from tests.support.sandbox.sandbox_account import Checkout, atom


def begun_at(checkout: Checkout, journal: Path, moment: datetime) -> Path:
    """The journal anew, as if the clock of its machine had shown that moment; its name follows."""
    entries = read_entries(journal)
    journal.unlink()
    path = checkout.state / "runs" / f"{moment:%Y%m%dT%H%M%SZ}-{journal.stem[-6:]}.jsonl"
    chain = HashChain(path)
    for entry in entries:
        times = {"at": atom(moment), "machine": atom(moment)} if entry.kind == "begin" else {}
        chain.append(entry.kind, {**entry.content, **times})
    chain.close()
    return path
