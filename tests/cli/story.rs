//! One invented authority and one invented system, from evidence to publication, as lines of
//! commands: what other tests begin with.

use assessment::framework::{Framework, Method};
use serde_json::{Value, json};

use crate::site::Site;

/// A word that stands in every text.
pub const MARK: &str = "Marigold";

/// A body on its way: its code, its framework, and how far it gets.
#[derive(Clone)]
pub struct Story {
    pub code: &'static str,
    pub name: &'static str,
    pub kind: &'static str,
    pub framework: &'static str,
    pub recipients: &'static [&'static str],
    /// The id that its panel gets.
    pub panel: &'static str,
}

pub const AUTHORITY: Story = Story {
    code: "X99000011",
    name: "Millbrook",
    kind: "local_authority",
    framework: "la-2025",
    recipients: &["local_authority"],
    panel: "2025-a",
};

pub const SYSTEM: Story = Story {
    code: "X99000012",
    name: "Vale",
    kind: "integrated_care_system",
    framework: "ics-2023",
    recipients: &["integrated_care_board", "integrated_care_partnership"],
    panel: "",
};

/// Another authority, which nothing is ever published of.
pub const NEIGHBOUR: Story =
    Story { code: "X99000013", name: "Northbrook", panel: "2025-b", ..AUTHORITY };

pub fn command(kind: &str, data: Value) -> Value {
    json!({ "data": data, "kind": kind })
}

pub fn text(what: &str) -> Value {
    json!({ "text": format!("{what}: {MARK}\n\n- with\ttwo lines") })
}

impl Story {
    pub fn assessment(&self) -> String {
        format!("{}-2025-a", self.code)
    }

    pub fn framework(&self) -> Framework {
        Framework::shipped(self.framework.parse().unwrap()).unwrap()
    }

    pub fn begin(&self) -> Vec<Value> {
        let framework = Framework::shipped_text(self.framework.parse().unwrap()).unwrap();
        let framework: Value = serde_json::from_str(framework).unwrap();
        vec![
            command("adopt_framework", json!({ "adopted_on": "2025-01", "framework": framework })),
            command(
                "register_organisation",
                json!({
                    "code": self.code, "fictional": true, "kind": self.kind, "name": self.name,
                }),
            ),
            command(
                "open_assessment",
                json!({
                    "framework": self.framework, "kind": "baseline", "opened_on": "2025-09-01",
                    "organisation": self.code,
                    "team": [{ "person": "p-021", "role": "assessor" }],
                }),
            ),
        ]
    }

    /// One piece of evidence for each category that is scored; the first is sensitive.
    pub fn evidence(&self) -> Vec<Value> {
        let mut lines = Vec::new();
        let mut ids = Vec::new();
        for (number, category) in self.framework().scoring.categories.iter().enumerate() {
            lines.push(command(
                "submit_evidence",
                json!({
                    "category": category.id, "collected_on": "2025-08", "content": text("evidence"),
                    "method": "interview", "organisations": [self.code], "origin": "collected",
                    "received_on": "2025-09-02", "sensitive": number == 0, "setting": "on_site",
                    "source": "partners",
                }),
            ));
            ids.push(format!("{}-e{}", self.code, number + 1));
        }
        lines.push(command(
            "use_evidence",
            json!({
                "assessment": self.assessment(), "evidence": ids, "used_on": "2025-09-03",
            }),
        ));
        lines
    }

    /// A score of 3 for everything.
    pub fn scores(&self) -> Vec<Value> {
        let framework = self.framework();
        let categories: Vec<String> =
            framework.scoring.categories.iter().map(|it| it.id.to_string()).collect();
        let mut lines = Vec::new();
        for (_, statement) in framework.statements() {
            let mut review = |category: Option<&String>, evidence: usize| {
                let mut data = json!({
                    "assessment": self.assessment(), "by": "p-021",
                    "evidence": [format!("{}-e{}", self.code, evidence + 1)],
                    "organisation": self.code, "reason": "assessment",
                    "reviewed_on": "2025-10-01", "score": 3, "statement": statement.id,
                    "text": text("reason"),
                });
                if let Some(category) = category {
                    data["category"] = json!(category);
                }
                lines.push(command("review_score", data));
            };
            match framework.scoring.method.value {
                Method::Category => {
                    for (number, category) in categories.iter().enumerate() {
                        review(Some(category), number);
                    }
                }
                _ => review(None, 0),
            }
        }
        lines
    }

    pub fn panel(&self) -> Vec<Value> {
        if !self.framework().process.panel.first_publication.value {
            return vec![];
        }
        vec![
            command(
                "convene_panel",
                json!({
                    "assessments": [self.assessment()], "convened_on": "2025-10-06", "members": [
                        { "person": "p-101", "side": "internal" },
                        { "person": "p-021", "side": "internal" },
                        { "person": "p-201", "side": "external" },
                    ],
                }),
            ),
            command(
                "decide_panel",
                json!({
                    "adjustments": [{
                        "reason": "consistency", "score": 2, "statement": "safeguarding",
                        "text": text("adjustment"),
                    }],
                    "assessment": self.assessment(), "decided_on": "2025-10-07",
                    "panel": self.panel,
                }),
            ),
        ]
    }

    pub fn drafts(&self) -> Vec<Value> {
        let framework = self.framework();
        let draft = |passage| {
            let mut data = serde_json::to_value(passage).unwrap();
            data["assessment"] = json!(self.assessment());
            data["content"] = text(&format!("{passage}"));
            data["written_on"] = json!("2025-10-20");
            command("write_draft", data)
        };
        framework.process.passages(&framework).into_iter().map(draft).collect()
    }

    pub fn check(&self) -> Vec<Value> {
        let mut lines = vec![command(
            "share_draft",
            json!({
                "assessment": self.assessment(), "shared_on": "2025-11-03",
            }),
        )];
        lines.push(command("submit_comment", json!({
            "about": { "page": 1 }, "assessment": self.assessment(), "kind": "a",
            "received_on": "2025-11-10", "recipient": self.recipients[0], "text": text("comment"),
        })));
        lines.push(command(
            "resolve_comment",
            json!({
                "by": "p-031", "comment": format!("{}-c1", self.assessment()),
                "outcome": "accepted", "reason": "draft_wrong", "resolved_on": "2025-11-12",
                "text": text("resolution"),
            }),
        ));
        lines
    }

    pub fn publish(&self) -> Vec<Value> {
        vec![command(
            "make_publication",
            json!({
                "assessment": self.assessment(), "published_on": "2025-11-20",
            }),
        )]
    }

    /// Everything but the publication.
    pub fn unpublished(&self) -> Vec<Value> {
        [self.begin(), self.evidence(), self.scores(), self.panel(), self.drafts(), self.check()]
            .concat()
    }

    /// Everything.
    pub fn published(&self) -> Vec<Value> {
        [self.unpublished(), self.publish()].concat()
    }
}

impl Site {
    /// Takes in lines, all of which must be recorded.
    pub fn import(&self, lines: &[Value]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let ran = self.run_with("import -", &text);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}

/// Every text can be read again, also one that no list shows.
#[test]
fn the_texts_of_a_record_are_opened_on_demand() {
    let site = Site::begun();
    site.import(&[AUTHORITY.begin(), AUTHORITY.evidence(), AUTHORITY.scores()].concat());
    let log = site.rows("log Millbrook --kind score_reviewed");
    let show = format!("show {}", log[0]["position"]);
    assert!(!site.ok(&show).contains(MARK));
    assert!(site.ok(&format!("{show} --texts")).contains(&format!("reason: {MARK}")));
    let without = site.ok(&format!("{show} --texts --config nowhere"));
    assert!(without.contains("(not opened: "), "{without}");
}

/// Both stories to their ends in one ledger: nothing is refused, everything verifies.
#[test]
fn an_authority_and_a_system_go_from_evidence_to_publication() {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    site.import(&SYSTEM.published());
    let ratings = site.rows("ratings --level overall");
    let of = |name: &str| {
        let row = ratings.iter().find(|row| row["name"] == name).unwrap();
        (row["rating"].clone(), row["published_rating"].clone(), row["status"].clone())
    };
    // 8 × 3 and the panel's 2 make 26 of 36: 73 %. A system's ratings are indicative, or none.
    assert_eq!(of("Millbrook"), ("Good".into(), "Good".into(), "awarded".into()));
    assert_eq!(of("Vale").1, of("Vale").0);
    assert!(site.ok("verify").contains("\nverified"));
    // No text stands in a record; what was released stands in the clear, and nowhere else.
    for (path, (bytes, _)) in site.files() {
        let holds = bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes());
        let released = path.components().any(|part| part.as_os_str() == "publications");
        assert_eq!(holds, released && path.is_file(), "{}", path.display());
    }
}
