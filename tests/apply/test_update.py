"""An update replaces all roles at once; the fold is what makes that safe."""

from reconcile.apply.executor import carry_out
from reconcile.apply.run_context import CircuitBreaker, RunContext
from reconcile.evance.reader import Reader
from reconcile.evance.writer import Writer
from reconcile.journal.writer import open_journal
from reconcile.model.contact import State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag, Mode
from reconcile.model.facets import Facet
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.problem import Place
from reconcile.model.result import Outcome, Report
from reconcile.model.settings import Patterns, Policy
from reconcile.plan.approval import approved_operations, counted_by, unmet_target
from reconcile.services.planning.fresh_plan import make_fresh_plan
from tests.support.sandbox.sandbox_account import SandboxAccount
from tests.support.shop import NOW, Shop

GRACE = "grace.odell@example.com"  # holds customer

POLICY = Policy(ignore=Patterns(roles=("staff-*",)))

TOM = "tom.wherry@example.com"  # holds customer and staff-discount

ROSALIND = "rosalind.keane@example.com"  # holds customer, press and preview


def declared(email: str, *references: str, additive: bool = False) -> Declaration:
    place = Place("contacts/test.yaml", 1, 1)
    roles = tuple(DeclaredGrant(reference, place) for reference in references)
    modes = ((Facet.ROLES, Mode.ADDITIVE),) if additive else ()
    return Declaration(place, email=email, roles=roles, modes=modes)


def plan_context() -> PlanContext:
    return PlanContext("shop", "sandbox.evance.me", POLICY, NOW, "1.0")


def carried(shop: Shop, account: Writer, plan: Plan) -> Report:
    with open_journal(shop.path.parent / "runs", NOW) as book:
        run = RunContext(
            account,
            plan_context(),
            approved_operations(plan),
            book,
            CircuitBreaker(5),
            workers=4,
            losing_last_role=counted_by("last-role", plan),
        )
        return carry_out(plan, run)


def applied(shop: Shop, *declarations: Declaration) -> tuple[Plan, Report]:
    with Writer(shop.connection) as account:
        plan = make_fresh_plan(declarations, account, plan_context()).plan
        return plan, carried(shop, account, plan)


def plan_again(shop: Shop, *declarations: Declaration) -> Plan:
    with Reader(shop.connection) as account:
        return make_fresh_plan(declarations, account, plan_context()).plan


def test_an_ignored_role_survives_an_apply(shop: Shop) -> None:
    """The payload lists the ignored grant, so that replacing all roles does not drop it."""
    entry = declared(TOM, "customer", "press")
    _, report = applied(shop, entry)
    assert report.complete
    assert set(shop.roles(TOM)) == {"customer", "press", "staff-discount"}
    assert plan_again(shop, entry).empty


def test_an_undeclared_role_survives_in_additive_mode(shop: Shop) -> None:
    """What somebody else granted stays granted, with the status and expiry it had."""
    before = shop.roles(ROSALIND)
    entry = declared(ROSALIND, "newsletter", additive=True)
    _, report = applied(shop, entry)
    assert report.complete
    after = shop.roles(ROSALIND)
    assert {name: after[name] for name in before} == before
    assert set(after) == {*before, "newsletter"}


def test_without_the_fold_both_would_be_lost(shop: Shop) -> None:
    """Only the declared roles in the request: the server drops all others. Replace-all is real."""
    with Writer(shop.connection) as account:
        account.update(shop.id(TOM), {"contact": {"accessRoles": ["customer", "press"]}})
        account.update(shop.id(ROSALIND), {"contact": {"accessRoles": ["newsletter"]}})
    assert set(shop.roles(TOM)) == {"customer", "press"}
    assert set(shop.roles(ROSALIND)) == {"newsletter"}


def test_without_the_key_no_role_is_touched(shop: Shop) -> None:
    """A contact whose roles are not managed keeps them when its tags are written."""
    place = Place("contacts/test.yaml", 1, 1)
    entry = Declaration(place, email=ROSALIND, tags=(DeclaredTag("new", place),))
    before = shop.roles(ROSALIND)
    _, report = applied(shop, entry)
    assert report.complete
    assert shop.roles(ROSALIND) == before
    assert shop.tags(ROSALIND) == ["new"]


def test_a_pending_grant_is_not_activated_by_a_write_beside_it(shop: Shop) -> None:
    """A bare reference carries a waiting grant along and leaves its approval to the account."""
    entry = declared("mei.tan@example.org", "customer", "trade-account", "wholesale", "newsletter")
    _, report = applied(shop, entry)
    assert report.complete
    assert shop.roles("mei.tan@example.org")["wholesale"]["status"] == "pending"


def test_a_contact_that_changed_after_the_plan_is_not_overwritten(shop: Shop) -> None:
    """A grant that appears between plan and write is not in what was shown: the contact is skipped."""
    entry = declared(GRACE, "customer", "newsletter")
    with Writer(shop.connection) as account:
        plan = make_fresh_plan([entry], account, plan_context()).plan
        account.update(shop.id(GRACE), {"contact": {"accessRoles": ["customer", "press"]}})
        report = carried(shop, account, plan)
    assert [result.outcome for result in report.results] == [Outcome.STALE]
    assert "roles press" in report.results[0].detail
    assert set(shop.roles(GRACE)) == {"customer", "press"}


def test_a_change_made_meanwhile_by_someone_else_needs_no_write(shop: Shop) -> None:
    """What has become unnecessary is no reason to write or to fail."""
    entry = declared(GRACE, "customer", "newsletter")
    with Writer(shop.connection) as account:
        plan = make_fresh_plan([entry], account, plan_context()).plan
        account.update(shop.id(GRACE), {"contact": {"accessRoles": ["customer", "newsletter"]}})
        report = carried(shop, account, plan)
    assert [result.outcome for result in report.results] == [Outcome.UNNECESSARY]
    assert report.complete


def test_two_declarations_of_one_place_are_not_taken_for_each_other(shop: Shop) -> None:
    """A place is what is printed, and two files may be printed alike: each contact gets its own entry."""
    first, second = declared(GRACE, "customer"), declared(ROSALIND)
    assert first.place == second.place
    _, report = applied(shop, first, second)
    assert report.complete
    assert (set(shop.roles(GRACE)), set(shop.roles(ROSALIND))) == ({"customer"}, set())


def test_a_lapsed_grant_that_the_write_drops_has_a_line(sandbox_account: SandboxAccount) -> None:
    """It lapsed after the plan was approved, which covers its loss: the clock took it, not the run."""
    checkout = sandbox_account.checkout(
        "contacts:\n  - {email: dermot@quigley.example.net, manage: {roles: additive}, roles: [newsletter]}\n"
    )
    approved = checkout.saved()
    assert "= role  trade-gold" in checkout.plan().out
    later = "2026-11-23T13:00:00Z"
    sandbox_account.control("PUT", "clock", {"now": "2026-11-23T13:00:00+00:00"})
    shown = checkout.plan(as_of=later).out
    assert ". role  trade-gold     expired 2026-11-23 12:00 (UTC), not carried along" in shown
    assert "trade-gold" not in shown.split("Plan: ")[1], "it is no revocation, and counts as none"
    done = checkout.apply(str(approved), as_of=later)
    assert done.code == 0, done.said
    roles = sandbox_account.user("dermot@quigley.example.net")["roles"]
    assert "newsletter" in roles
    assert "trade-gold" not in roles


def test_the_case_of_a_new_address_is_no_difference(sandbox_account: SandboxAccount) -> None:
    """Some servers store addresses in lower case: no plan would ever be empty, and each apply fail."""
    checkout = sandbox_account.checkout(
        "contacts: [{id: 36, profile: {email: Rosalind.Keane@Example.COM, phone: '01473 1'}}]\n"
    )
    assert checkout.apply().code == 0
    assert sandbox_account.holds()["36"]["email"] == "rosalind.keane@example.com"
    assert "No changes" in checkout.plan().out


def test_an_address_that_is_stored_in_another_case_is_as_written() -> None:
    """Read back, it is the same address."""
    wanted, stored = (State(profile={"email": email}) for email in ("Rosa@Example.com", "rosa@example.com"))
    assert unmet_target(wanted, stored, NOW) == ()
