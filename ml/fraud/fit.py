"""The two halves of the model: boosted trees, and a small network that sees what lies between their steps."""

import numpy as np
from sklearn.neural_network import MLPClassifier
from xgboost import XGBClassifier

from progress import say

HIDDEN, EPOCHS, BATCH = (24, 16), 24, 512
DEPTH = 3


def boosted(x, y, seed, trees, rate, monotone=None):
    """XGBoost's trees; one thread, so that sums are added in one order. `monotone` holds a 1 for each feature that may
    only raise the score, a -1 for each that may only lower it."""
    model = XGBClassifier(n_estimators=trees, learning_rate=rate, max_depth=DEPTH, min_child_weight=3, reg_lambda=5,
                          colsample_bytree=0.6, subsample=0.8, random_state=seed, n_jobs=1, tree_method="hist",
                          base_score=0.5, monotone_constraints=monotone)
    model.fit(x, y)
    say(f"{trees} trees of depth {DEPTH}")
    return model


def network(x, y, seed):
    """The network's layers on normalised inputs; a halved step every 8 epochs settles it."""
    net = MLPClassifier(HIDDEN, alpha=1e-3, batch_size=BATCH, learning_rate_init=2e-3, random_state=seed)
    for epoch in range(EPOCHS):
        if epoch and epoch % 8 == 0:
            net._optimizer.learning_rate_init /= 2
        net.partial_fit(x, y, classes=[0, 1])
        if epoch % 8 == 7:
            say(f"epoch {epoch + 1:2}/{EPOCHS}  loss {net.loss_:.5f}")
    return list(zip(net.coefs_, net.intercepts_))


def log_odds(model, x):
    return model.predict(x, output_margin=True).astype(np.float64)


def network_log_odds(layers, x):
    for w, b in layers[:-1]:
        x = np.maximum(x @ w + b, 0)
    return (x @ layers[-1][0] + layers[-1][1])[:, 0]
