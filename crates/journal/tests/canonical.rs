//! Canonical JSON against an oracle, and every way of not being canonical.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use journal::canonical::{MAX_DEPTH, Reason, check, to_canonical};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn grammar() -> impl Strategy<Value = Value> {
    let text = proptest::collection::vec(
        prop_oneof![
            any::<char>().prop_filter("no control character", |c| !c.is_control()),
            Just('\n'),
            Just('"'),
            Just('\\'),
            Just('\u{2028}'),
            Just('\u{1F600}')
        ],
        0..8,
    )
    .prop_map(|chars| Value::String(chars.into_iter().collect()));
    let integer = (-(1_i64 << 53) + 1..1_i64 << 53).prop_map(Value::from);
    let leaf = prop_oneof![any::<bool>().prop_map(Value::Bool), integer, text];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::vec(("[a-z][a-z0-9_]{0,6}", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Whether a value lies in the grammar, decided without the code under test.
fn in_grammar(value: &Value, depth: u32) -> bool {
    let name = |name: &String| {
        name.chars().next().is_some_and(|c| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    match value {
        Value::Null => false,
        Value::Bool(_) => true,
        Value::Number(n) => n.as_i64().is_some_and(|n| n.unsigned_abs() < 1 << 53),
        Value::String(text) => text.chars().all(|c| c == '\n' || !c.is_control()),
        Value::Array(items) => depth < 32 && items.iter().all(|item| in_grammar(item, depth + 1)),
        Value::Object(members) => {
            depth < 32 && members.iter().all(|(n, v)| name(n) && in_grammar(v, depth + 1))
        }
    }
}

fn oracle(value: &Value) -> String {
    serde_json_canonicalizer::to_string(value).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_written_is_what_the_oracle_writes_and_passes_the_check(value in grammar()) {
        let text = to_canonical(&value).unwrap();
        prop_assert_eq!(&text, &oracle(&value));
        prop_assert_eq!(check(text.as_bytes()), Ok(()));
    }

    #[test]
    fn changed_bytes_pass_only_where_they_are_canonical_again(
        value in grammar(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![
            any::<u8>(),
            proptest::sample::select(b" 0-19az_\"\\{}[],:.eunt\n\x7f\xc2\x85".as_slice()),
        ],
        edit in 0..3,
    ) {
        let mut bytes = to_canonical(&value).unwrap().into_bytes();
        let at = at.index(bytes.len());
        match edit {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        let parsed: Option<Value> = serde_json::from_slice(&bytes).ok();
        let is_canonical = parsed
            .is_some_and(|value| in_grammar(&value, 0) && oracle(&value).as_bytes() == bytes);
        prop_assert_eq!(check(&bytes).is_ok(), is_canonical, "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn each_reason_has_a_text_that_shows_it_at_its_byte() {
    let deep = "[".repeat(40) + &"]".repeat(40);
    let cases: &[(&[u8], Reason, u64)] = &[
        (b"\"\xff\"", Reason::Utf8, 1),
        (b"", Reason::Short, 0),
        (b"{\"a\":1", Reason::Short, 6),
        (b"\"abc", Reason::Short, 4),
        (b"{\"a\": 1}", Reason::Syntax, 5),
        (b"{} ", Reason::Syntax, 2),
        (b"[1,]", Reason::Syntax, 3),
        (b"{\"a\":1,}", Reason::Syntax, 7),
        (b"tru", Reason::Short, 3),
        (b"null", Reason::Null, 0),
        (b"[1.0]", Reason::Float, 1),
        (b"1e3", Reason::Float, 0),
        (b"-0", Reason::Zero, 0),
        (b"[01]", Reason::Zero, 1),
        (b"9007199254740992", Reason::Range, 0),
        (b"-9007199254740992", Reason::Range, 0),
        (b"{\"A\":1}", Reason::Name, 2),
        (b"{\"1a\":1}", Reason::Name, 2),
        (b"{\"\":1}", Reason::Name, 2),
        (b"{\"b\":1,\"a\":1}", Reason::Order, 7),
        (b"{\"a\":1,\"a\":1}", Reason::Order, 7),
        (b"\"\t\"", Reason::Control, 1),
        (b"\"\n\"", Reason::Control, 1),
        (b"\"\x7f\"", Reason::Control, 1),
        ("\"\u{85}\"".as_bytes(), Reason::Control, 1),
        (b"\"\\t\"", Reason::Escape, 1),
        (b"\"\\u000a\"", Reason::Escape, 1),
        (b"\"\\/\"", Reason::Escape, 1),
        (deep.as_bytes(), Reason::Depth, 32),
    ];
    for (text, reason, offset) in cases {
        let error = check(text).expect_err(&String::from_utf8_lossy(text));
        assert_eq!((error.reason, error.offset), (*reason, *offset), "{error}: {text:?}");
    }
}

#[test]
fn values_outside_the_grammar_have_no_form() {
    let nested = |depth| (0..depth).fold(json!(1), |value, _| json!([value]));
    let reason = |value: Value| to_canonical(&value).map_err(|e| e.reason);
    assert_eq!(reason(json!(null)), Err(Reason::Null));
    assert_eq!(reason(json!({"a": 1.5})), Err(Reason::Float));
    assert_eq!(reason(json!(-0.0)), Err(Reason::Float));
    assert_eq!(reason(json!(1_u64 << 53)), Err(Reason::Range));
    assert_eq!(reason(json!(u64::MAX)), Err(Reason::Range));
    assert_eq!(reason(json!({"Name": 1})), Err(Reason::Name));
    assert_eq!(reason(json!("\u{1}")), Err(Reason::Control));
    assert_eq!(reason(nested(MAX_DEPTH + 1)), Err(Reason::Depth));
    assert!(reason(nested(MAX_DEPTH)).is_ok());
    assert_eq!(
        reason(json!({"b": [true, -7], "a": "x\n"})).unwrap(),
        r#"{"a":"x\n","b":[true,-7]}"#
    );
}
