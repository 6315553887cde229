"""The tables of kinds and formats agree with the names that can be chosen."""

from stftcli.jobs.segments.formats import FORMATS, choose_table_format
from stftcli.segments.read import KINDS
from stftcli.settings.choices import TABLE_FORMATS


def test_every_format_has_a_row_and_an_ending_of_its_own() -> None:
    assert tuple(FORMATS) == TABLE_FORMATS
    endings = [ending for row in FORMATS.values() for ending in row.endings]
    assert len(set(endings)) == len(endings)
    for name, row in FORMATS.items():
        for ending in row.endings:
            assert choose_table_format(None, f"x{ending}".upper()) == name
    assert choose_table_format("raven", "x.csv") == "raven"
    assert choose_table_format(None, "-") == "csv"


def test_kinds_have_names_and_titles_of_their_own() -> None:
    assert len({kind.name for kind in KINDS}) == len({kind.title for kind in KINDS}) == len(KINDS)
