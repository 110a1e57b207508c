"""From trajectories to what a learner can train on."""
