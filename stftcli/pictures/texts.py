"""Texts that are given, as the names of files, made fit for a picture."""


def printable(text: str) -> str:
    """Put a sign in the place of what a font cannot draw, or a terminal would obey."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
