"""Synthetic speech with exact word times: for sample calls, training data, tests, benchmarks.

Needs the system package ``espeak-ng``. The product itself never imports it.
"""
