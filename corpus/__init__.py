"""What is stored as truth: resources, their import and cleaning, the catalogue, revisions."""
