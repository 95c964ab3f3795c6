"""One recipe a file: a story of how a network was trained, and the result."""
