//! What the apps find in their folders elsewhere. A Worker has no files of its own.

use kiosk_edge_platform::workers::EmbeddedFiles;

/// The fraud models: `FRAUD_MODEL` names the one that decides on orders.
pub const MODELS: EmbeddedFiles = &[
    ("/models/fraud-v1.onnx", include_bytes!("../../../ml/fraud/models/fraud-v1.onnx")),
    ("/models/fraud-v1.json", include_bytes!("../../../ml/fraud/models/fraud-v1.json")),
    ("/models/fraud-v3.onnx", include_bytes!("../../../ml/fraud/models/fraud-v3.onnx")),
    ("/models/fraud-v3.json", include_bytes!("../../../ml/fraud/models/fraud-v3.json")),
    ("/models/registrations-v1.onnx", include_bytes!("../../../ml/fraud/models/registrations-v1.onnx")),
    ("/models/registrations-v1.json", include_bytes!("../../../ml/fraud/models/registrations-v1.json")),
];
/// Names of the assets, which the platform serves.
pub const ASSETS: EmbeddedFiles =
    &[("/assets/manifest.json", include_bytes!("../../../dist/assets/manifest.json"))];
