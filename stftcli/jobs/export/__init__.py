"""Settings given to others: as a script of their calls, as a graph of ONNX."""
