"""Advantage estimators: `A = (r - baseline[key]) / scale[key]`. One a file, its paper cited."""
