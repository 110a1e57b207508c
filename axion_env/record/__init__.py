"""Records: what happened, as plain values, their encoding and their file."""
