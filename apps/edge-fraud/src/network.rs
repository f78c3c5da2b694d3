//! The network: an ONNX file behind `ort`, run by tract, which works inside WASM. A native program may give `ort` another
//! runtime before the first session (`kiosk_onnxruntime::load`); it is then used here too.
//!
//! `ort` 2.0.0-rc.10 without `std`, as WASM needs it, drops a zeroed environment when it makes its first one, and so would
//! free address 0. The environment lives as long as the program anyway, so the backend is told never to free one.

use std::sync::Once;

use ort::session::{Session, builder::GraphOptimizationLevel};
use ort::tensor::TensorElementType;
use ort::value::{TensorRef, ValueType};

use crate::graph::{self, GraphError};

/// A session and its width. Built once per instance: building costs milliseconds, a score microseconds.
pub struct Network {
    session: Session,
    width: usize,
}

/// What the network says of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Calibrated log-odds of fraud.
    pub logit: f32,
    /// Calibrated probability of fraud.
    pub score: f32,
}

/// Why there is no network, or no prediction.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The runtime refused the file or the run. Text, because `ort` without `std` has no error type to keep as source.
    #[error("the ONNX runtime failed: {0}")]
    Runtime(String),
    /// The file is not one that is given to the runtime.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The graph is not `features [batch, width] -> logit, score [batch, 1]`.
    #[error("the model's inputs or outputs do not fit its feature list")]
    Shape,
    /// A prediction is not a number, or not a probability.
    #[error("the model's answer is not a probability")]
    NotAProbability,
}

impl From<ort::Error> for NetworkError {
    fn from(error: ort::Error) -> Self {
        Self::Runtime(error.to_string())
    }
}

impl Network {
    /// Builds the session of a graph that takes `width` features.
    ///
    /// # Errors
    /// [`NetworkError::Graph`] for a file that is no graph as `ml/fraud/export.py` writes them, [`NetworkError::Runtime`] and
    /// [`NetworkError::Shape`] for one that the runtime refuses or reads in another way.
    pub fn new(onnx: &[u8], width: usize) -> Result<Self, NetworkError> {
        graph::check(onnx, width)?;
        static BACKEND: Once = Once::new();
        BACKEND.call_once(|| {
            ort::set_api(ort::sys::OrtApi { ReleaseEnv: keep_environment, ..ort_tract::api() });
        });
        let session = Session::builder()?
            .with_optimization_level(GraphOptimizationLevel::Level3)?
            .commit_from_memory(onnx)?;
        let names_fit = session.inputs.len() == 1
            && ["logit", "score"]
                .iter()
                .all(|name| session.outputs.iter().any(|output| output.name == *name));
        let shape_fits = session.inputs.first().is_some_and(|input| takes_rows_of(&input.input_type, width));
        if !(names_fit && shape_fits) {
            return Err(NetworkError::Shape);
        }
        Ok(Self { session, width })
    }

    /// Predicts every row of `features` (row after row, each as wide as the feature list).
    ///
    /// # Errors
    /// [`NetworkError`] when the run fails or answers anything but probabilities.
    pub fn predict(
        &mut self,
        features: &[f32],
        mut each: impl FnMut(usize, Prediction),
    ) -> Result<(), NetworkError> {
        let rows = features.len() / self.width;
        if rows * self.width != features.len() {
            return Err(NetworkError::Shape);
        }
        let input = TensorRef::from_array_view(([rows, self.width], features))?;
        let outputs = self.session.run(ort::inputs![input])?;
        let (_, logits) = outputs["logit"].try_extract_tensor::<f32>()?;
        let (_, scores) = outputs["score"].try_extract_tensor::<f32>()?;
        if logits.len() != rows || scores.len() != rows {
            return Err(NetworkError::Shape);
        }
        for (row, (&logit, &score)) in logits.iter().zip(scores).enumerate() {
            if !logit.is_finite() || !(0.0..=1.0).contains(&score) {
                return Err(NetworkError::NotAProbability);
            }
            each(row, Prediction { logit, score });
        }
        Ok(())
    }
}

extern "system" fn keep_environment(_environment: *mut ort::sys::OrtEnv) {}

fn takes_rows_of(input: &ValueType, width: usize) -> bool {
    match input {
        ValueType::Tensor { ty: TensorElementType::Float32, shape, .. } => {
            shape.len() == 2 && shape[0] == -1 && usize::try_from(shape[1]) == Ok(width)
        }
        _ => false,
    }
}
