//! The checks of [`crate::graph`] on a group of trees: every child is a later node of its own tree, so that each walk ends, and
//! every feature, leaf and class is there.

use std::collections::HashMap;

use tract_onnx::pb::{AttributeProto, attribute_proto::AttributeType};

use crate::graph::{GraphError, fits};

pub(crate) const OPERATOR: &str = "TreeEnsembleClassifier";
pub(crate) const DOMAIN: &str = "ai.onnx.ml";
/// Columns of its sums.
pub(crate) const CLASSES: usize = 2;
/// The class that adds up the leaves.
const CLASS: i64 = 1;
/// Most nodes of a group.
const NODES_MAX: usize = 1 << 14;
const REFUSED: GraphError = GraphError::Part("group of trees");

/// A group's attributes, column by column; no more than these may be there.
struct Columns<'a> {
    tree: &'a [i64],
    node: &'a [i64],
    feature: &'a [i64],
    threshold: &'a [f32],
    mode: Vec<Mode>,
    if_true: &'a [i64],
    if_false: &'a [i64],
    leaf_tree: &'a [i64],
    leaf_node: &'a [i64],
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Branch,
    Leaf,
}

/// Checks the attributes of a group of trees over `width` features.
///
/// # Errors
/// [`GraphError`] when anything is missing, unknown or out of range.
pub(crate) fn check(attributes: &[AttributeProto], width: usize) -> Result<(), GraphError> {
    let columns = columns(attributes)?;
    let sizes = sizes(&columns)?;
    let width = i64::try_from(width).map_err(|_| REFUSED)?;
    let mut leaves = Vec::new();
    for place in 0..columns.node.len() {
        let (tree, node) = (columns.tree[place], columns.node[place]);
        if columns.mode[place] == Mode::Leaf {
            leaves.push((tree, node));
            continue;
        }
        let size = usize::try_from(tree).ok().and_then(|tree| sizes.get(tree)).copied().ok_or(REFUSED)?;
        let later = |child: i64| node < child && child < size;
        let children_fit = later(columns.if_true[place]) && later(columns.if_false[place]);
        fits(
            children_fit
                && (0..width).contains(&columns.feature[place])
                && columns.threshold[place].is_finite(),
            "tree",
        )?;
    }
    // Each leaf has one weight, in the order of the leaves.
    let weighted = columns.leaf_tree.iter().copied().zip(columns.leaf_node.iter().copied());
    fits(weighted.eq(leaves), "set of leaves")
}

/// How many nodes each tree has. Trees follow each other, and so do the nodes of each.
fn sizes(columns: &Columns<'_>) -> Result<Vec<i64>, GraphError> {
    let mut sizes: Vec<i64> = Vec::new();
    for (&tree, &node) in columns.tree.iter().zip(columns.node) {
        let begun = i64::try_from(sizes.len()).map_err(|_| REFUSED)?;
        if tree == begun {
            sizes.push(0);
        } else {
            fits(tree + 1 == begun, "order of trees")?;
        }
        let size = sizes.last_mut().ok_or(REFUSED)?;
        fits(node == *size, "order of nodes")?;
        *size += 1;
    }
    Ok(sizes)
}

fn columns(attributes: &[AttributeProto]) -> Result<Columns<'_>, GraphError> {
    let by_name: HashMap<&str, &AttributeProto> = attributes.iter().map(|one| (&*one.name, one)).collect();
    let whole = |name: &str| {
        let found = by_name.get(name).copied().ok_or(REFUSED)?;
        let plain = AttributeProto { ints: found.ints.clone(), ..named(name, AttributeType::Ints) };
        if *found == plain { Ok(&found.ints[..]) } else { Err(REFUSED) }
    };
    let real = |name: &str| {
        let found = by_name.get(name).copied().ok_or(REFUSED)?;
        let plain = AttributeProto { floats: found.floats.clone(), ..named(name, AttributeType::Floats) };
        if *found == plain { Ok(&found.floats[..]) } else { Err(REFUSED) }
    };
    let modes = by_name.get("nodes_modes").copied().ok_or(REFUSED)?;
    let plain =
        AttributeProto { strings: modes.strings.clone(), ..named("nodes_modes", AttributeType::Strings) };
    let post = AttributeProto { s: b"NONE".to_vec(), ..named("post_transform", AttributeType::String) };
    fits(*modes == plain && by_name.get("post_transform") == Some(&&post), "set of trees")?;
    let columns = Columns {
        tree: whole("nodes_treeids")?,
        node: whole("nodes_nodeids")?,
        feature: whole("nodes_featureids")?,
        threshold: real("nodes_values")?,
        mode: modes.strings.iter().map(|mode| mode_of(mode)).collect::<Result<_, _>>()?,
        if_true: whole("nodes_truenodeids")?,
        if_false: whole("nodes_falsenodeids")?,
        leaf_tree: whole("class_treeids")?,
        leaf_node: whole("class_nodeids")?,
    };
    let (missing, classes) = (whole("nodes_missing_value_tracks_true")?, whole("class_ids")?);
    let (rates, weights) = (real("nodes_hitrates")?, real("class_weights")?);
    let (nodes, leaves) = (columns.node.len(), columns.leaf_node.len());
    let node_columns = [columns.tree, columns.feature, columns.if_true, columns.if_false, missing];
    let lengths_fit = (1..=NODES_MAX).contains(&nodes)
        && node_columns.iter().all(|column| column.len() == nodes)
        && [columns.threshold.len(), columns.mode.len(), rates.len()] == [nodes; 3]
        && [columns.leaf_tree.len(), classes.len(), weights.len()] == [leaves; 3];
    // tract looks for the greatest feature among the leaves too.
    let leaves_fit = missing.iter().all(|way| (0..=1).contains(way))
        && columns.feature.iter().all(|feature| *feature >= 0)
        && classes.iter().all(|class| *class == CLASS)
        && weights.iter().chain(rates).all(|weight| weight.is_finite());
    let labels_fit = whole("classlabels_int64s")? == [0, CLASS];
    // The fifteen above, each once.
    fits(
        lengths_fit && leaves_fit && labels_fit && attributes.len() == by_name.len() && by_name.len() == 15,
        "set of trees",
    )?;
    Ok(columns)
}

fn named(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type: kind as i32, ..AttributeProto::default() }
}

fn mode_of(mode: &[u8]) -> Result<Mode, GraphError> {
    match mode {
        b"BRANCH_LT" => Ok(Mode::Branch),
        b"LEAF" => Ok(Mode::Leaf),
        _ => Err(REFUSED),
    }
}
