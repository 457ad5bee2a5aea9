//! What is left out of a record that is handed out: texts, persons, and other bodies.
//!
//! What stands at a member is told by its form, and what could be a person or another body is left
//! out: a kind of record that comes later leaves out too much rather than too little.

use assessment::{
    AssessmentId, CommentId, Content, EvidenceId, OrganisationCode, PersonId, PublicationId,
    RequestId,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Members whose words name neither persons nor other bodies, although some look so: a statement
/// may be called `p-1`, and a region `NHS`.
const NAMES_NOBODY: [&str; 9] = [
    "aliases",
    "category",
    "framework",
    "name",
    "official_name",
    "region",
    "statement",
    "statements",
    "theme",
];

/// How much was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counted {
    /// Texts and evidence.
    pub texts: u64,
    /// Pseudonyms.
    pub persons: u64,
    /// Codes of other bodies, and ids that begin with one.
    pub organisations: u64,
}

/// Leaves out of records what is not for the reader of a body's disclosure.
pub struct LeavingOut {
    code: OrganisationCode,
    /// How much was left out so far.
    pub counted: Counted,
    /// The contents that were left out of the last record.
    pub contents: Vec<Content>,
}

impl LeavingOut {
    /// Of the disclosure of a body.
    pub fn of(code: OrganisationCode) -> Self {
        Self { code, counted: Counted::default(), contents: vec![] }
    }

    /// A record's data as they may be handed out.
    pub fn data(&mut self, data: Value) -> Value {
        self.contents.clear();
        self.value("", data)
    }

    /// A person, wherever one stands.
    pub fn person(&mut self) -> Value {
        self.counted.persons += 1;
        json!({ "omitted": "person" })
    }

    fn value(&mut self, member: &str, value: Value) -> Value {
        match value {
            Value::Object(members) => self.object(members),
            Value::Array(items) => items.into_iter().map(|item| self.value(member, item)).collect(),
            Value::String(text) if !NAMES_NOBODY.contains(&member) => self.text(text),
            other => other,
        }
    }

    fn object(&mut self, members: Map<String, Value>) -> Value {
        let whole = Value::Object(members);
        if let Ok(content) = serde_json::from_value::<Content>(whole.clone()) {
            let left_out = json!({ "commitment": content.commitment, "omitted": "text" });
            self.counted.texts += 1;
            self.contents.push(content);
            return left_out;
        }
        let Value::Object(members) = whole else { unreachable!("it has just been made one") };
        let members = members.into_iter().map(|(name, value)| {
            let value = self.value(&name, value);
            (name, value)
        });
        Value::Object(members.collect())
    }

    fn text(&mut self, text: String) -> Value {
        if text.parse::<PersonId>().is_ok() {
            return self.person();
        }
        if organisation_of(&text).is_some_and(|of| of != self.code) {
            self.counted.organisations += 1;
            return json!({ "omitted": "organisation" });
        }
        Value::String(text)
    }
}

/// The body that a code, or an id that begins with one, is of.
fn organisation_of(text: &str) -> Option<OrganisationCode> {
    let is_id = text.parse::<OrganisationCode>().is_ok()
        || text.parse::<AssessmentId>().is_ok()
        || text.parse::<PublicationId>().is_ok()
        || text.parse::<EvidenceId>().is_ok()
        || text.parse::<RequestId>().is_ok()
        || text.parse::<CommentId>().is_ok();
    let code = text.split('-').next().unwrap_or_default();
    code.parse().ok().filter(|_| is_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A person or a body that stands where nobody expected one would be handed out.
    #[test]
    fn what_could_be_somebody_is_left_out_wherever_it_stands() {
        let mut leaving_out = LeavingOut::of("X99000001".parse().expect("a code"));
        let data = json!({
            "a_later_member": ["p-017", { "deep": "X99000002-2025-a-p1" }, "X99000001-e1", 3],
            "name": "NHS", "statement": "p-1", "organisation": "X99000001",
            "text": { "commitment": "0".repeat(64), "length": 2, "media_type": "text/plain",
                      "sealed": "1".repeat(64) },
            "of": "X99000002", "comment": "X99000002-2025-a-c1", "word": "not_stated",
        });
        let expected = json!({
            "a_later_member": [
                { "omitted": "person" }, { "deep": { "omitted": "organisation" } }, "X99000001-e1",
                3,
            ],
            "name": "NHS", "statement": "p-1", "organisation": "X99000001",
            "text": { "commitment": "0".repeat(64), "omitted": "text" },
            "of": { "omitted": "organisation" }, "comment": { "omitted": "organisation" },
            "word": "not_stated",
        });
        assert_eq!(leaving_out.data(data), expected);
        assert_eq!(leaving_out.counted, Counted { texts: 1, persons: 1, organisations: 3 });
        assert_eq!(leaving_out.contents.len(), 1);
    }
}
