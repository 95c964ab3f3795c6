"""The tabs of the page Walks and generation."""
