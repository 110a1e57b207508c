"""`axion train`, `axion eval` and `axion sample`."""
