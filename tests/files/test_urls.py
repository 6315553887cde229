import pytest

from stftcli.files.urls import is_url, join_path, plain_name, with_ending, without_file_scheme


@pytest.mark.parametrize(
    "path", ["s3://b/a.wav", "https://h", "memory://a", "file:///a", "a+b://c"]
)
def test_a_scheme_makes_a_url(path: str) -> None:
    assert is_url(path)


@pytest.mark.parametrize(
    "path", ["", "-", "a.wav", "./s3://b/a.wav", "dir/s3://b", "C://a.wav", "s3:/b/a.wav", "1a://b"]
)
def test_all_else_is_a_path(path: str) -> None:
    assert not is_url(path)


@pytest.mark.parametrize(
    ("folder", "path", "joined"),
    [
        ("", "a.wav", "a.wav"),
        ("lists", "./a.wav", "lists/./a.wav"),
        ("/data", "/a.wav", "/a.wav"),
        ("lists", "s3://b/a.wav", "s3://b/a.wav"),
        ("s3://b/lists", "a.wav", "s3://b/lists/a.wav"),
        ("s3://b/lists/", "./x/../a.wav", "s3://b/lists/a.wav"),
        ("s3://b/lists", "../a.wav", "s3://b/a.wav"),
        ("s3://b/lists", "/data/a.wav", "/data/a.wav"),
        ("memory://", "a.wav", "memory://a.wav"),
    ],
)
def test_what_a_list_names_is_below_it(folder: str, path: str, joined: str) -> None:
    assert join_path(folder, path) == joined


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://h/a.wav?Signature=x/y", "https://h/a.wav"),
        ("sftp://me:secret@h/a@b.wav", "sftp://h/a@b.wav"),
        ("s3://b/what?.wav", "s3://b/what?.wav"),
        ("a?b@c.wav", "a?b@c.wav"),
    ],
)
def test_secrets_are_not_told(url: str, name: str) -> None:
    assert plain_name(url) == name


def test_a_url_of_a_file_is_its_path() -> None:
    assert without_file_scheme("file:///a/b c.wav") == "/a/b c.wav"
    assert without_file_scheme("file://a.wav") == "file://a.wav"
    assert without_file_scheme("s3://b/a.wav") == "s3://b/a.wav"


def test_a_bucket_has_no_ending() -> None:
    assert with_ending("s3://b.c/feats.ark", ".scp") == "s3://b.c/feats.scp"
    assert with_ending("s3://b.c/feats", ".scp") == "s3://b.c/feats.scp"
