//! What the apps find in their folders elsewhere.

use kiosk_edge_platform::workers::EmbeddedFiles;

/// A Worker has no files of its own: the fraud model is compiled in. Assets are served by the platform; the storefront
/// needs to know their names only.
pub const MODELS: EmbeddedFiles = &[
    ("/models/fraud-v1.onnx", include_bytes!("../../../ml/fraud/models/fraud-v1.onnx")),
    ("/models/fraud-v1.json", include_bytes!("../../../ml/fraud/models/fraud-v1.json")),
];
/// See above.
pub const ASSETS: EmbeddedFiles =
    &[("/assets/manifest.json", include_bytes!("../../../dist/assets/manifest.json"))];
