"""A corpus: many sounds in, a result for each, by many workers, resumed where it was left."""
