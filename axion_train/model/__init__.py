"""Models, their tokenizers, and how messages become prompts."""
