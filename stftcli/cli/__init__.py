"""The command line: options become settings, settings one call, its result a line of report."""
