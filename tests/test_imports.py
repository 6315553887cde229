"""Who imports whom, read from the source: imports point downwards, and libraries have one home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import stftcli

PACKAGE = Path(stftcli.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

GROUND = {"files", "settings", "errors", "frozen"}
MIDDLE = {"audio", "dsp", "arrays", "pictures"}
MAY_IMPORT = {
    "__main__": {"cli"},
    "__init__": MIDDLE,  # what it offers to Python
    "cli": {"cli", "jobs", "presets", *GROUND},
    "jobs": {"jobs", *MIDDLE, *GROUND},
    **{room: {room, *GROUND} for room in MIDDLE},
    "files": GROUND,
    "presets": {"presets", "settings", "errors", "frozen"},
    "settings": {"settings", "errors", "frozen"},
    "errors": {"errors"},
    "frozen": set(),
}
EXCEPTIONS = {
    ("cli/versions.py", "stftcli.dsp.fft"),  # the FFT in use is a line of --version
}

HOMES = {
    "click": {"cli"},
    "rich": {"cli", "pictures"},
    "soundfile": {"audio"},
    "matplotlib": {"pictures"},
    "PIL": {"pictures"},
    "safetensors": {"files"},
    "numpy": {"jobs", *MIDDLE, "files"},
    "ducc0": {"dsp"},
    "scipy": {"dsp"},
    "torch": {"files"},
    "tomli_w": {"settings"},
    "soxr": {"audio"},
    "kaldiio": {"arrays"},
}
EXTRAS = {"ducc0", "scipy", "torch", "soxr", "kaldiio"}  # need not be installed
DEFERRED = {"tomli_w"}  # is, but few calls need it
NEVER = ("matplotlib.pyplot.", "scipy.signal.", "librosa.", "pandas.")


def imports(file: Path, *, deferred: bool = True) -> Iterator[str]:
    """Give each module that a file names, those of imports within functions included or not."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if deferred else tree.body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import: say where from"
            module = node.module or ""
            # `from stftcli import x` may name a room, `from matplotlib import x` a module.
            yield from (f"{module}.{name.name}" for name in node.names)


def room_of(parts: tuple[str, ...]) -> str:
    return parts[0].removesuffix(".py")


each_file = pytest.mark.parametrize(
    "file", FILES, ids=[str(file.relative_to(PACKAGE)) for file in FILES]
)


@each_file
def test_imports_point_downwards(file: Path) -> None:
    path = file.relative_to(PACKAGE)
    room = room_of(path.parts)
    assert room in MAY_IMPORT, f"say in MAY_IMPORT what {room} may import"
    for module in imports(file):
        if not module.startswith("stftcli."):
            continue
        target = module.split(".")[1]
        excused = any(path.as_posix() == at and module.startswith(m) for at, m in EXCEPTIONS)
        if target in MAY_IMPORT and not excused:
            assert target in MAY_IMPORT[room], f"{path} must not import {module}"


@each_file
def test_libraries_stay_in_their_rooms(file: Path) -> None:
    path = file.relative_to(PACKAGE)
    for module in imports(file):
        library = module.split(".")[0]
        assert room_of(path.parts) in HOMES.get(library, {room_of(path.parts)}), module
        assert not f"{module}.".startswith(NEVER)


@each_file
def test_what_need_not_be_installed_is_imported_where_it_is_used(file: Path) -> None:
    at_once = {module.split(".")[0] for module in imports(file, deferred=False)}
    assert not (EXTRAS | DEFERRED) & at_once


def test_the_rules_speak_of_files_that_are_there() -> None:
    rooms = {room_of(file.relative_to(PACKAGE).parts) for file in FILES}
    assert set(MAY_IMPORT) == rooms
    imported = {module.split(".")[0] for file in FILES for module in imports(file)}
    assert imported >= {"click", "numpy", "soundfile", "matplotlib", "stftcli"}
    assert imported >= EXTRAS | DEFERRED
    assert set(HOMES) >= EXTRAS | DEFERRED
    for path, module in EXCEPTIONS:
        named = imports(PACKAGE / path)
        assert any(name.startswith(module) for name in named), f"{path} needs no exception"
