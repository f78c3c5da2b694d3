-- Fraud models. A version never changes once it is registered.
CREATE TABLE models_models (
    version TEXT NOT NULL PRIMARY KEY,
    -- SHA-256 of the network, hex.
    onnx_sha256 TEXT NOT NULL,
    features_version TEXT NOT NULL,
    -- SHA-256, hex, of what it was trained on.
    data_hash TEXT NOT NULL,
    -- The model card as it was handed in, JSON.
    card TEXT NOT NULL,
    -- The network, Base64: both databases keep text alike.
    onnx TEXT NOT NULL,
    registered_ms BIGINT NOT NULL,
    -- `mem_…`, or `release`.
    registered_by TEXT NOT NULL
);

-- Which models run: the last revision holds. The first one is not told to POPs, which go by their own setting until then.
CREATE TABLE models_plans (
    revision BIGINT NOT NULL PRIMARY KEY,
    champion TEXT NOT NULL,
    -- Empty for none.
    candidate TEXT NOT NULL,
    -- POPs where the candidate decides, JSON.
    canary_pops TEXT NOT NULL,
    -- The champion that a roll-back brings again; empty for none.
    former TEXT NOT NULL,
    -- What led to it: `release`, `candidate`, `canary`, `promote`, `drop` or `rollback`.
    act TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

-- What models said of orders, and of checkouts that were refused, by the order's or the event's id.
CREATE TABLE models_scores (
    id TEXT NOT NULL PRIMARY KEY,
    pop TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    -- The model that decided; its score is a probability, none where it gave none.
    model TEXT NOT NULL,
    score DOUBLE PRECISION,
    outcome TEXT NOT NULL,
    -- The one that was watched; none where there was none.
    shadow_model TEXT,
    shadow_score DOUBLE PRECISION,
    shadow_outcome TEXT
);
CREATE INDEX models_scores_by_time ON models_scores (at_ms);

-- Whether an order was fraud, as far as somebody knows. A label may come before its order.
CREATE TABLE models_labels (
    order_id TEXT NOT NULL PRIMARY KEY,
    fraud BIGINT NOT NULL CHECK (fraud IN (0, 1)),
    labelled_ms BIGINT NOT NULL
);
CREATE INDEX models_labels_by_time ON models_labels (labelled_ms);
