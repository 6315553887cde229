"""Sound in: files, pipes, headers that lie, channels."""
