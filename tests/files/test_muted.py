"""What libraries write past Python is kept out, what we say is heard, from several threads."""

import os
import threading

import pytest

from stftcli.files.muted import heard, muted


def test_only_what_we_say_is_heard(capfd: pytest.CaptureFixture[str]) -> None:
    with muted():
        os.write(2, b"note ")
        with muted():
            os.write(2, b"note ")
        with heard():
            os.write(2, b"said ")
        os.write(2, b"note ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "said after"


def test_threads_that_come_and_go(capfd: pytest.CaptureFixture[str]) -> None:
    def decode() -> None:
        for _ in range(200):
            with muted():
                os.write(2, b"note ")

    threads = [threading.Thread(target=decode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(200):
        with heard():
            os.write(2, b"said ")
    for thread in threads:
        thread.join()
    os.write(2, b"after")
    said = capfd.readouterr().err
    assert said.count("said ") == 200
    assert said.endswith("after")
