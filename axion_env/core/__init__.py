"""The contract, and what advances a play."""
