"""What letters stand for: networks that know the forward pass and nothing else."""
