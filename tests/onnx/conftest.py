"""No tests where there is no onnx, or nothing that runs its graphs."""

from importlib.util import find_spec

from tests.oracles.conftest import is_required

if None in (find_spec("onnx"), find_spec("onnxruntime")) and not is_required():
    collect_ignore_glob = ["test_*.py"]
