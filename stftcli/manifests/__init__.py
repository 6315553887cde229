"""Lists of sounds, in the words of several tools, read line by line."""
