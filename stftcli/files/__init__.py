"""Files, for the rooms above: results that appear whole, tensors that are read with care."""
