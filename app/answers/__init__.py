"""Answers as plain values: the domain's records in the words of the API. Numbers are rounded here and nowhere else."""
