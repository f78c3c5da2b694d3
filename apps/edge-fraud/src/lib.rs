//! edge-fraud: scores an order inside the checkout, and somebody who opens an account, and says allow, step up, review or
//! block, and why.
//!
//! ```text
//! POST /score               ScoreRequest -> Decision       velocity from the POP's database, rules, model, reasons
//! POST /score/registration  RegistrationFacts -> Decision  rules, model, reasons; all counts are among the facts
//! GET  /model                                              which model decides on orders here, and which is watched
//! ```
//!
//! It is private to the POP: hosts give it no address, and only edge-orders and edge-accounts reach it. So it asks nobody
//! who they are, writes nothing, and repeats nothing of a question.
//!
//! Model, feature list, thresholds, rules and reason texts are data: files of the release (`ml/fraud/models`), mounted at
//! `/models`, or what the tick fetched from the core. The core says which model decides and which is watched; they are
//! exchanged between two requests. The model that is watched changes nothing, whatever it does. That of registrations is
//! the release's.
//! Whatever is wrong with the data, the input or the counters, the answer is a review: nothing that this app cannot
//! judge is allowed. It knows no personal value, and nothing of carts, stock or the core.

mod entry;
mod explain;
mod graph;
mod judge;
mod model;
mod network;
mod released;
mod routes;
mod scorer;
mod serving;
mod trees;

use kiosk_risk::card;

pub use card::{CARD_BYTES_MAX, Golden, ModelCard, ReasonGroup, Rule, Thresholds};
pub use graph::GraphError;
pub use judge::Judge;
pub use model::{Model, ModelError, ONNX_BYTES_MAX};
pub use network::{Network, NetworkError, Prediction};
pub use routes::router;
pub use scorer::Scorer;
