"""Tables of segments: every kind, as programs write it, and as it should not be."""
