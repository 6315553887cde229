"""Features: settings in, a callable out; arrays in, arrays out; nothing of files or Click."""
