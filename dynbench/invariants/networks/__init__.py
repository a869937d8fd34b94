"""Invariants and energies of recurrent networks, derived in matrix form whatever their size."""
