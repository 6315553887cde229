"""Features of the segments of a table: one pass over each sound, whatever their number."""
