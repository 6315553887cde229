"""The engine: frames, windows, transforms, scales and projections of arrays."""
