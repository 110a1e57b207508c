"""Games with known values, and games of other libraries."""
