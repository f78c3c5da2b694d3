//! ONNX files made to do harm, with a card that vouches for them: none gets as far as the runtime, and orders are reviewed.

use std::fs;

use edge_fraud::{GraphError, ModelError, Network, NetworkError};
use prost::Message;
use tract_onnx::pb::tensor_proto::DataLocation;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, StringStringEntryProto, type_proto::Value,
};

use crate::broken_model::{assert_reviews, replace_onnx};
use crate::common::{ml, model_copy};

const TREES: &str = "TreeEnsembleClassifier";
/// Features of the model.
const WIDTH: u16 = 53;

/// The committed model's file, changed.
fn edited(edit: impl FnOnce(&mut GraphProto)) -> Vec<u8> {
    let onnx = fs::read(ml().join("models/fraud-v3.onnx")).unwrap();
    let mut model = ModelProto::decode(&*onnx).unwrap();
    edit(model.graph.as_mut().unwrap());
    model.encode_to_vec()
}

fn trees(graph: &mut GraphProto) -> &mut Vec<AttributeProto> {
    &mut graph.node.iter_mut().find(|node| node.op_type == TREES).unwrap().attribute
}

fn column<'a>(graph: &'a mut GraphProto, name: &str) -> &'a mut AttributeProto {
    trees(graph).iter_mut().find(|attribute| attribute.name == name).unwrap()
}

fn operator<'a>(graph: &'a mut GraphProto, name: &str) -> &'a mut NodeProto {
    graph.node.iter_mut().find(|node| node.op_type == name).unwrap()
}

type Edit = (&'static str, fn(&mut GraphProto));

const EDITS: [Edit; 27] = [
    ("huge dimensions", |graph| graph.initializer[0].dims = vec![i64::MAX, i64::MAX]),
    ("a huge dimension without data", |graph| {
        graph.initializer[0].dims = vec![1 << 40];
        graph.initializer[0].raw_data.clear();
    }),
    ("a negative dimension", |graph| graph.initializer[0].dims = vec![-1, 32]),
    ("fewer numbers than declared", |graph| graph.initializer[0].raw_data.truncate(4)),
    ("numbers of another kind", |graph| graph.initializer[0].data_type = 11),
    ("numbers of a kind that is none", |graph| graph.initializer[0].data_type = 999),
    ("data in another file", |graph| {
        let place = StringStringEntryProto { key: "location".into(), value: "/etc/passwd".into() };
        graph.initializer[0].external_data = vec![place];
        graph.initializer[0].data_location = Some(DataLocation::External as i32);
        graph.initializer[0].raw_data.clear();
    }),
    ("a weight that is not a number", |graph| {
        graph.initializer[0].raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    }),
    ("two constants of one name", |graph| graph.initializer[1].name = graph.initializer[0].name.clone()),
    ("an input of a type that is none", |graph| {
        let Some(Value::TensorType(tensor)) = graph.input[0].r#type.as_mut().unwrap().value.as_mut() else {
            panic!("the input has a type");
        };
        tensor.elem_type = 999;
    }),
    ("an input without a type", |graph| graph.input[0].r#type = None),
    ("no output", |graph| graph.output.clear()),
    ("an output that nothing makes", |graph| drop(graph.node.pop())),
    ("an operator that loops", |graph| operator(graph, "Relu").op_type = "Loop".into()),
    ("an operator of another domain", |graph| operator(graph, "Relu").domain = "com.example".into()),
    ("a value that is its own", |graph| {
        let node = operator(graph, "Relu");
        node.input = node.output.clone();
    }),
    ("a product that does not fit", |graph| graph.initializer.iter_mut().for_each(|one| one.dims.reverse())),
    ("an attribute that is a graph", |graph| {
        let inner = AttributeProto { g: Some(graph.clone()), ..AttributeProto::default() };
        operator(graph, "Relu").attribute.push(inner);
    }),
    ("a tree that runs in a circle", |graph| column(graph, "nodes_truenodeids").ints[0] = 0),
    ("a tree that leaves itself", |graph| column(graph, "nodes_falsenodeids").ints[0] = 1 << 40),
    ("a feature that is none", |graph| column(graph, "nodes_featureids").ints[0] = WIDTH.into()),
    ("a negative feature", |graph| column(graph, "nodes_featureids").ints[0] = -1),
    ("a threshold that is not a number", |graph| column(graph, "nodes_values").floats[0] = f32::NAN),
    ("a class beyond the classes", |graph| column(graph, "class_ids").ints[0] = 1 << 30),
    ("a leaf of no tree", |graph| column(graph, "class_treeids").ints[0] = 7),
    ("a column that ends early", |graph| drop(column(graph, "nodes_modes").strings.pop())),
    ("trees without their modes", |graph| trees(graph).retain(|attribute| attribute.name != "nodes_modes")),
];

#[test]
fn the_unchanged_file_is_a_model() {
    assert!(Network::new(&edited(|_| ()), WIDTH.into()).is_ok());
}

#[test]
fn files_that_would_harm_the_runtime() {
    for (what, edit) in EDITS {
        let folder = model_copy();
        replace_onnx(folder.path(), &edited(edit));
        let error = assert_reviews(folder.path());
        assert!(
            matches!(error, ModelError::Network(NetworkError::Graph(GraphError::Part(_)))),
            "{what}: {error:?}"
        );
    }
}

#[test]
fn weights_that_leave_the_numbers() {
    let folder = model_copy();
    let onnx = edited(|graph| {
        for constant in &mut graph.initializer {
            constant
                .raw_data
                .chunks_exact_mut(4)
                .for_each(|bytes| bytes.copy_from_slice(&f32::MAX.to_le_bytes()));
        }
    });
    replace_onnx(folder.path(), &onnx);
    let error = assert_reviews(folder.path());
    assert!(matches!(error, ModelError::Network(NetworkError::NotAProbability)), "{error:?}");
}

/// A message in a message, `depth` times: graph, node, attribute, graph ...
fn nested(depth: usize) -> Vec<u8> {
    const GRAPH_OF_MODEL: u8 = 7;
    const FIELDS: [u8; 3] = [6, 5, 1];
    let mut bytes = Vec::new();
    for level in 0..depth {
        let field = if level + 1 == depth { GRAPH_OF_MODEL } else { FIELDS[level % 3] };
        let mut outer = vec![field << 3 | 2];
        let mut length = bytes.len();
        while length > 0x7f {
            outer.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        outer.push(u8::try_from(length).unwrap());
        outer.append(&mut bytes);
        bytes = outer;
    }
    bytes
}

#[test]
fn a_file_of_files_of_files() {
    for depth in [4, 301, 30_001] {
        let folder = model_copy();
        replace_onnx(folder.path(), &nested(depth));
        let error = assert_reviews(folder.path());
        assert!(matches!(error, ModelError::Network(NetworkError::Graph(_))), "{depth}: {error:?}");
    }
}

#[test]
fn a_file_above_its_limit() {
    let folder = model_copy();
    replace_onnx(folder.path(), &vec![0; edge_fraud::ONNX_BYTES_MAX + 1]);
    assert!(matches!(assert_reviews(folder.path()), ModelError::TooLarge { .. }));
}
