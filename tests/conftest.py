"""What all tests share: the fixtures of ``tests/support``, and how Hypothesis looks for examples."""

import atexit
import os
import shutil
import tempfile

import hypothesis

pytest_plugins = [
    "tests.support.sandbox.fixtures",
    "tests.support.http.fixtures",
    "tests.support.forge.fixtures",
    "tests.support.forge.github_actions.fixtures",
    "tests.support.pages.fixtures",
]

if [name for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD") if os.environ.pop(name, None)]:
    # Processes that tests start show what a person sees: in the log of a CI system e-mails would be masked.
    os.environ["TESTS_IN_CI"] = "true"

# The key of caches that tests make is none of the user's, and goes with the tests.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="reconcile-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)

# The machine may be busy, so laws are not timed. What must pass before a change lands tries the same examples
# each time, so that it judges the change; every other run tries new ones.
hypothesis.settings.register_profile("shared", deadline=None, derandomize="TESTS_IN_CI" in os.environ)

hypothesis.settings.load_profile("shared")
