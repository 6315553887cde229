"""Files, for all the rooms above: results that appear whole, and tensors that are read with care."""
