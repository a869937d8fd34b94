"""Recurrent networks: systems with known structure, declared in matrix form; their training; trained weights."""

from dynbench.networks import flipflop, force, noise, transfer
from dynbench.networks.driven import simulate
from dynbench.networks.echo_state import EchoStateNetwork
from dynbench.networks.plrnn import PLRNN
from dynbench.networks.rnn import RNN
from dynbench.networks.state_dict import from_state_dict

__all__ = ["PLRNN", "RNN", "EchoStateNetwork", "flipflop", "force", "from_state_dict", "noise", "simulate", "transfer"]
