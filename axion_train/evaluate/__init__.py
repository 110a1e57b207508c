"""What a policy is worth: exactly where the game is small enough, by sampling elsewhere."""
