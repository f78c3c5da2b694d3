"""The trained model as an ONNX file of the few operators that every runtime has: trees and a network, whose calibrated
log-odds are their mean."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSETS = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)]


def fold(layers, mean, spread):
    """Folds the normalisation into the first layer, in double precision."""
    layers = [(np.array(w, dtype=np.float64), np.array(b, dtype=np.float64)) for w, b in layers]
    w, b = layers[0]
    layers[0] = (w / spread[:, None], b - (mean / spread) @ w)
    return [(w.astype(np.float32), b.astype(np.float32)) for w, b in layers]


def trees(dumps):
    """The nodes of XGBoost's trees as attributes of a TreeEnsembleClassifier: class 1 adds up the leaves, class 0 has none.

    Two classes rather than a regressor, since not every runtime has the regressor.
    """
    nodes = {name: [] for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids",
                                   "missing_value_tracks_true", "hitrates")}
    leaves = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
    for tree, dump in enumerate(dumps):
        for node, (left, right, feature, value) in enumerate(zip(
                dump["left_children"], dump["right_children"], dump["split_indices"], dump["split_conditions"])):
            leaf = left == -1
            for name, entry in (("treeids", tree), ("nodeids", node), ("featureids", 0 if leaf else feature),
                                ("values", 0.0 if leaf else value), ("modes", "LEAF" if leaf else "BRANCH_LT"),
                                ("truenodeids", 0 if leaf else left), ("falsenodeids", 0 if leaf else right),
                                ("missing_value_tracks_true", 0), ("hitrates", 1.0)):
                nodes[name].append(entry)
            if leaf:
                for name, entry in (("treeids", tree), ("nodeids", node), ("ids", 1), ("weights", value)):
                    leaves[name].append(entry)
    return {f"nodes_{name}": entries for name, entries in nodes.items()} | {
        f"class_{name}": entries for name, entries in leaves.items()}


def ensembles(booster, count):
    """The trees as the attributes of `count` operators."""
    dumps = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    each = -(-len(dumps) // count)
    return [trees(dumps[first:first + each]) for first in range(0, len(dumps), each)]


def model(booster, base, layers, slope, intercept, name, operators=1):
    """features [batch, n] -> logit [batch, 1], score [batch, 1]. Without layers, the trees alone.

    The network's last layer adds up the trees too, and calibrates: each operator costs a POP about two microseconds. Yet
    `operators` share the trees, since tract passes by the leaves of all trees before on its way to those of one.
    """
    parts = ensembles(booster, operators)
    # Of one operator the names have no number.
    sums = [f"trees{place or ''}" for place in range(len(parts))]
    votes = np.array([0, 1] * len(parts))
    if layers:
        *hidden, (w, b) = layers
        weights, bias = np.append(w[:, 0], votes) * slope / 2, (b + base) * slope / 2 + intercept
    else:
        hidden, weights, bias = [], votes * slope, np.array([base * slope + intercept])
    constants = {"w": weights[:, None].astype(np.float32), "b": bias.astype(np.float32)}
    nodes, current = [], "features"
    for index, (w, b) in enumerate(hidden):
        constants |= {f"w{index}": w, f"b{index}": b}
        nodes.append(helper.make_node("MatMul", [current, f"w{index}"], [f"product{index}"]))
        nodes.append(helper.make_node("Add", [f"product{index}", f"b{index}"], [f"sum{index}"]))
        nodes.append(helper.make_node("Relu", [f"sum{index}"], [f"relu{index}"]))
        current = f"relu{index}"
    nodes += [
        helper.make_node("TreeEnsembleClassifier", ["features"], [f"label{place or ''}", sums[place]], domain="ai.onnx.ml",
                         post_transform="NONE", classlabels_int64s=[0, 1], **part)
        for place, part in enumerate(parts)]
    terms = [*([current] if layers else []), *sums]
    if len(terms) > 1:
        nodes.append(helper.make_node("Concat", terms, ["all"], axis=1))
    nodes += [
        helper.make_node("MatMul", ["all" if len(terms) > 1 else terms[0], "w"], ["product"]),
        helper.make_node("Add", ["product", "b"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["score"]),
    ]
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", width])
              for n, width in (("features", booster.num_features()), ("logit", 1), ("score", 1))]
    weights = [numpy_helper.from_array(array, constant) for constant, array in constants.items()]
    graph = helper.make_graph(nodes, name, values[:1], values[1:], weights)
    made = helper.make_model(graph, producer_name="kiosk", ir_version=8, opset_imports=OPSETS)
    onnx.checker.check_model(made)
    return made.SerializeToString(deterministic=True)
