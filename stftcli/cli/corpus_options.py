"""The options of commands that take many sounds."""

import os
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from stftcli.cli import types
from stftcli.cli.output import other_inputs
from stftcli.cli.sections import Command, Decorator, stacked, under
from stftcli.errors import SettingsError
from stftcli.files.places import is_folder
from stftcli.frozen import Frozen
from stftcli.settings.choices import ARRAY_FORMATS, PICTURE_FORMATS

_option = under("corpus")

_inputs = stacked(
    _option(
        "--files-from",
        type=types.FILE,
        metavar="FILE|-",
        common=False,
        help="Read the names of the inputs from this list, one a line or each ended by a NUL.",
    ),
    _option(
        "--manifest",
        type=types.FILE,
        metavar="FILE|-",
        common=False,
        help="Read the inputs, their ids and segments from JSON lines, CSV, a manifest of lhotse, "
        "or Kaldi's wav.scp and segments.",
    ),
    _option(
        "--include",
        multiple=True,
        metavar="GLOB",
        common=False,
        help="Of a folder, take the files that match, as '*.flac'; repeatable.  [default: sound "
        "files]",
    ),
)

_results = stacked(
    _option(
        "--out-dir",
        type=types.FILE,
        metavar="DIR",
        help="Where the results of many inputs go, in folders as the inputs are, with a "
        "manifest.jsonl; the same call again goes on where one has ended.",
    ),
    _option(
        "--root",
        type=types.FILE,
        metavar="DIR",
        common=False,
        help="Name the results by the paths below this folder.  [default: the folder that is "
        "given; of files, the current one]",
    ),
    _option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        common=False,
        help="Work on the inputs of --out-dir in so many processes.  [default: the processors]",
    ),
    _option(
        "--executor",
        default="processes",
        metavar="NAME",
        common=False,
        help="Where to work: processes, threads, dask://HOST:PORT, or MODULE:FACTORY, a function "
        "that gives a concurrent.futures.Executor.  [default: processes]",
    ),
    _option(
        "--shard",
        metavar="I/N",
        common=False,
        help="Work on the I-th of N equal parts of the inputs; `stftcli corpus merge` joins them.",
    ),
    _option(
        "--checksum",
        is_flag=True,
        common=False,
        help="Tell by hashes, not by size and time, which inputs have changed.",
    ),
    _option(
        "--overwrite",
        is_flag=True,
        common=False,
        help="Make all results anew, and remove those of other settings from --out-dir.",
    ),
    _option(
        "--prune",
        is_flag=True,
        common=False,
        help="Remove the results of sounds from --out-dir that are not among the inputs.",
    ),
    _option(
        "--max-failures",
        type=click.IntRange(min=1),
        metavar="N",
        common=False,
        help="Stop when so many inputs have failed.  [default: never]",
    ),
    _option("--fail-fast", is_flag=True, common=False, help="Stop at the first that fails."),
    _option(
        "--json-progress",
        is_flag=True,
        common=False,
        help="Report on standard error as JSON lines, one a second.",
    ),
)


_shard_size = _option(
    "--shard-size",
    type=click.IntRange(1, 10_000_000),
    metavar="N",
    common=False,
    help="Put the arrays of N inputs into each file, of --format tar, parquet, zarr or ark.  "
    "[default: a file each; 1000 for tar, parquet and zarr]",
)


timeline_option = under("output")(
    "--timeline",
    is_flag=True,
    common=False,
    help="Lay several inputs on one time line, by their clocks, as one result; gaps between them "
    "stay empty.",
)


class CorpusOptions(Frozen):
    """What was given of the options of many inputs."""

    files_from: str | None = None
    manifest: str | None = None
    include: tuple[str, ...] = ()
    out_dir: str | None = None
    root: str | None = None
    jobs: int | None = None
    executor: str = "processes"
    shard: str | None = None
    shard_size: int | None = None
    checksum: bool = False
    overwrite: bool = False
    prune: bool = False
    max_failures: int | None = None
    fail_fast: bool = False
    json_progress: bool = False

    def inputs(self, paths: Sequence[str]) -> Any:
        """Give the Inputs that these options and arguments name."""
        from stftcli.jobs.corpus.inputs import Inputs

        return Inputs(paths, self.files_from, self.manifest, self.include, self.root)

    def settings(self) -> Any:
        """Give the CorpusSettings of these options."""
        from stftcli.jobs.corpus.run import CorpusSettings

        assert self.out_dir is not None
        return CorpusSettings(
            self.out_dir,
            self.root,
            self.shard_size,
            _part(self.shard),
            self.jobs,
            self.executor,
            1 if self.fail_fast else self.max_failures,
            self.checksum,
            self.overwrite,
            self.prune,
            other_inputs(),
        )

    def begin_workers(self) -> None:
        """Start what takes a moment before any input can be worked on, where much is to be done."""
        assert self.out_dir is not None
        if self.executor == "processes" and not os.path.exists(self.out_dir):  # noqa: PTH110
            from stftcli.jobs.corpus.processes import begin_server

            begin_server()

    def are_many(self, paths: Sequence[str]) -> bool:
        """Say whether the inputs are many, or may be, or are treated so."""
        return self.out_dir is not None or len(paths) > 1 or not self.are_files(paths)

    def are_files(self, paths: Sequence[str]) -> bool:
        """Say whether the inputs are files that are named one by one."""
        lists = self.files_from is not None or self.manifest is not None
        return not lists and not any(map(is_folder, paths))

    def check_many(self, paths: Sequence[str], **of_one: Any) -> None:
        """Raise SettingsError if many inputs have no folder for their results.

        So too if they were given what only one input can have.
        """
        if self.out_dir is None:
            if len(paths) == 2 and _names_result(paths[1]):
                raise SettingsError(
                    f"{paths[1]} is no sound: if it is the result, give it as `out`"
                )
            raise SettingsError("the results of several inputs go into a folder: give `out_dir`")
        for name, value in of_one.items():
            if value:
                raise SettingsError(f"`{name}` is of one input: leave it out with `out_dir`")

    def check_timeline(self, out: str | None, *, grid: bool = False) -> None:
        """Raise SettingsError if a time line has no name for its one result, or is given many."""
        if grid:
            raise SettingsError("`grid` makes panels of the inputs, `timeline` one picture")
        if out is None:
            raise SettingsError("`timeline` makes one result of several inputs: name it with `out`")
        self.check_one_result("timeline", ("files_from", "manifest", "include"))

    def check_one_result(self, maker: str, allowed: Sequence[str] = ()) -> None:
        """Raise SettingsError if what makes one result was given what only many can have."""
        default = CorpusOptions()
        for item in self._fields:
            given = getattr(self, item.name) != getattr(default, item.name)
            if given and item.name not in allowed:
                raise SettingsError(f"`{item.name}` is of many results, `{maker}` makes one")

    def recordings(self, paths: Sequence[str], warn: Callable[[str], None]) -> list[str]:
        """Give the files of a time line; SettingsError for parts of files, and where none is."""
        entries = list(self.inputs(paths).entries(warn))
        if any(entry.start_s or entry.duration_s is not None for entry in entries):
            raise SettingsError("`timeline` takes files as they are, and `manifest` names segments")
        if not entries:
            raise SettingsError("`timeline` found no input: name files or a folder of them")
        return [entry.audio for entry in entries]

    def check_one(self) -> None:
        """Raise SettingsError if one input was given what only many can have."""
        default = CorpusOptions()
        for item in self._fields:
            if getattr(self, item.name) != getattr(default, item.name):
                raise SettingsError(f"`{item.name}` is of many inputs: give `out_dir` as well")


def _names_result(path: str) -> bool:
    """Say whether a name is that of an array or picture that may be written."""
    from pathlib import Path

    endings = (f".{name}" for name in (*ARRAY_FORMATS, *PICTURE_FORMATS))
    return path.lower().endswith(tuple(endings)) and not Path(path).is_dir()


def corpus_options(*, shards: bool = False) -> Decorator:
    """Add the options of many inputs and of their results; the command gets them as `corpus`.

    With `shards`, results may share files.
    """
    return _gathered(stacked(_inputs, _results, *([_shard_size] if shards else [])))


def input_options(command: Command) -> Command:
    """Add the options that name many inputs alone; the command gets them as `corpus`."""
    return _gathered(_inputs)(command)


def _gathered(options: Decorator) -> Decorator:
    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**values: Any) -> None:
            names = [item.name for item in CorpusOptions._fields if item.name in values]
            command(corpus=CorpusOptions(**{name: values.pop(name) for name in names}), **values)

        return options(wrapped)

    return decorate


def _part(text: str | None) -> Any:
    from stftcli.jobs.corpus.out_dir import Part

    if text is None:
        return Part()
    number, _, of = text.partition("/")
    if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= 1_000_000:
        return Part(int(number), int(of))
    raise SettingsError(f"`shard` is {text!r}: give the number of the part and of parts, as 1/8")
