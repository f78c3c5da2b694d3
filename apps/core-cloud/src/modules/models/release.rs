//! The models of this release, which POPs have too.

/// The one that decides until an admin says otherwise, as edge-fraud's own setting does.
pub const CHAMPION: &str = "fraud-v1";

/// Card and network of each.
pub const MODELS: [(&[u8], &[u8]); 2] = [
    (
        include_bytes!("../../../../../ml/fraud/models/fraud-v1.json"),
        include_bytes!("../../../../../ml/fraud/models/fraud-v1.onnx"),
    ),
    (
        include_bytes!("../../../../../ml/fraud/models/fraud-v2.json"),
        include_bytes!("../../../../../ml/fraud/models/fraud-v2.onnx"),
    ),
];
