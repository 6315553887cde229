"""Files that hold the feature arrays of many sounds."""
