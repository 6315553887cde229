"""Faults: damaged inputs through every command that reads them, and faults while it writes.

What holds is said in `outcome.py`. Of the inputs a part runs always, all with ``pytest -m long``;
``STFTCLI_FAULTS=20`` makes it 20 times as many.
"""
