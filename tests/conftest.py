"""What holds for all tests."""

import os

from hypothesis import settings

# No deadline: how long an example takes says nothing about whether it is right. Where CI runs the
# tests, each property is tried more often.
settings.register_profile("stftcli", deadline=None, max_examples=100 if "CI" in os.environ else 40)
settings.load_profile("stftcli")
