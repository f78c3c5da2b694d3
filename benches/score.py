"""The fraud model timed in Python's onnxruntime, on the rows and in the way of benches/score-guest: score.py FOLDER BATCH."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

ROWS, WARM_UP_PASSES, PASSES = 4_096, 1, 5

folder, batch = Path(sys.argv[1]), int(sys.argv[2])
orders = json.loads((folder / "parity/fraud-v3.json").read_text())["orders"]
features = np.array([order["features"] for order in orders], dtype=np.float32)
column, row = np.arange(features.shape[1]), np.arange(ROWS)[:, None]
rows = features[(7 * row + 13 * column) % len(features), column]
session = onnxruntime.InferenceSession(str(folder / "models/fraud-v3.onnx"), providers=["CPUExecutionProvider"])
took = []
for turn in range(WARM_UP_PASSES + PASSES):
    for first in range(0, ROWS, batch):
        started = time.perf_counter_ns()
        session.run(["logit", "score"], {"features": rows[first:first + batch]})
        if turn >= WARM_UP_PASSES:
            took.append(time.perf_counter_ns() - started)
print(json.dumps(took))
