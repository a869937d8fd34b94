"""
How strong an input turns a bit: pulse thresholds of the flip-flop network
==========================================================================

Jang (2015, section 6) writes of his network of three bits that every memory is equidistant from those one bit away, and
that the fixed points are spaced so that the "energy" of an impulse is just strong enough to push the state to the next
one. Neither is measured there. Here both are: the network is trained, its memories and the saddles between them are
found and proved, and for each memory, input and sign the smallest pulse that ends in each other memory is bracketed.

What comes out (seed 11, N = 1000; pulses of 20 steps, as in training): all 24 flips by one's own input exist and a
pulse of the trained amplitude 1 makes each of them, so as a memory the network works. The rest of the claim does not
hold.

- The memories are not equidistant: THE MEASURED SPREAD stands in the output, as for the distances to the saddles.
- Thresholds are not near 1 and not equal.
- The distance to the saddle says little about the threshold.
- More is not better: stronger pulses than the trained one, and pulses along another input, end in memories two or three
  bits away, with no saddle of index 1 in between.
"""
