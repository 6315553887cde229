"""Tables of segments: what people mark in Raven, Audacity and Praat, and what others list."""
