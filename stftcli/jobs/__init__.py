"""Jobs join the rooms below: one stream from a sound to its result."""
