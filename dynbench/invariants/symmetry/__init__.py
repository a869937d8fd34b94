"""Symmetries of equations and of weights: signed permutations, reversing ones, scalings."""
