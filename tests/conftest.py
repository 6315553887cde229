"""What holds for all tests."""

import os
import signal

from hypothesis import HealthCheck, settings

# No deadline: how long an example takes says nothing about whether it is right. Where CI runs the
# tests with all oracles, each property is tried more often.
examples = 100 if "STFTCLI_ORACLES" in os.environ else 25
# How many values a record refuses, or how slow a machine is, is no fault of a test either.
unhealthy = [HealthCheck.filter_too_much, HealthCheck.too_slow]
settings.register_profile(
    "stftcli", deadline=None, max_examples=examples, suppress_health_check=unhealthy
)
settings.load_profile("stftcli")

# Who runs the tests in the background, or under nohup, has these ignored, and what is started from
# here would have so too.
for name, default in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, default)

# With it Python writes to pipes otherwise than at a user's.
os.environ.pop("PYTHONUNBUFFERED", None)
