"""What is reasoned over the index: profiles, recommendations and their reasons, evaluation."""
