"""Darboux polynomials of polynomial flows, and the conserved quantities that are built of them."""
