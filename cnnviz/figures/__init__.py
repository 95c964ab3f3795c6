"""From tensors to pixels and figures."""
