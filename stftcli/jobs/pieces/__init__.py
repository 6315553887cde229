"""Long sounds in files: pieces of them are worked on by several processes."""
