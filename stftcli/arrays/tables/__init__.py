"""Tables whose rows have texts, numbers and features: results of segments."""
