#!/usr/bin/env python3
"""Writes lstm_l3_c6.txt, a small net in ADBench's format, and what it must give: loss and gradient.

Nothing here knows a derivative: the loss is a function of complex numbers, and dL/dp is the imaginary part of
L(p + i s) over s, for s = 1e-100 (complex step; Squire and Trapp 1998), exact to rounding. Run in this folder.
"""
import cmath
import random

LAYERS, CHARACTERS, BITS = 3, 6, 4
STEP = 1e-100


def sigmoid(z):
    return 1 / (1 + cmath.exp(-z))


def loss_of(main, extra, state, sequence):
    state = [list(row) for row in state]
    total = 0
    for t in range(CHARACTERS - 1):
        x = [a * b for a, b in zip(sequence[t], extra[0])]
        for layer in range(LAYERS):
            weights, biases = main[2 * layer], main[2 * layer + 1]
            hidden, cell = state[2 * layer], state[2 * layer + 1]
            for i in range(BITS):
                gate = lambda number, value: value * weights[number * BITS + i] + biases[number * BITS + i]
                forget, ingate = sigmoid(gate(0, x[i])), sigmoid(gate(1, hidden[i]))
                outgate, change = sigmoid(gate(2, x[i])), cmath.tanh(gate(3, hidden[i]))
                cell[i] = cell[i] * forget + ingate * change
                hidden[i] = outgate * cmath.tanh(cell[i])
            x = list(hidden)
        answer = [a * w + b for a, w, b in zip(x, extra[1], extra[2])]
        shift = cmath.log(2 + sum(cmath.exp(a) for a in answer))
        total += sum(target * (a - shift) for target, a in zip(sequence[t + 1], answer))
    return -total / (BITS * (CHARACTERS - 1))


def main():
    numbers = random.Random(2018)
    rows = lambda count, size: [[numbers.uniform(-1, 1) for _ in range(size)] for _ in range(count)]
    main_params, extra, state = rows(2 * LAYERS, 4 * BITS), rows(3, BITS), rows(2 * LAYERS, BITS)
    sequence = [[float(numbers.randrange(2)) for _ in range(BITS)] for _ in range(CHARACTERS)]
    gradient = []
    for row in main_params + extra:
        for i in range(len(row)):
            row[i] += STEP * 1j
            gradient.append(loss_of(main_params, extra, state, sequence).imag / STEP)
            row[i] = row[i].real
    text = lambda block: "\n".join(" ".join(repr(x) for x in row) for row in block)
    with open("lstm_l3_c6.txt", "w") as out:
        blocks = [f"{LAYERS} {CHARACTERS} {BITS}"] + [text(b) for b in (main_params, extra, state, sequence)]
        out.write("\n\n".join(blocks) + "\n")
    loss = complex(loss_of(main_params, extra, state, sequence)).real
    with open("lstm_l3_c6.expected.txt", "w") as out:
        out.write("\n".join(repr(x) for x in [loss] + gradient) + "\n")


main()
