"""The front end as a graph of ONNX, for what runs without Python."""

from stftcli.errors import MissingExtraError

try:
    import onnx  # noqa: F401
except ImportError:
    raise MissingExtraError("a graph of ONNX", "onnx", "onnx") from None
