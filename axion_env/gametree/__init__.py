"""Exact trees of finite games: every play, best responses, NashConv."""
