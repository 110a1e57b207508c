"""The checks themselves, a family of promises in each file; `catalog` runs them in its order of the families."""
