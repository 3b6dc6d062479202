#!/usr/bin/env python3
"""How the cases were made whose expectations do not come from PyTorch (names that end in _complex_step).

Nothing here knows a derivative: the loss is a function of complex numbers, and dL/dp is the imaginary part of
L(p + i s) over s, for s = 1e-100 (complex step; Squire and Trapp 1998), exact to rounding. Values are plain
lists; only the standard library is used. Run in this folder to write the files anew.
"""
import cmath
import json
import random

STEP = 1e-100


def sigmoid(z):
    return 1 / (1 + cmath.exp(-z)) if z.real >= 0 else cmath.exp(z) / (1 + cmath.exp(z))


def relu(z):
    return z if z.real > 0 else 0j


def product(matrix, vector):
    return [sum(a * x for a, x in zip(row, vector)) for row in matrix]


def add(*vectors):
    return [sum(entries) for entries in zip(*vectors)]


def cell_step(case, params, end, x, h, c):
    hidden = case["H"]
    from_x = add(product(params["weight_ih" + end], x), params["bias_ih" + end])
    from_h = add(product(params["weight_hh" + end], h), params["bias_hh" + end])
    parts = lambda vector: [vector[i:i + hidden] for i in range(0, len(vector), hidden)]
    if case["cell"] == "rnn":
        function = cmath.tanh if case["activation"] == "tanh" else relu
        return [function(z) for z in add(from_x, from_h)], c
    if case["cell"].startswith("gru"):
        (xr, xz, xn), (hr, hz, hn) = parts(from_x), parts(from_h)
        r = [sigmoid(v) for v in add(xr, hr)]
        z = [sigmoid(v) for v in add(xz, hz)]
        if case["cell"] == "gru-before":
            rows = params["weight_hh" + end][2 * hidden:]
            reset = product(rows, [a * b for a, b in zip(r, h)])
            inner = add(xn, params["bias_hh" + end][2 * hidden:], reset)
        else:
            inner = add(xn, [a * b for a, b in zip(r, hn)])
        n = [cmath.tanh(v) for v in inner]
        return [(1 - zz) * nn + zz * hh for zz, nn, hh in zip(z, n, h)], c
    zi, zf, zg, zo = parts(add(from_x, from_h))
    if case["cell"] == "lstm-peephole":
        pi, pf, po = parts(params["peephole" + end])
        zi = add(zi, [p * v for p, v in zip(pi, c)])
        zf = add(zf, [p * v for p, v in zip(pf, c)])
    c = [sigmoid(f) * v + sigmoid(i) * cmath.tanh(g) for i, f, g, v in zip(zi, zf, zg, c)]
    if case["cell"] == "lstm-peephole":
        zo = add(zo, [p * v for p, v in zip(po, c)])
    return [sigmoid(o) * cmath.tanh(v) for o, v in zip(zo, c)], c


def answers(case, values, b):
    """The answers yhat[t][O] of column b."""
    directions = 2 if case["bidirectional"] else 1
    sequence = [step[b] for step in values["x"]]
    for layer in range(case["layers"]):
        outputs = [[] for _ in sequence]
        for direction in range(directions):
            end = "_l%d%s" % (layer, "_reverse" if direction else "")
            number = layer * directions + direction
            h = values["h0"][number][b]
            c = values["c0"][number][b] if "c0" in values else None
            order = range(len(sequence))
            for t in reversed(order) if direction else order:
                h, c = cell_step(case, values["params"], end, sequence[t], h, c)
                outputs[t] = outputs[t] + h
        sequence = outputs
    read = sequence if case["many_to_many"] else sequence[-1:]
    head = values["params"]
    return [add(product(head["head.weight"], h), head["head.bias"]) for h in read]


def loss_and_answers(case, values):
    total, all_answers = 0, []
    for b in range(case["B"]):
        yhat = answers(case, values, b)
        all_answers.append(yhat)
        for t, y in enumerate(yhat):
            target = case["y"][t][b] if case["many_to_many"] else case["y"][b]
            if case["loss"] == "mse_half":
                total += sum((p - q) ** 2 for p, q in zip(y, target)) / 2
            else:
                largest = max(v.real for v in y)
                total += cmath.log(sum(cmath.exp(v - largest) for v in y)) + largest - y[target]
    steps = len(all_answers[0])
    yhat = [[[v.real for v in all_answers[b][t]] for b in range(case["B"])] for t in range(steps)]
    return total / case["B"], yhat if case["many_to_many"] else yhat[0]


def gradient(case, values, place):
    """The gradient by the nested list `place`, entry by entry."""
    if isinstance(place[0], list):
        return [gradient(case, values, inner) for inner in place]
    result = []
    for i, value in enumerate(place):
        place[i] = complex(value, STEP)
        result.append(loss_and_answers(case, values)[0].imag / STEP)
        place[i] = value
    return result


def random_list(source, sizes, scale):
    if not sizes:
        return source.gauss(0, scale)
    return [random_list(source, sizes[1:], scale) for _ in range(sizes[0])]


def make(name, cell, T, B, I, H, O, layers=1, bidirectional=False, many_to_many=False, loss="mse_half",
         activation=None, scale=0.6):
    source = random.Random(name)
    directions = 2 if bidirectional else 1
    gates = {"rnn": 1, "gru": 3, "gru-before": 3}.get(cell, 4)
    shapes = {}
    for layer in range(layers):
        for direction in range(directions):
            end = "_l%d%s" % (layer, "_reverse" if direction else "")
            shapes["weight_ih" + end] = [gates * H, I if layer == 0 else H * directions]
            shapes["weight_hh" + end] = [gates * H, H]
            shapes["bias_ih" + end] = [gates * H]
            shapes["bias_hh" + end] = [gates * H]
            if cell == "lstm-peephole":
                shapes["peephole" + end] = [3 * H]
    shapes["head.weight"] = [O, H * directions]
    shapes["head.bias"] = [O]
    case = {"name": name, "cell": cell, "activation": activation, "T": T, "B": B, "I": I, "H": H, "O": O,
            "layers": layers, "bidirectional": bidirectional, "many_to_many": many_to_many, "loss": loss,
            "x": random_list(source, [T, B, I], 1)}
    if loss == "mse_half":
        case["y"] = random_list(source, [T, B, O] if many_to_many else [B, O], 1)
    else:
        row = lambda: [source.randrange(O) for _ in range(B)]
        case["y"] = [row() for _ in range(T)] if many_to_many else row()
    case["h0"] = random_list(source, [layers * directions, B, H], 0.5)
    if cell.startswith("lstm"):
        case["c0"] = random_list(source, [layers * directions, B, H], 0.5)
    case["params"] = {key: random_list(source, shape, scale) for key, shape in shapes.items()}

    values = {key: case[key] for key in ("x", "h0", "c0", "params") if key in case}
    total, yhat = loss_and_answers(case, values)
    expected = {"loss": total.real, "yhat": yhat,
                "grads": {key: gradient(case, values, case["params"][key]) for key in shapes},
                "dx": gradient(case, values, case["x"]), "dh0": gradient(case, values, case["h0"])}
    if "c0" in case:
        expected["dc0"] = gradient(case, values, case["c0"])
    case["expected"] = expected
    with open(name + "_complex_step.json", "w") as out:
        json.dump(case, out)
        out.write("\n")


make("gru_one_step", "gru", T=1, B=2, I=2, H=3, O=2)
make("lstm_one_unit", "lstm", T=5, B=2, I=2, H=1, O=1)
make("rnn_one_of_each", "rnn", T=1, B=1, I=1, H=1, O=1, activation="tanh")
make("rnn_three_layers", "rnn", T=4, B=2, I=2, H=3, O=2, layers=3, activation="tanh")
make("lstm_saturated", "lstm", T=4, B=2, I=2, H=2, O=2, scale=20)
make("gru_saturated", "gru", T=4, B=2, I=2, H=2, O=2, scale=20, many_to_many=True)
make("lstm_cross_entropy_sequences", "lstm", T=4, B=2, I=2, H=2, O=3, many_to_many=True, loss="cross_entropy")
make("gru_cross_entropy_bidirectional", "gru", T=3, B=2, I=2, H=2, O=3, layers=2, bidirectional=True,
     many_to_many=True, loss="cross_entropy")
make("rnn_relu_cross_entropy", "rnn", T=3, B=3, I=2, H=3, O=4, activation="relu", loss="cross_entropy")
make("gru_before", "gru-before", T=4, B=2, I=2, H=3, O=2, many_to_many=True)
make("lstm_peephole", "lstm-peephole", T=4, B=2, I=2, H=2, O=2, layers=2, bidirectional=True)
