"""Trajectories and files of data as rows and tensors that a learner trains on."""
