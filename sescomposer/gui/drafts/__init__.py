"""What a person sees of drafts: their list, their checkpoints, and what a crash left."""
