"""Who imports whom, read from the source: imports point downwards, and libraries have one home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import stftcli

PACKAGE = Path(stftcli.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

GROUND = {"files", "settings", "errors", "frozen"}
CRAFTS = {"audio", "arrays", "pictures"}
# What the command line takes of the features: the table of what can be asked for, no numbers.
WITHOUT_NUMBERS = {"settings", "keywords", "presets", "steps", "step", "toml"}
MAY_IMPORT = {
    "__main__": {"cli", "files"},
    "__init__": {"dsp", "features", "settings", "errors"},  # what it offers to Python
    "cli": {"cli", "jobs", "presets", *(f"features.{name}" for name in WITHOUT_NUMBERS), *GROUND},
    "jobs": {"jobs", "torch", "onnx", "features", "manifests", "segments", "dsp", "presets"}
    | CRAFTS
    | GROUND,
    "features": {"features", "dsp", "presets", *GROUND},
    **{room: {room, "dsp", *GROUND} for room in CRAFTS},
    "manifests": {"manifests", *GROUND},
    "segments": {"segments", *GROUND},
    "torch": {"torch", "features", "dsp", *GROUND},
    "onnx": {"onnx", "features", "dsp", *GROUND},
    "dsp": {"dsp", *GROUND},
    "files": GROUND,
    "presets": {"presets", "settings", "errors", "frozen"},
    "settings": {"settings", "errors", "frozen"},
    "errors": {"errors"},
    "frozen": set(),
}
EXCEPTIONS = {
    ("cli/versions.py", "stftcli.dsp.fft"),  # the FFT in use is a line of --version
    # An Extractor has doors of the house itself: `load` and `file` are what the commands do.
    ("features/configured.py", "stftcli.jobs.config"),
    ("features/extractor.py", "stftcli.jobs.stream"),
    ("features/extractor.py", "stftcli.torch"),
}

HOMES = {
    "click": {"cli"},
    "rich": {"cli", "pictures"},
    "soundfile": {"audio"},
    "matplotlib": {"pictures"},
    "PIL": {"pictures"},
    "safetensors": {"files"},
    "numpy": {"jobs", "torch", "onnx", "features", *CRAFTS, "segments", "dsp", "files"},
    "ducc0": {"dsp"},
    "scipy": {"dsp"},
    "torch": {"files", "features", "torch"},  # features name its types, for type checkers
    "onnx": {"onnx"},
    "onnxruntime": {"onnx"},
    "tomli_w": {"features"},
    "soxr": {"features"},
    "kaldiio": {"arrays"},
    "pyarrow": {"arrays"},
    "zarr": {"arrays"},
    "fsspec": {"files"},
    "aiohttp": {"files"},
    "distributed": {"jobs"},
}
# Need not be installed.
EXTRAS = {
    *("ducc0", "scipy", "torch", "soxr", "kaldiio"),
    *("pyarrow", "zarr", "fsspec", "aiohttp", "distributed", "onnx", "onnxruntime"),
}
DEFERRED = {"tomli_w"}  # is, but few calls need it
NEVER = ("matplotlib.pyplot.", "scipy.signal.", "librosa.", "pandas.")

# The part of the features that help, messages and --print-config are made of: numpy is not loaded.
LIGHT = [
    *sorted((PACKAGE / "features/steps").glob("*.py")),
    *(PACKAGE / f"features/{name}.py" for name in ("step", "settings", "keywords", "asking")),
    *(PACKAGE / f"features/{name}.py" for name in ("toml", "presets", "axis", "operations")),
    *(PACKAGE / path for path in ("features/form.py", "dsp/tensors.py")),
    *sorted((PACKAGE / "manifests").glob("*.py")),
]


def imports(file: Path, *, deferred: bool = True) -> Iterator[str]:
    """Give each module that a file names, those of imports within functions included or not."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if deferred else at_once(tree.body):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import: say where from"
            module = node.module or ""
            # `from stftcli import x` may name a room, `from matplotlib import x` a module.
            yield from (f"{module}.{name.name}" for name in node.names)


def at_once(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Give what runs when a module is imported: no functions, and nothing for type checkers."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from at_once(node.orelse)
            continue
        yield node
        inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
        yield from at_once(inner)


def room_of(parts: tuple[str, ...]) -> str:
    return parts[0].removesuffix(".py")


def may_import(room: str, module: str) -> bool:
    """Say whether a room may import a module of the package, by its room or by its own name."""
    target, *inner = module.split(".")[1:]
    return bool({target, f"{target}.{inner[0] if inner else ''}"} & MAY_IMPORT[room])


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
        excused = any(path.as_posix() == at and module.startswith(m) for at, m in EXCEPTIONS)
        if module.split(".")[1] in MAY_IMPORT and not excused:
            assert may_import(room, module), f"{path} must not import {module}"


@each_file
def test_libraries_stay_in_their_rooms(file: Path) -> None:
    path = file.relative_to(PACKAGE)
    for module in imports(file):
        library = module.split(".")[0]
        assert room_of(path.parts) in HOMES.get(library, {room_of(path.parts)}), module
        assert not f"{module}.".startswith(NEVER)


@each_file
def test_what_need_not_be_installed_is_imported_where_it_is_used(file: Path) -> None:
    early = {module.split(".")[0] for module in imports(file, deferred=False)}
    # A room of a library's name is for those who have it.
    early.discard(room_of(file.relative_to(PACKAGE).parts))
    assert not (EXTRAS | DEFERRED) & early


@pytest.mark.parametrize("file", LIGHT, ids=[str(file.relative_to(PACKAGE)) for file in LIGHT])
def test_settings_and_steps_load_no_numpy(file: Path) -> None:
    early = set(imports(file, deferred=False))
    assert not {module for module in early if f"{module}.".startswith("numpy.")}


def test_what_a_module_imports_at_once_is_found_in_classes_and_conditions() -> None:
    tree = ast.parse(
        "if TYPE_CHECKING:\n    import a\nelse:\n    import b\n"
        "class C:\n    import c\n    def f(self):\n        import d\n"
        "def g():\n    import e\ntry:\n    import f\nfinally:\n    import g\n"
    )
    found = [node.names[0].name for node in at_once(tree.body) if isinstance(node, ast.Import)]
    assert found == ["b", "c", "f", "g"]


def test_the_rules_speak_of_files_that_are_there() -> None:
    rooms = {room_of(file.relative_to(PACKAGE).parts) for file in FILES}
    assert set(MAY_IMPORT) == rooms
    imported = {module.split(".")[0] for file in FILES for module in imports(file)}
    assert imported >= {"click", "numpy", "soundfile", "matplotlib", "stftcli"}
    assert imported >= EXTRAS | DEFERRED
    assert set(HOMES) >= EXTRAS | DEFERRED
    assert all(file in FILES for file in LIGHT)
    features = {file.stem for file in (PACKAGE / "features").iterdir()}
    assert features >= WITHOUT_NUMBERS
    for path, module in EXCEPTIONS:
        named = imports(PACKAGE / path)
        assert any(name.startswith(module) for name in named), f"{path} needs no exception"
    for path, module in EXCEPTIONS:
        early = imports(PACKAGE / path, deferred=False)
        upwards = path.startswith("features/") and any(name.startswith(module) for name in early)
        assert not upwards, f"{path} imports {module} before it is needed"
