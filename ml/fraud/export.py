"""The trained network as an ONNX file of the few operators that every runtime has."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def fold(layers, mean, spread, slope, intercept):
    """Folds the normalisation into the first layer and the calibration into the last, in double precision."""
    layers = [(np.array(w, dtype=np.float64), np.array(b, dtype=np.float64)) for w, b in layers]
    w, b = layers[0]
    layers[0] = (w / spread[:, None], b - (mean / spread) @ w)
    w, b = layers[-1]
    layers[-1] = (w * slope, b * slope + intercept)
    return [(w.astype(np.float32), b.astype(np.float32)) for w, b in layers]


def network(layers, name):
    """features [batch, n] -> logit [batch, 1], score [batch, 1]."""
    nodes, weights, current = [], [], "features"
    for index, (w, b) in enumerate(layers):
        last = index == len(layers) - 1
        weights += [numpy_helper.from_array(w, f"w{index}"), numpy_helper.from_array(b, f"b{index}")]
        target = "logit" if last else f"sum{index}"
        nodes.append(helper.make_node("MatMul", [current, f"w{index}"], [f"product{index}"]))
        nodes.append(helper.make_node("Add", [f"product{index}", f"b{index}"], [target]))
        if not last:
            nodes.append(helper.make_node("Relu", [target], [f"relu{index}"]))
        current = f"relu{index}"
    nodes.append(helper.make_node("Sigmoid", ["logit"], ["score"]))
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", width])
              for n, width in (("features", layers[0][0].shape[0]), ("logit", 1), ("score", 1))]
    graph = helper.make_graph(nodes, name, values[:1], values[1:], weights)
    model = helper.make_model(graph, producer_name="kiosk", ir_version=8,
                              opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)
