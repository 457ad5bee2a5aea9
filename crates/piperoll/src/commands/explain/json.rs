//! A derivation as one JSON object, nested as the tree is.
//!
//! Each node holds what its step says beside `kind`, the `records` that state it, each with what
//! proves it, and under `from` what it rests on. In what is public there are no records.

use super::Explained;
use projections::explain::Node;
use serde_json::{Map, Value, json};

/// The derivation as an object.
pub fn object(explained: &Explained) -> String {
    let mut object = node(explained, &explained.derivation.root);
    say(&mut object, "origin", json!(explained.origin));
    let text = serde_json::to_string_pretty(&object);
    text.expect("a derivation has only string keys") + "\n"
}

fn node(explained: &Explained, node: &Node) -> Map<String, Value> {
    let step = serde_json::to_value(&node.step).expect("a step has only string keys");
    let Value::Object(mut object) = step else { unreachable!("a step is tagged with its kind") };
    if !explained.records.is_empty() {
        let proofs = node.positions.iter().filter_map(|position| explained.records.get(position));
        let records: Vec<Value> = proofs.map(|proof| json!(proof.stamp)).collect();
        say(&mut object, "positions", json!(node.positions));
        say(&mut object, "records", json!(records));
    }
    let from: Vec<Value> =
        node.from.iter().map(|below| Value::Object(self::node(explained, below))).collect();
    say(&mut object, "from", json!(from));
    object
}

/// Adds a member, in the place of none.
fn say(object: &mut Map<String, Value>, name: &str, value: Value) {
    let before = object.insert(name.to_owned(), value);
    assert!(before.is_none(), "a step says {name} itself");
}
