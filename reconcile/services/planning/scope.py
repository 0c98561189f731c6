"""What a caller asks a plan to be cut down to: the base is read from Git, and each name means something."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reconcile.declare.loader import relative
from reconcile.errors import InvalidScope
from reconcile.model.declaration import Declaration
from reconcile.model.plans.plan import Plan
from reconcile.plan.baseline.scope import EVERYTHING, Base, Only, ScopeChoice
from reconcile.plan.naming import nearest_name
from reconcile.services.caller import ScopeRequest
from reconcile.services.project import Project
from reconcile.text import quoted


def choose_scope(
    project: Project, request: ScopeRequest, declarations: Sequence[Declaration], folder: Path | None = None
) -> ScopeChoice:
    """What the plan of these declarations is cut down to; files are named from ``folder``, or from here.

    UsageError: there is no such commit. InvalidScope: its declarations are invalid, or a name means nothing,
    neither here nor in the base.
    """
    own = request.own_configuration
    base = _read_base(project, request.base, own_configuration=own) if request.base is not None else None
    known = (*declarations, *(base.declarations if base else ()))
    only = tuple(_names(project, request.only, known, folder or Path.cwd()))
    return ScopeChoice(base, only, request.set_aside)


def _read_base(project: Project, ref: str, *, own_configuration: bool) -> Base:
    from .base import read_base  # noqa: PLC0415 - starts Git, for --base alone

    return read_base(project, ref, own_configuration=own_configuration)


def approved_scope(
    project: Project,
    approval: Plan,
    declarations: Sequence[Declaration],
    *,
    own_configuration: bool = False,
) -> ScopeChoice:
    """What the plan that was approved is cut down to, as of now; the errors are those of `choose_scope`.

    ``own_configuration``: the plan is a preview, which may have left out some who are set aside.
    """
    scope = approval.scope
    if scope is None:
        return EVERYTHING
    # A plan names files from the checkout, whatever has that name where the caller is.
    in_view = frozenset(scope.contacts) if own_configuration else None
    request = ScopeRequest(scope.base, scope.only, own_configuration, in_view)
    choice = choose_scope(project, request, declarations, project.choice.checkout)
    # A branch goes on meanwhile, so the commit is read, and goes by the name that was given for it.
    base = replace(choice.base, ref=scope.ref) if choice.base and scope.ref else choice.base
    return replace(choice, base=base)


def _names(
    project: Project, names: Iterable[str], known: Sequence[Declaration], folder: Path
) -> Iterator[Only]:
    unknown: list[str] = []
    for name in names:
        readings = _readings(name, folder, project.choice.checkout)
        meant = next((only for only in readings if _means(only, known)), None)
        if meant is not None:
            # What is no file is kept as it was given, so that it means the same wherever a plan is applied.
            yield meant if any(map(meant.holds, known)) else Only(name)
        else:
            unknown.append(_unknown(name, project, known))
    if unknown:
        raise InvalidScope("\n".join(unknown))


def _readings(name: str, folder: Path, checkout: Path) -> Iterator[Only]:
    """A name as a file of the folder, as one of the checkout, and as a contact's alone."""
    if name and "\0" not in name:
        for path in (folder / name, checkout / name):
            yield Only(name, relative(path, checkout))
    yield Only(name)


def _means(only: Only, known: Iterable[Declaration]) -> bool:
    return any(only.names(declaration) for declaration in known)


def _unknown(name: str, project: Project, known: Sequence[Declaration]) -> str:
    near = nearest_name(known, name)
    advice = f"did you mean '{near}'?" if near else "name a declared e-mail, reference or id, or a file"
    folder = project.settings.folder(project.target)
    return f"--only: nothing in {folder} is called {quoted(name)}; {advice}"
