"""What several environments stand on: programs and their judges, mutation, a tiny language."""
