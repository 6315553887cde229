"""A chain as a model of ONNX."""

from collections.abc import Mapping

from onnx import ModelProto, StringStringEntryProto, TensorProto
from onnx.checker import check_model
from onnx.defs import onnx_opset_version
from onnx.helper import (
    find_min_ir_version_for,
    make_graph,
    make_model,
    make_opsetid,
    make_tensor_value_info,
)

from stftcli.errors import SettingsError
from stftcli.features.chain import Chain
from stftcli.onnx.framing import Framing
from stftcli.onnx.graph import DEFAULT_OPSET, Graph, Reals, Value
from stftcli.onnx.sound import OnnxSound
from stftcli.onnx.tensors import OnnxTensors

INPUT, OUTPUT = "waveform", "features"


def model_of(chain: Chain, metadata: Mapping[str, str], opset: int = DEFAULT_OPSET) -> ModelProto:
    """Give a chain as a graph of standard operators, in float32.

    Parameters
    ----------
    chain : Chain
        What it computes. Each of a batch is a whole sound, statistics are of it alone.
    metadata : mapping of str to str
        What the model says of itself.
    opset : int, default 17
        The version of the standard operators.

    Returns
    -------
    ModelProto
        It takes "waveform", (batch, samples), full scale being 1, and gives "features",
        (batch, frames, features), or (batch, features, frames) where the layout is bins-first. Of
        complex features it gives a last axis more: the real and the imaginary part.

    Raises
    ------
    SettingsError
        If a step has no form; it is named. Or if there is no such version of the operators.
    """
    if not DEFAULT_OPSET <= opset <= onnx_opset_version():
        raise SettingsError(
            f"`opset` is {opset}: it must lie between {DEFAULT_OPSET} and {onnx_opset_version()}, "
            "the newest that the onnx here knows"
        )
    forms = chain.forms()
    graph = Graph(opset)
    framing = Framing(graph, Value(graph, INPUT, Reals), chain)
    tensors, sound = OnnxTensors(graph), OnnxSound(graph, framing)
    real, imaginary = framing.spectra()
    scale = chain.framewise.scale
    parts = [real, imaginary] if scale is None else [scale.of_parts(tensors, real, imaginary)]
    for form in forms:
        weights = {name: graph.constant(each) for name, each in form.weights.items()}
        parts = [form(tensors, x, weights, sound) for x in parts]
    # One row alone where that is of all frames; none where there are no frames.
    parts = [x.part(1, 0, framing.frames) for x in parts]
    shape: list[str | int] = ["batch", "frames", chain.features]
    if chain.settings.layout == "bins-first":
        parts = [graph.node("Transpose", x, perm=[0, 2, 1]) for x in parts]
        shape = ["batch", chain.features, "frames"]
    if len(parts) > 1:
        parts = [graph.node("Unsqueeze", x, graph.whole(-1)) for x in parts]
        parts, shape = [parts[0].joined(parts[1:], axis=-1)], [*shape, len(parts)]
    return _model(graph, parts[0], shape, metadata)


def _model(
    graph: Graph, output: Value, shape: list[str | int], metadata: Mapping[str, str]
) -> ModelProto:
    graph.name_output(output, OUTPUT)
    opsets = [make_opsetid("", graph.opset)]
    model = make_model(
        make_graph(
            graph.nodes,
            "stftcli",
            [make_tensor_value_info(INPUT, TensorProto.FLOAT, ["batch", "samples"])],
            [make_tensor_value_info(OUTPUT, TensorProto.FLOAT, shape)],
            graph.initializers,
        ),
        opset_imports=opsets,
        # The oldest form of the file that has these operators: others need a newer runtime.
        ir_version=find_min_ir_version_for(opsets),
        producer_name="stftcli",
    )
    model.metadata_props.extend(
        StringStringEntryProto(key=key, value=value) for key, value in metadata.items()
    )
    check_model(model, full_check=True)
    return model
