"""Benchmarks: `make bench` runs them all, `python -m benchmarks NAME` one. They print ratios measured side by side in one run."""
