"""From features to what is drawn of them: pixels, and what rows and colours mean."""
