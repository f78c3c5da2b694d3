//! edge-fraud: scores an order inside the checkout and says allow, review or block, and why.
//!
//! ```text
//! POST /score   ScoreRequest -> Decision      velocity from the POP's database, rules, model, reasons
//! GET  /model                                 which model decides here
//! ```
//!
//! It is private to the POP: hosts give it no address, and only edge-orders reaches it. So it asks nobody who they are,
//! writes nothing, and repeats nothing of a question.
//!
//! Model, feature list, thresholds, rules and reason texts are data (`ml/fraud/models`), mounted at `/models`.
//! Whatever is wrong with the data, the input or the counters, the answer is a review: nothing that this app cannot
//! judge is allowed. It knows no personal value, and nothing of carts, stock or the core.

mod card;
mod entry;
mod explain;
mod graph;
mod model;
mod network;
mod routes;
mod scorer;
mod trees;

pub use card::{Golden, ModelCard, ReasonGroup, Rule, Thresholds};
pub use graph::GraphError;
pub use model::{CARD_BYTES_MAX, Model, ModelError, ONNX_BYTES_MAX};
pub use network::{Network, NetworkError, Prediction};
pub use routes::router;
pub use scorer::Scorer;
