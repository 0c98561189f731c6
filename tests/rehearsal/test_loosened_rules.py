"""A merge that takes a protection away for another one, or leads elsewhere, by the workflow files."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own

FREEZE = "apply: {freeze: [{starts: 2026-11-20, expires: 2026-11-30, reason: the sale}]}\n"


def test_rules_that_nobody_approved_apply_nothing(team: Team, shop: Shop) -> None:
    """Two pull requests of one person, merged together: a red plan, and rules by which it would be green."""
    loose = team.settings()
    strict = loose.replace("contacts: [", f"contacts: [{GRACE}, ") + FREEZE
    team.write("reconcile.yaml", strict)
    team.commit("Protect", "main")
    assert team.by_hand().result == "success"
    gold = team.propose({FILE: declared("gold")}, branch="gold")
    planned = team.plan(gold)
    assert (planned.ended("Plan (shop)"), planned.ended("Planned")) == ("failure", "failure")
    team.approve(gold)
    rules = team.propose({"reconcile.yaml": loose}, branch="rules")
    team.plan(rules)
    team.merge(rules)
    run = team.apply(team.merge(gold))
    assert (run.ended("Preview (shop)"), run.ended("Apply (shop)")) == ("failure", "skipped"), run.logs
    reason = f"#{rules.number}: it changes the configuration, by which all that is merged is judged"
    assert reason in run.logs
    assert reason in run.summary
    assert reason in team.comments(gold.number)[-1]
    assert shop.tags(GRACE) == []
    team.approve(rules)
    team.runner.again(run, failed=True)
    assert (team.let_through(run).result, shop.tags(GRACE)) == ("success", ["gold"]), run.logs


class Elsewhere(BaseHTTPRequestHandler):
    """A server that somebody put in a target's place: it refuses all, and remembers what was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_args: object) -> None:
        """Print nothing."""


@pytest.mark.long
def test_a_target_that_leads_elsewhere_begins_anew_there(team: Team, shop: Shop) -> None:
    """Neither its pull request nor its merge sends a credential there: what was kept is another account's."""
    assert team.by_hand().result == "success"
    Elsewhere.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        moved = team.settings().replace(shop.access.url, f"http://127.0.0.1:{server.server_port}")
        pull = team.propose({"reconcile.yaml": moved})
        team.plan(pull)
        assert "the credentials are not sent before that is merged" in team.comments(pull.number)[0]
        assert Elsewhere.asked == []
        run = team.apply(team.merge(pull))
        hourly = team.tick()
        server.shutdown()
    assert (run.ended("Preview (shop)"), hourly.ended("Clock (shop)")) == ("failure", "success")
    assert "no run at" in hourly.logs, hourly.logs
    assert "it is signed for account" in run.logs
    assert "no complete run is known yet" in run.logs
    assert Elsewhere.asked == []
