"""Questions with verifiable answers: arithmetic, mathematics, programs."""
