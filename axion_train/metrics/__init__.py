"""Metrics of an update: numbers by name, as they stand in `metrics.jsonl` and monitors read them."""
