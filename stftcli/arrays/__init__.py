"""Feature arrays out, frame after frame."""
