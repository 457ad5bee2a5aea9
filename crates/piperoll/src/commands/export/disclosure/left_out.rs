//! What is left out of a record that is handed out: texts, sources in somebody's words, persons,
//! other bodies, and what sensitive evidence is.
//!
//! What stands at a member is told by its form, and what could be a person, another body or a
//! sentence is left out: a kind of record that comes later leaves out too much rather than too
//! little.

use assessment::event::Stated;
use assessment::{
    AssessmentId, CommentId, Content, EvidenceId, Name, OrganisationCode, PersonId, PublicationId,
    RequestId, SourceUrl,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Members whose words come from a framework, although some look like persons or bodies: a
/// statement may be called `p-1`.
const OF_A_FRAMEWORK: [&str; 5] = ["category", "framework", "statement", "statements", "theme"];

/// What is told of a record about sensitive evidence: that there is some in a category.
const OF_WHAT_IS_SENSITIVE: [&str; 7] =
    ["assessment", "category", "content", "evidence", "organisation", "organisations", "sensitive"];

/// Members that say what the body itself is called, which may be `NHS`.
const OF_THE_BODY: [&str; 4] = ["aliases", "name", "official_name", "region"];

/// How much was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counted {
    /// Sources in somebody's words, and short texts that name a person or another body.
    pub citations: u64,
    /// Codes of other bodies, and ids that begin with one.
    pub organisations: u64,
    /// Pseudonyms.
    pub persons: u64,
    /// What sensitive evidence is, and where it is used.
    pub sensitive: u64,
    /// Texts and evidence.
    pub texts: u64,
}

/// Leaves out of records what is not for the reader of a body's disclosure.
pub struct LeavingOut {
    code: OrganisationCode,
    /// What other bodies are known by.
    others: BTreeSet<OrganisationCode>,
    /// The evidence of which no more is told than that it is there.
    sensitive: BTreeSet<EvidenceId>,
    /// How much was left out so far.
    pub counted: Counted,
    /// The contents that were left out of the last record.
    pub contents: Vec<Content>,
}

impl LeavingOut {
    /// Of the disclosure of a body, with the codes of all others and all sensitive evidence.
    pub fn of(
        code: OrganisationCode,
        others: BTreeSet<OrganisationCode>,
        sensitive: BTreeSet<EvidenceId>,
    ) -> Self {
        Self { code, others, sensitive, counted: Counted::default(), contents: vec![] }
    }

    /// A record's data as they may be handed out.
    pub fn data(&mut self, data: Value) -> Value {
        self.contents.clear();
        match data {
            Value::Object(members) if self.is_of_sensitive(&members) => self.of_sensitive(members),
            other => self.value("", other),
        }
    }

    /// A person, wherever one stands.
    pub fn person(&mut self) -> Value {
        self.counted.persons += 1;
        json!({ "omitted": "person" })
    }

    /// Whether what a history says of this is about sensitive evidence, or tells where it is used.
    pub fn is_of_sensitive_evidence(&self, about: &str, detail: &str) -> bool {
        let own = format!("{}-{about}", self.code);
        let ids = detail.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        ids.chain([about, own.as_str()]).any(|id| self.is_sensitive(id))
    }

    fn is_sensitive(&self, id: &str) -> bool {
        id.parse().is_ok_and(|id: EvidenceId| self.sensitive.contains(&id))
    }

    /// Whether a record says itself that its evidence is sensitive, or is about such evidence.
    fn is_of_sensitive(&self, members: &Map<String, Value>) -> bool {
        let of = members.get("evidence").and_then(Value::as_str);
        members.get("sensitive") == Some(&json!(true)) || of.is_some_and(|id| self.is_sensitive(id))
    }

    fn of_sensitive(&mut self, members: Map<String, Value>) -> Value {
        let members = members.into_iter().map(|(name, value)| {
            let value = match (name.as_str(), value) {
                ("evidence", Value::String(id)) if organisation_of(&id) == Some(self.code) => {
                    Value::String(id)
                }
                (name, value) if OF_WHAT_IS_SENSITIVE.contains(&name) => self.value(name, value),
                _ => self.sensitive_one(),
            };
            (name, value)
        });
        Value::Object(members.collect())
    }

    fn sensitive_one(&mut self) -> Value {
        self.counted.sensitive += 1;
        json!({ "omitted": "sensitive" })
    }

    /// Whether a text has a pseudonym or the code of another body in it.
    pub fn names_somebody(&self, text: &str) -> bool {
        has_pseudonym(text) || words(text).any(|word| self.is_known(word) || self.is_code(word))
    }

    fn value(&mut self, member: &str, value: Value) -> Value {
        match value {
            Value::Object(members) => self.object(members),
            Value::Array(items) => items.into_iter().map(|item| self.value(member, item)).collect(),
            Value::String(text) if !OF_A_FRAMEWORK.contains(&member) => self.text(member, text),
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
        let is_stated = serde_json::from_value::<Stated>(whole.clone()).is_ok();
        let Value::Object(members) = whole else { unreachable!("it has just been made one") };
        let members = members.into_iter().map(|(name, value)| {
            let is_citation = is_stated && name == "source";
            let value = if is_citation { self.citation() } else { self.value(&name, value) };
            (name, value)
        });
        Value::Object(members.collect())
    }

    fn text(&mut self, member: &str, text: String) -> Value {
        if OF_THE_BODY.contains(&member) {
            // Other codes of the body have the form of another's.
            let tells = has_pseudonym(&text)
                || words(&text)
                    .any(|word| self.is_known(word) || (member != "aliases" && self.is_code(word)));
            let is_name = text.parse::<Name>().is_ok();
            return if is_name && !tells { Value::String(text) } else { self.citation() };
        }
        if text.parse::<PersonId>().is_ok() {
            return self.person();
        }
        if organisation_of(&text).is_some_and(|of| of != self.code) {
            self.counted.organisations += 1;
            return json!({ "omitted": "organisation" });
        }
        if self.is_sensitive(&text) {
            return self.sensitive_one();
        }
        let is_address = member == "source" && text.parse::<SourceUrl>().is_ok();
        if (is_word(&text) || is_address) && !self.names_somebody(&text) {
            return Value::String(text);
        }
        self.citation()
    }

    fn citation(&mut self) -> Value {
        self.counted.citations += 1;
        json!({ "omitted": "citation" })
    }

    /// Whether a word is what another body of the ledger is known by, in whatever case.
    fn is_known(&self, word: &str) -> bool {
        let code = word.to_ascii_uppercase().parse::<OrganisationCode>();
        code.is_ok_and(|code| code != self.code && self.others.contains(&code))
    }

    /// Whether a word has the form of a code, and a digit: so a body that is not in the ledger.
    fn is_code(&self, word: &str) -> bool {
        let code = word.parse::<OrganisationCode>();
        code.is_ok_and(|code| code != self.code) && word.bytes().any(|b| b.is_ascii_digit())
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

/// Whether a text is an id, a date, a hash, or a word of ours such as a reason.
fn is_word(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether a pseudonym stands in a text as a word: `p-` and a digit.
fn has_pseudonym(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("p-").any(|(at, _)| {
        let before = lower[..at].chars().next_back();
        lower[at + 2..].starts_with(|c: char| c.is_ascii_digit())
            && !before.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaving_out() -> LeavingOut {
        let others = ["X99000002", "NBK"].map(|code| code.parse().expect("a code"));
        let sensitive = ["X99000001-e7"].map(|id| id.parse().expect("an id"));
        LeavingOut::of("X99000001".parse().expect("a code"), others.into(), sensitive.into())
    }

    /// A person or a body that stands where nobody expected one would be handed out.
    #[test]
    fn what_could_be_somebody_is_left_out_wherever_it_stands() {
        let mut leaving_out = leaving_out();
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
        let counted =
            Counted { citations: 0, texts: 1, persons: 1, organisations: 3, sensitive: 0 };
        assert_eq!(leaving_out.counted, counted);
        assert_eq!(leaving_out.contents.len(), 1);
    }

    /// Where somebody spoke in confidence, or of what, can tell the body who it was.
    #[test]
    fn of_sensitive_evidence_its_category_is_told() {
        let mut leaving_out = leaving_out();
        let omitted = json!({ "omitted": "sensitive" });
        let data = json!({
            "category": "feedback", "collected_on": "2025-09", "evidence": "X99000001-e7",
            "method": "interview", "sensitive": true, "statements": ["safeguarding"],
        });
        let told = json!({
            "category": "feedback", "collected_on": omitted, "evidence": "X99000001-e7",
            "method": omitted, "sensitive": true, "statements": omitted,
        });
        assert_eq!(leaving_out.data(data), told);
        // Its withdrawal, and where it was used.
        let data = json!({ "evidence": "X99000001-e7", "reason": "inaccurate" });
        let told = json!({ "evidence": "X99000001-e7", "reason": omitted });
        assert_eq!(leaving_out.data(data), told);
        let data = json!({ "evidence": ["X99000001-e7", "X99000001-e1"], "score": 3 });
        let told = json!({ "evidence": [omitted, "X99000001-e1"], "score": 3 });
        assert_eq!(leaving_out.data(data), told);
        assert_eq!(leaving_out.counted.sensitive, 5);
        assert!(leaving_out.is_of_sensitive_evidence("e7", "feedback; interview"));
        assert!(leaving_out.is_of_sensitive_evidence("r1", "held already: X99000001-e7"));
        assert!(!leaving_out.is_of_sensitive_evidence("e1", "held already: X99000001-e77"));
    }

    /// A sentence of somebody's names whom it likes.
    #[test]
    fn short_texts_are_left_out_unless_they_are_the_bodys_own_names_or_addresses() {
        let citation = json!({ "omitted": "citation" });
        let stated = |source: &Value| json!({ "source": source, "value": { "rating": "good" } });
        for source in ["the report by Jane Doe", "report", "https://example.org/jane"] {
            let left_out = leaving_out().data(json!({ "a": stated(&json!(source)) }));
            assert_eq!(left_out, json!({ "a": stated(&citation) }));
        }
        for (member, kept) in [
            ("source", "https://example.org/X99000001/report-1"),
            ("source", "partners"),
            ("name", "King's Lynn & West Norfolk"),
            ("aliases", "E10000099"),
            ("rating", "requires_improvement"),
            ("year", "2024-25"),
            ("hash", &"ab".repeat(32)),
        ] {
            let data = json!({ member: [kept] });
            assert_eq!(leaving_out().data(data.clone()), data, "{member}");
        }
        for (member, text) in [
            ("source", "https://example.org/p-021"),
            ("source", "https://example.org/x99000002"),
            ("source", "https://example.org/E06000014.pdf"),
            ("source", "Jane Doe"),
            ("name", "Council of P-021"),
            ("region", "North of NBK"),
            ("aliases", "X99000002"),
            ("a_later_member", "two words"),
        ] {
            let left_out = leaving_out().data(json!({ member: text }));
            assert_eq!(left_out, json!({ member: citation }), "{member}: {text}");
        }
    }
}
