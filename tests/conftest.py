"""What holds for all tests."""

import os

from hypothesis import settings

# No deadline: how long an example takes says nothing about whether it is right. Where CI runs the
# tests with all oracles, each property is tried more often.
examples = 100 if "STFTCLI_ORACLES" in os.environ else 40
settings.register_profile("stftcli", deadline=None, max_examples=examples)
settings.load_profile("stftcli")
