"""The pass over a sound that has segments."""
