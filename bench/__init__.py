"""How fast it is, beside references of the same run.

Run by `make bench` only: it measures and does not judge.
"""
