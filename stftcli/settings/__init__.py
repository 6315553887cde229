"""What a user can ask for, as frozen values that survive a round trip through JSON and TOML."""
