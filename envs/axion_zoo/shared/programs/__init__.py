"""Programming problems, answers to them, and how these are graded."""
