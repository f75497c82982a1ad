"""What is compiled from the corpus: analysis, the base and its snapshot, the kernel, search."""
