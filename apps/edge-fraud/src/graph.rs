//! Which ONNX files are let through to the runtime: trees and layers as `ml/fraud/export.py` writes them, and nothing else.
//!
//! tract trusts what it is given: it panics at types it does not know, indexes trees without looking, and follows a tree whose
//! nodes form a circle for ever. In WASM each of these takes the whole instance down, natively some are worse. So a file is
//! walked over first, and every size, name and reference in it has to fit.

use std::collections::HashMap;

use prost::Message;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, attribute_proto::AttributeType, type_proto,
};

use crate::trees;

/// Most nodes, and most constants.
const PARTS_MAX: usize = 256;
/// Largest dimension of a constant.
const DIMENSION_MAX: usize = 4_096;
/// What the exporter writes: domain and version of the operator sets.
const OPERATOR_SETS: [(&str, i64); 2] = [("", 13), (trees::DOMAIN, 1)];
const IR_VERSION: i64 = 8;
const FLOAT: i32 = 1;

/// Why a file is not let through.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Not a model in the encoding of ONNX.
    #[error("the file is no ONNX model")]
    Encoding,
    /// Something that the exporter does not write.
    #[error("the ONNX model's {0} is not of a kind that is run here")]
    Part(&'static str),
}

/// Checks that `onnx` is a graph of known operators, `features [batch, width] -> logit, score [batch, 1]`.
///
/// # Errors
/// [`GraphError`] for the first part that does not fit.
pub fn check(onnx: &[u8], width: usize) -> Result<(), GraphError> {
    let model = ModelProto::decode(onnx).map_err(|_| GraphError::Encoding)?;
    let sets_fit = model.opset_import.iter().any(|set| set.domain.is_empty())
        && model.opset_import.iter().all(|set| OPERATOR_SETS.contains(&(&*set.domain, set.version)));
    fits(model.ir_version == IR_VERSION && sets_fit, "version")?;
    fits(model.functions.is_empty() && model.training_info.is_empty(), "set of functions")?;
    let graph = model.graph.ok_or(GraphError::Part("graph"))?;
    check_interface(&graph, width)?;
    let constants = constants(&graph)?;
    let mut widths = HashMap::from([("features", width)]);
    for node in &graph.node {
        let (output, made) = run(node, &widths, &constants)?;
        let is_new = !output.is_empty() && !constants.contains_key(output);
        fits(is_new && widths.insert(output, made).is_none(), "naming")?;
    }
    fits(["logit", "score"].iter().all(|name| widths.get(name) == Some(&1)), "output")
}

pub(crate) fn fits(condition: bool, part: &'static str) -> Result<(), GraphError> {
    if condition { Ok(()) } else { Err(GraphError::Part(part)) }
}

fn check_interface(graph: &GraphProto, width: usize) -> Result<(), GraphError> {
    let rest = GraphProto {
        node: graph.node.clone(),
        name: graph.name.clone(),
        initializer: graph.initializer.clone(),
        input: vec![rows("features", width)],
        output: vec![rows("logit", 1), rows("score", 1)],
        ..GraphProto::default()
    };
    fits(graph.node.len() <= PARTS_MAX && graph.initializer.len() <= PARTS_MAX, "size")?;
    fits(*graph == rest, "interface")
}

/// The declaration of a value with `width` columns.
fn rows(name: &str, width: usize) -> ValueInfoProto {
    let dimension = |value| Dimension { value: Some(value), ..Dimension::default() };
    let dim = vec![
        dimension(dimension::Value::DimParam("batch".to_owned())),
        dimension(dimension::Value::DimValue(i64::try_from(width).unwrap_or(i64::MAX))),
    ];
    let tensor = type_proto::Tensor { elem_type: FLOAT, shape: Some(TensorShapeProto { dim }) };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}

/// Name and dimensions of the constants, each of finite numbers that lie in the file itself.
fn constants(graph: &GraphProto) -> Result<HashMap<&str, Vec<usize>>, GraphError> {
    let mut found = HashMap::new();
    for tensor in &graph.initializer {
        let plain = TensorProto {
            dims: tensor.dims.clone(),
            data_type: FLOAT,
            name: tensor.name.clone(),
            raw_data: tensor.raw_data.clone(),
            ..TensorProto::default()
        };
        let dims: Vec<usize> = tensor.dims.iter().filter_map(|dim| usize::try_from(*dim).ok()).collect();
        let dims_fit = dims.len() == tensor.dims.len()
            && (1..=2).contains(&dims.len())
            && dims.iter().all(|dim| (1..=DIMENSION_MAX).contains(dim));
        let (numbers, rest) = tensor.raw_data.as_chunks::<4>();
        let values_fit = dims_fit
            && rest.is_empty()
            && numbers.len() == dims.iter().product::<usize>()
            && numbers.iter().all(|bytes| f32::from_le_bytes(*bytes).is_finite());
        let is_new = tensor.name != "features" && !tensor.name.is_empty();
        fits(*tensor == plain && values_fit && is_new, "constant")?;
        fits(found.insert(&*tensor.name, dims).is_none(), "naming")?;
    }
    Ok(found)
}

/// The value that a node makes, and its columns.
fn run<'a>(
    node: &'a NodeProto,
    widths: &HashMap<&str, usize>,
    constants: &HashMap<&str, Vec<usize>>,
) -> Result<(&'a str, usize), GraphError> {
    const OPERATOR: GraphError = GraphError::Part("operator");
    let value = |place: usize| node.input.get(place).and_then(|name| widths.get(&**name)).copied();
    let constant = |place: usize| node.input.get(place).and_then(|name| constants.get(&**name));
    fits(node.name.is_empty(), "naming")?;
    if node.op_type == trees::OPERATOR {
        let [_label, sums] = &node.output[..] else { return Err(OPERATOR) };
        fits(node.domain == trees::DOMAIN && node.input.len() == 1, "operator")?;
        trees::check(&node.attribute, value(0).ok_or(OPERATOR)?)?;
        return Ok((sums, trees::CLASSES));
    }
    let [output] = &node.output[..] else { return Err(OPERATOR) };
    fits(node.domain.is_empty() && (node.op_type == "Concat") != node.attribute.is_empty(), "operator")?;
    let made = match (&*node.op_type, node.input.len()) {
        ("Relu" | "Sigmoid", 1) => value(0),
        ("MatMul", 2) => match (value(0), constant(1).map(Vec::as_slice)) {
            (Some(width), Some([rows, columns])) if *rows == width => Some(*columns),
            _ => None,
        },
        ("Add", 2) => value(0).filter(|width| constant(1).is_some_and(|dims| dims[..] == [*width])),
        ("Concat", 2..) if node.attribute == [along_columns()] => {
            node.input.iter().map(|name| widths.get(&**name)).sum()
        }
        _ => None,
    };
    Ok((output, made.filter(|width| *width <= DIMENSION_MAX).ok_or(OPERATOR)?))
}

fn along_columns() -> AttributeProto {
    AttributeProto {
        name: "axis".to_owned(),
        r#type: AttributeType::Int as i32,
        i: 1,
        ..AttributeProto::default()
    }
}
