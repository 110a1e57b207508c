"""Losses over merged rows, one a file. R distinct rows, L answer tokens; each returns a sum over all copies, and the learner divides it."""
