"""The algebra below the methods: differential rings, linear ansatz, definiteness, potentials."""
