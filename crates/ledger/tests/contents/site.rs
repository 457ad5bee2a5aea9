//! A ledger with its keys in a directory beside it.

use crate::common::{ORIGIN, code, files, instant, with_caller};
use assessment::{Content, Event};
use ledger::{Caller, Error, Intake, Ledger, Mode, Options, Outcome, Submission, Verdict, verify};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A word that stands in every text here, and must stand in no record.
pub const MARK: &str = "Marigold";
pub const NOW: &str = "2026-05-17T12:00:00.000Z";

/// A ledger with its keys in a directory beside it.
pub struct Site {
    pub dir: TempDir,
    pub ledger: Ledger,
    /// Seeds the randomness of sealing, so that no two contents are sealed alike.
    drawn: u8,
}

impl Site {
    pub fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let mut ledger = with_caller(NOW, false, |caller| {
            Ledger::init(&dir.path().join("ledger"), ORIGIN, caller)
        })
        .unwrap();
        ledger.keep_keys_in(&dir.path().join("config")).unwrap();
        let mut site = Self { dir, ledger, drawn: 0 };
        let framework: Value = serde_json::from_str(
            assessment::framework::Framework::shipped_text("la-2025".parse().unwrap()).unwrap(),
        )
        .unwrap();
        site.done("adopt_framework", json!({ "adopted_on": "2025", "framework": framework }));
        let body = json!({
            "code": code(1), "fictional": true, "kind": "local_authority", "name": "Exampleshire",
        });
        site.done("register_organisation", body);
        site
    }

    pub fn ledger_dir(&self) -> PathBuf {
        self.dir.path().join("ledger")
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("config")
    }

    pub fn parse(&mut self, line: &Value) -> Submission {
        let drawn = &mut self.drawn;
        let mut random = |bytes: &mut [u8]| {
            *drawn = drawn.wrapping_add(1);
            bytes.fill(*drawn);
        };
        let contents = self.ledger.contents().clone();
        let mut intake = Intake { contents: &contents, random: &mut random };
        intake.parse(&line.to_string()).unwrap()
    }

    pub fn submit(&mut self, submission: Submission, mode: Mode) -> Result<Outcome, Error> {
        Ok(self.submit_all(&[submission], mode)?.remove(0))
    }

    pub fn submit_all(
        &mut self,
        submissions: &[Submission],
        mode: Mode,
    ) -> Result<Vec<Outcome>, Error> {
        let now = instant(NOW);
        let mut caller = Caller {
            actor: "p-017".parse().unwrap(),
            now: &mut || now,
            salt: &mut || [7; 16],
            accept_clock: false,
        };
        Ok(self.ledger.submit(submissions, mode, &mut caller)?.outcomes)
    }

    pub fn outcome(&mut self, kind: &str, data: Value) -> Outcome {
        let submission = self.parse(&json!({ "data": data, "kind": kind }));
        self.submit(submission, Mode::Record).unwrap()
    }

    #[track_caller]
    pub fn done(&mut self, kind: &str, data: Value) {
        match self.outcome(kind, data) {
            Outcome::Recorded { .. } => {}
            other => panic!("{kind}: {other:?}"),
        }
    }

    pub fn evidence(&self, text: &str, further: Value) -> Value {
        let mut data = json!({
            "category": "processes", "collected_on": "2026-04", "content": { "text": text },
            "method": "interview", "organisations": [code(1)], "origin": "collected",
            "received_on": "2026-05-01", "sensitive": true, "setting": "on_site",
            "source": "people_using_services",
        });
        data.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        data
    }

    pub fn events(&self) -> Vec<Event> {
        let lines = crate::common::log(&self.ledger);
        let decode = |line: &String| {
            let whole: Value = serde_json::from_str(line).unwrap();
            let record = &whole["record"];
            let (kind, schema) = (record["kind"].as_str().unwrap(), &record["schema"]);
            Event::decode(kind, schema.as_u64().unwrap(), &record["data"].to_string()).unwrap()
        };
        lines.iter().map(decode).collect()
    }

    pub fn contents(&self) -> Vec<Content> {
        self.events().iter().flat_map(|event| event.contents().into_iter().cloned()).collect()
    }

    pub fn verify(&self) -> Verdict {
        let config = self.config();
        let options = Options { config: Some(&config), ..Options::default() };
        verify(&self.ledger_dir(), &options, &mut |_| {}).unwrap()
    }

    #[track_caller]
    pub fn findings(&self) -> Vec<(&'static str, String)> {
        let findings = self.verify().findings;
        findings.into_iter().map(|finding| (finding.check, finding.why)).collect()
    }

    /// One authority from evidence to publication, every text with [`MARK`] in it.
    pub fn publish(&mut self) {
        let id = format!("{}-2026-a", code(1));
        let open = json!({
            "framework": "la-2025", "kind": "baseline", "opened_on": "2026-01-05",
            "organisation": code(1),
        });
        self.done("open_assessment", open);
        let text = |what: &str| json!({ "text": format!("{what} {MARK}\twith a tab.") });
        let evidence = self.evidence(&format!("{MARK} said so."), json!({}));
        self.done("submit_evidence", evidence);
        let evidence = format!("{}-e1", code(1));
        let used = json!({ "assessment": id, "evidence": [evidence], "used_on": "2026-05-02" });
        self.done("use_evidence", used);
        let framework = assessment::framework::Framework::shipped("la-2025".parse().unwrap());
        let framework = framework.unwrap();
        for (_, statement) in framework.statements() {
            let review = json!({
                "assessment": id, "by": "p-020", "evidence": [evidence], "organisation": code(1),
                "reason": "assessment", "reviewed_on": "2026-05-02", "score": 3,
                "statement": statement.id, "text": text("A reason"),
            });
            self.done("review_score", review);
        }
        let members = json!([
            { "person": "p-101", "side": "internal" }, { "person": "p-201", "side": "external" },
        ]);
        let panel = json!({
            "assessments": [id], "convened_on": "2026-05-03", "members": members,
        });
        self.done("convene_panel", panel);
        let adjustment = json!({
            "reason": "consistency", "score": 2, "statement": "safeguarding",
            "text": text("An adjustment"),
        });
        let decision = json!({
            "adjustments": [adjustment], "assessment": id, "decided_on": "2026-05-03",
            "panel": "2026-a",
        });
        self.done("decide_panel", decision);
        for passage in framework.process.passages(&framework) {
            let mut draft = serde_json::to_value(passage).unwrap();
            draft["assessment"] = json!(id);
            draft["content"] = text(&format!("{passage}"));
            draft["written_on"] = json!("2026-05-04");
            self.done("write_draft", draft);
        }
        let share = json!({ "assessment": id, "shared_on": "2026-05-05" });
        self.done("share_draft", share);
        let confirm = json!({
            "assessment": id, "confirmed_on": "2026-05-08", "recipient": "local_authority",
        });
        self.done("confirm_draft", confirm);
        self.done("make_publication", json!({ "assessment": id, "published_on": "2026-05-11" }));
    }
}

pub fn all_bytes(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    if dir.exists() { files(dir) } else { BTreeMap::new() }
}

pub fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|part| part == needle.as_bytes())
}

pub fn key_of(site: &Site, sealed: &str) -> PathBuf {
    let contents = fs::read_dir(site.config().join("contents")).unwrap();
    let dirs: Vec<PathBuf> = contents.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(dirs.len(), 1);
    dirs[0].join(sealed)
}

/// The erasure of the first piece of evidence.
pub fn erasure() -> Value {
    json!({
        "authority": "p-900", "erased_on": "2026-05-16", "evidence": format!("{}-e1", code(1)),
        "legal_basis": "erasure_request",
    })
}
