"""Self-play training of language models on any registered environment."""
