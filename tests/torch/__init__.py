"""The modules of torch."""
