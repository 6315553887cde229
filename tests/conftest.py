"""What holds for all tests."""

from hypothesis import settings

# No deadline: how long an example takes says nothing about whether it is right.
settings.register_profile("stftcli", deadline=None)
settings.load_profile("stftcli")
