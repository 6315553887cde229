"""Graphs of ONNX; without onnx and onnxruntime none of these tests is run."""

from tests.oracles.conftest import oracle

oracle("onnx")
oracle("onnxruntime")
