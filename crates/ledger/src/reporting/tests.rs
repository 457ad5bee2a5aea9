//! Guards against the fear that a body reads in its draft what was done after it was shared, that
//! anybody reads of an assessment before it is published, or that a report shows another text than
//! the one that was released.

mod after;

use super::Wanted;
use crate::report::{Reader, Report, State};
use crate::{Caller, ContentError, Error, Instant, Intake, Ledger, Mode, Outcome};
use assessment::AssessmentId;
use assessment::framework::Framework;
use serde_json::{Value, json};
use tempfile::TempDir;

const CODE: &str = "X99000001";
const ASSESSMENT: &str = "X99000001-2026-a";

const FOR_ITS_BODY: Wanted = Wanted::Published { publication: None, reader: Reader::Body };
const PUBLISHED: Wanted = Wanted::Published { publication: None, reader: Reader::Public };

/// A ledger with one assessment, all of whose passages say "first".
struct Site {
    dir: TempDir,
    ledger: Ledger,
    drawn: u8,
}

impl Site {
    /// With a draft that was shared.
    fn shared() -> Self {
        let dir = TempDir::new().unwrap();
        let now = Instant::parse("2026-05-17T12:00:00.000Z").unwrap();
        let mut caller = Caller {
            actor: "p-001".parse().unwrap(),
            now: &mut || now,
            salt: &mut || [7; 16],
            accept_clock: false,
        };
        let mut ledger = Ledger::init(&dir.path().join("ledger"), "example.org/l", &mut caller);
        ledger.as_mut().unwrap().keep_keys_in(&dir.path().join("config")).unwrap();
        let mut site = Self { dir, ledger: ledger.unwrap(), drawn: 0 };
        let framework = Framework::shipped("la-2025".parse().unwrap()).unwrap();
        site.done("adopt_framework", json!({ "adopted_on": "2025", "framework": framework }));
        let body = json!({ "code": CODE, "kind": "local_authority", "name": "Exampleshire" });
        site.done("register_organisation", body);
        let open = json!({ "framework": "la-2025", "kind": "baseline", "opened_on": "2026-03" });
        site.done("open_assessment", with(open, json!({ "organisation": CODE })));
        let evidence = json!({
            "category": "processes", "collected_on": "2026-03", "content": { "text": "x" },
            "method": "documents", "organisations": [CODE], "origin": "held",
            "received_on": "2026-03-20", "setting": "off_site", "source": "assessed_body",
        });
        site.done("submit_evidence", evidence);
        let used = json!({ "evidence": ["X99000001-e1"], "used_on": "2026-03-21" });
        site.of_assessment("use_evidence", used);
        for (_, statement) in framework.statements() {
            site.score(statement.id.as_str(), 3, "2026-04-01");
        }
        let members = json!([
            { "person": "p-101", "side": "internal" }, { "person": "p-201", "side": "external" },
        ]);
        let panel = json!({ "convened_on": "2026-04-02", "members": members });
        site.done("convene_panel", with(panel, json!({ "assessments": [ASSESSMENT] })));
        let decision = json!({ "decided_on": "2026-04-03", "panel": "2026-a" });
        site.of_assessment("decide_panel", decision);
        for passage in framework.process.passages(&framework) {
            site.write(serde_json::to_value(passage).unwrap(), "first", "2026-04-04");
        }
        site.of_assessment("share_draft", json!({ "shared_on": "2026-04-07" }));
        site
    }

    /// The same after more work: another text, and another score.
    fn worked_on() -> Self {
        let mut site = Self::shared();
        site.write(json!({ "section": "summary" }), "second", "2026-05-01");
        site.score("safeguarding", 1, "2026-05-02");
        site
    }

    /// The same once all of that is published.
    fn published() -> Self {
        let mut site = Self::worked_on();
        let confirmation = json!({ "confirmed_on": "2026-05-03", "panel": "2026-a" });
        site.of_assessment("confirm_panel", confirmation);
        site.of_assessment("make_publication", json!({ "published_on": "2026-05-04" }));
        site
    }

    fn write(&mut self, passage: Value, text: &str, on: &str) {
        let draft = json!({ "content": { "text": text }, "written_on": on });
        self.of_assessment("write_draft", with(draft, passage));
    }

    fn score(&mut self, statement: &str, score: u8, on: &str) {
        let review = json!({
            "evidence": ["X99000001-e1"], "organisation": CODE, "reason": "assessment",
            "reviewed_on": on, "score": score, "statement": statement,
        });
        self.of_assessment("review_score", review);
    }

    fn of_assessment(&mut self, kind: &str, data: Value) {
        self.done(kind, with(data, json!({ "assessment": ASSESSMENT })));
    }

    fn done(&mut self, kind: &str, data: Value) {
        let drawn = &mut self.drawn;
        let mut random = |bytes: &mut [u8]| {
            *drawn = drawn.wrapping_add(1);
            bytes.fill(*drawn);
        };
        let contents = self.ledger.contents().clone();
        let mut intake = Intake { contents: &contents, random: &mut random };
        let line = json!({ "data": data, "kind": kind }).to_string();
        let submission = intake.parse(&line).unwrap();
        let now = Instant::parse("2026-05-17T12:00:00.000Z").unwrap();
        let mut caller = Caller {
            actor: "p-017".parse().unwrap(),
            now: &mut || now,
            salt: &mut || [7; 16],
            accept_clock: false,
        };
        let submitted = self.ledger.submit(&[submission], Mode::Record, &mut caller).unwrap();
        let outcome = &submitted.outcomes[0];
        assert!(matches!(outcome, Outcome::Recorded { .. }), "{kind}: {outcome:?}");
    }

    fn report(&mut self, wanted: Wanted) -> Option<Report> {
        self.ledger.report(crate::At::default(), id(), wanted).unwrap()
    }

    fn draft(&mut self) -> Report {
        let day = "2026-05-17".parse().unwrap();
        self.report(Wanted::Draft(day)).unwrap()
    }
}

fn id() -> AssessmentId {
    ASSESSMENT.parse().unwrap()
}

fn with(mut data: Value, further: Value) -> Value {
    data.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    data
}

fn summary(report: &Report) -> &str {
    &report.sections[0].text.as_ref().unwrap().text
}

#[test]
fn a_body_reads_its_draft_as_it_was_shared_whatever_is_done_after() {
    let shared = Site::shared().report(Wanted::SharedDraft).unwrap();
    let mut site = Site::worked_on();
    assert_eq!(site.report(Wanted::SharedDraft), Some(shared.clone()));
    assert_eq!(summary(&shared), "first");
    let now = site.draft();
    assert_eq!(summary(&now), "second");
    assert_ne!(now.overall, shared.overall);
    assert_ne!(now.dates, shared.dates);
}

#[test]
fn nothing_is_published_before_it_is_and_the_released_text_is_what_is_shown() {
    let mut site = Site::worked_on();
    assert_eq!(site.report(PUBLISHED), None);
    assert_eq!(site.report(FOR_ITS_BODY), None);

    let mut site = Site::published();
    let report = site.report(PUBLISHED).unwrap();
    assert_eq!(summary(&report), "second");
    assert!(report.evidence.is_none());
    // Statements are scored as a whole here: there is nothing more to tell its body.
    assert_eq!(site.report(FOR_ITS_BODY), Some(report.clone()));
    let State::Published { released: Some(released), .. } = report.state else {
        panic!("{:?}", report.state)
    };

    let file = site.dir.path().join(format!("ledger/publications/{released}"));
    let changed = std::fs::read_to_string(&file).unwrap().replace("second", "other!");
    std::fs::write(&file, changed).unwrap();
    let report = site.ledger.report(crate::At::default(), id(), PUBLISHED);
    let is_damage = matches!(report, Err(Error::Content(ContentError::Vault(_))));
    assert!(is_damage, "{report:?}");
}

#[test]
fn a_later_review_shows_its_date_in_a_published_report_and_no_more() {
    let mut site = Site::published();
    let before = site.report(PUBLISHED).unwrap();
    site.score("assessing-needs", 4, "2026-05-10");
    assert_eq!(site.report(PUBLISHED), Some(before.clone()), "it moved a published score");
    site.score("safeguarding", 1, "2026-05-11");
    let after = site.report(PUBLISHED).unwrap();
    assert_eq!(after.dates.reviewed_on, Some("2026-05-11".parse().unwrap()));
    assert_eq!((after.overall, after.dates.rated_on), (before.overall, before.dates.rated_on));
}
