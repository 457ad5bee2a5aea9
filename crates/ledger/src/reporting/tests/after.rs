//! Guards against the fear that a report shows another publication than was asked for, hides what
//! became of it, shows a text that must not be public, or that a figure moves after it was
//! published.
//!
//! What happens after a publication is recorded as events here, past the rules.

use super::*;
use crate::At;
use crate::released::{ReleasedReport, put_together};
use crate::report::Notice;
use assessment::event::*;
use assessment::{Digest, Event, PublicationId, State as Rules};
use journal::canonical::to_canonical;
use journal::{Batch, NewCommand, NewRecord, Store};

impl Site {
    /// Records an event; the position that it got.
    fn record(&mut self, event: impl Into<Event>) -> u64 {
        let event: Event = event.into();
        let head = self.ledger.store.hold().unwrap().head;
        let mut version = 1;
        let mut records = self.ledger.store.records(0, &head).unwrap();
        while let Some(entry) = records.next().unwrap() {
            version += u64::from(entry.record.stream == event.stream());
        }
        let mut batch = Batch::after(&head);
        let position = head.position + 1;
        let new = NewRecord {
            data: to_canonical(&event.encode()).unwrap(),
            kind: event.kind().to_owned(),
            occurred_on: event.occurred_on().map_or("2026-05-17".to_owned(), |on| on.to_string()),
            salt: [7; 16],
            schema: event.schema(),
            stream: event.stream(),
            version,
        };
        let command = NewCommand {
            actor: "p-017".to_owned(),
            clock: None,
            command: format!("event-{position}"),
            recorded_at: "2026-05-17T12:00:00.000Z".to_owned(),
            request: journal::Hash::of(b"event"),
            signature: None,
            records: vec![new],
        };
        batch.push(&command).unwrap();
        self.ledger.store.append(&batch).unwrap();
        self.ledger.store.release();
        position
    }

    fn event(&mut self, kind: &str, data: Value) -> u64 {
        self.record(Event::decode(kind, 1, &data.to_string()).unwrap())
    }

    fn finance(&mut self, year: &str, care_spend_pence: u64) -> u64 {
        let facts = json!({ "care_spend_pence": care_spend_pence });
        self.event(
            "finance_recorded",
            json!({ "facts": facts, "organisation": CODE, "year": year }),
        )
    }

    fn state(&mut self) -> Rules {
        self.ledger.state(At::default(), &|state| state.behind(id())).unwrap()
    }

    /// The next publication of all that is written, as the last one but for that.
    fn next(&mut self, published_on: &str) -> PublicationMade {
        let state = self.state();
        let assessment = &state.assessments[&id()];
        let number = assessment.last_publication().map_or(1, |last| last.number() + 1);
        let made = assessment.publications.last().cloned();
        let mut made = made.unwrap_or_else(|| serde_json::from_value(first()).unwrap());
        made.publication = PublicationId::derive(id(), number);
        made.published_on = published_on.parse().unwrap();
        let drafts = assessment.drafts.values();
        let passage =
            |it: &DraftWritten| ReleasedPassage { passage: it.passage, version: it.version };
        made.passages = drafts.map(passage).collect();
        let contents = self.ledger.contents();
        let report = put_together(&state, &made, &|content| contents.open(content)).unwrap();
        made.released = Digest::from(*vault::Digest::of(&report).as_bytes());
        contents.put(&[], &[&report]).unwrap();
        made
    }

    fn update(&mut self, published_on: &str) {
        let made = self.next(published_on);
        self.record(made);
    }

    fn withdraw(&mut self, number: u64, reason: &str) -> u64 {
        let data = json!({
            "by": "p-040", "publication": publication(number), "reason": reason,
            "withdrawn_on": "2026-05-06",
        });
        self.event("publication_withdrawn", data)
    }

    fn strike_out(&mut self, position: u64) -> u64 {
        let data = json!({
            "assessment": ASSESSMENT, "by": "p-040", "organisation": CODE, "position": position,
            "reason": "wrong_entry", "struck": "x", "struck_on": "2026-05-16",
        });
        self.event("record_struck_out", data)
    }

    fn read(&mut self, number: u64, reader: Reader) -> Report {
        let publication = Some(publication(number));
        self.report(Wanted::Published { publication, reader }).unwrap()
    }

    fn latest(&mut self) -> Report {
        self.report(PUBLISHED).unwrap()
    }

    fn findings(&self) -> Vec<crate::Damage> {
        let (ledger, config) = (self.dir.path().join("ledger"), self.dir.path().join("config"));
        // What is recorded here by hand is not all that the rules would have recorded.
        let checks = [crate::Check::Contents].into();
        let options = crate::Options { config: Some(&config), checks, ..Default::default() };
        crate::verify(&ledger, &options, &mut |_| {}).unwrap().findings
    }
}

fn publication(number: u64) -> PublicationId {
    PublicationId::derive(id(), number)
}

/// A publication of nothing.
fn first() -> Value {
    json!({
        "assessment": ASSESSMENT, "by": "p-040", "framework": "la-2025", "kind": "baseline",
        "passages": [], "publication": publication(1), "published_on": "2026-05-04",
        "released": "0".repeat(64), "scores": [],
    })
}

fn request(declined: Option<&str>) -> Value {
    let content = json!({
        "commitment": "0".repeat(64), "length": 1, "media_type": "text/plain",
        "sealed": "1".repeat(64),
    });
    let data = json!({
        "ground": "process_not_followed", "publication": publication(1),
        "received_on": "2026-05-10", "text": content, "words": 1,
    });
    match declined {
        Some(declined) => with(data, json!({ "declined": declined })),
        None => data,
    }
}

fn texts(report: &Report) -> usize {
    let whole = report.sections.iter().filter(|it| it.text.is_some()).count();
    let statements = report.themes.iter().flat_map(|it| &it.statements);
    let statements = statements.filter(|it| it.findings.is_some()).count();
    whole + statements + report.themes.iter().filter(|it| it.findings.is_some()).count()
}

fn notices(report: &Report) -> Vec<String> {
    let words = |Notice { on, text }: &Notice| match on {
        Some(on) => format!("{on}: {text}"),
        None => text.clone(),
    };
    report.notices.iter().map(words).collect()
}

fn years(report: &Report) -> Vec<(String, Option<u64>)> {
    let years = &report.finance.as_ref().unwrap().years;
    years.iter().map(|it| (it.year.to_string(), it.care_spend_pence)).collect()
}

#[test]
fn the_last_two_years_are_published_as_they_were_known_then() {
    let mut site = Site::shared();
    for (year, pence) in [("2024-25", 5), ("2022-23", 1), ("2023-24", 2), ("2024-25", 3)] {
        site.finance(year, pence);
    }
    let known = vec![("2023-24".to_owned(), Some(2)), ("2024-25".to_owned(), Some(3))];
    assert_eq!(years(&site.draft()), known);
    // What its body has been told is told, as it was.
    assert_eq!(years(&site.report(Wanted::SharedDraft).unwrap()), []);
    site.update("2026-05-04");
    site.finance("2024-25", 9);
    site.finance("2025-26", 4);
    assert_eq!(years(&site.latest()), known);
    let now = [("2024-25".to_owned(), Some(9)), ("2025-26".to_owned(), Some(4))];
    assert_eq!(years(&site.draft()), now);
    site.update("2026-05-05");
    assert_eq!(years(&site.latest()), now);
    assert_eq!(years(&site.read(1, Reader::Public)), known);
    assert_eq!(site.findings(), []);
}

/// Reports that were released before there were financial facts must stay readable, and the same.
#[test]
fn where_nothing_is_recorded_a_released_report_has_no_word_of_finance() {
    let mut site = Site::shared();
    let made = site.next("2026-05-04");
    let file = site.dir.path().join(format!("ledger/publications/{}", made.released));
    let text = std::fs::read_to_string(file).unwrap();
    let members: Value = serde_json::from_str(&text).unwrap();
    let members: Vec<&String> = members.as_object().unwrap().keys().collect();
    assert_eq!(members, ["assessment", "publication", "texts"]);
    let report: ReleasedReport = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&report).unwrap(), text);
    site.record(made);
    assert_eq!(site.latest().finance, None);
}

#[test]
fn an_update_releases_again_what_was_not_rewritten_and_the_first_report_stays_readable() {
    let mut site = Site::published();
    let first = site.latest();
    assert_eq!(notices(&first), [""; 0]);
    site.write(json!({ "section": "summary" }), "third", "2026-05-05");
    site.update("2026-05-06");
    let second = site.latest();
    assert_eq!((summary(&second), texts(&second)), ("third", texts(&first)));
    assert_eq!(site.read(2, Reader::Public), second);
    let again = site.read(1, Reader::Public);
    assert_eq!((summary(&again), &again.themes), ("second", &first.themes));
    assert_eq!(
        notices(&again),
        [format!("2026-05-06: A later report was published: {}.", publication(2))]
    );
    // A review since is about what is published now.
    site.score("safeguarding", 1, "2026-05-11");
    let marked = [site.latest(), site.read(1, Reader::Public)].map(|it| it.dates.reviewed_on);
    assert_eq!(marked, [Some("2026-05-11".parse().unwrap()), None]);
    let wanted = Wanted::Published { publication: Some(publication(3)), reader: Reader::Public };
    assert_eq!(site.report(wanted), None);
    assert_eq!(site.findings(), []);
}

/// The texts of an import are elsewhere; to leave them out without a word would be to lose them.
#[test]
fn an_update_of_an_import_says_where_the_earlier_report_is() {
    const IMPORTED: &str = "X99000001-2025-a";
    let mut site = Site::shared();
    let scores: Vec<Value> = Framework::shipped("la-2025".parse().unwrap())
        .unwrap()
        .statements()
        .map(|(_, it)| json!({ "score": 3, "statement": it.id }))
        .collect();
    let import = json!({
        "assessment": IMPORTED, "framework": "la-2025", "framework_basis": "assumed",
        "kind": "baseline", "kind_basis": "assumed", "month": "2025-03", "organisation": CODE,
        "programme": "formal", "publication": "X99000001-2025-a-p1", "rating": "good",
        "scores": scores, "source": "https://example.org/report",
    });
    site.event("publication_imported", import);
    let draft = Event::DraftWritten(
        site.state().assessments[&id()].drafts.values().next().unwrap().clone(),
    );
    let Event::DraftWritten(mut draft) = draft else { unreachable!() };
    draft.assessment = IMPORTED.parse().unwrap();
    let wanted = |number: Option<u64>| Wanted::Published {
        publication: number.map(|it| PublicationId::derive(draft.assessment, it)),
        reader: Reader::Public,
    };
    let state = site.state();
    let mut made: PublicationMade = serde_json::from_value(first()).unwrap();
    made.assessment = draft.assessment;
    made.publication = PublicationId::derive(draft.assessment, 2);
    let passage = ReleasedPassage { passage: draft.passage, version: draft.version };
    made.passages = vec![passage];
    let state = assessment::evolve(state, &Event::DraftWritten(draft.clone()));
    let contents = site.ledger.contents();
    let report = put_together(&state, &made, &|content| contents.open(content)).unwrap();
    made.released = Digest::from(*vault::Digest::of(&report).as_bytes());
    contents.put(&[], &[&report]).unwrap();
    site.record(made);

    let read = |site: &mut Site, number| {
        site.ledger.report(At::default(), draft.assessment, wanted(number)).unwrap().unwrap()
    };
    let second = read(&mut site, None);
    assert_eq!(texts(&second), 1);
    let earlier = "Texts that are not here stand in the earlier report, which was published before \
                   the ledger was kept. It is at https://example.org/report";
    assert_eq!(notices(&second), [earlier]);
    let first = read(&mut site, Some(1));
    assert_eq!((texts(&first), first.overall.unwrap().rating.as_str()), (0, "Good"));
    assert_eq!(
        notices(&first)[0],
        "2026-05-04: A later report was published: X99000001-2025-a-p2."
    );
    assert!(notices(&first)[1].contains("https://example.org/report"));

    let wanted = Wanted::Draft("2026-05-17".parse().unwrap());
    let drafted =
        |site: &mut Site| site.ledger.report(At::default(), draft.assessment, wanted).unwrap();
    assert_eq!(drafted(&mut site), None);
    site.record(draft.clone());
    assert_eq!(notices(&drafted(&mut site).unwrap()), [earlier]);
}

#[test]
fn a_withdrawn_report_says_so_and_can_still_be_read() {
    let mut site = Site::published();
    let before = site.latest();
    site.withdraw(1, "published_in_error");
    let after = site.latest();
    let State::Published { withdrawn: Some(withdrawn), .. } = after.state else {
        panic!("{:?}", after.state)
    };
    assert_eq!(withdrawn.on, "2026-05-06".parse().unwrap());
    assert_eq!(withdrawn.reason, PublicationWithdrawalReason::PublishedInError);
    assert_eq!((&after.sections, after.overall), (&before.sections, before.overall));
    assert_eq!(site.report(FOR_ITS_BODY), Some(after));
}

/// A text that must not be public is in the earlier report too, unless it was rewritten since.
#[test]
fn what_must_not_be_public_is_read_by_the_regulator_alone() {
    let mut site = Site::published();
    site.finance("2024-25", 1);
    site.update("2026-05-05");
    let open = site.read(2, Reader::Public);
    site.withdraw(2, "not_to_be_public");
    for number in [1, 2] {
        for reader in [Reader::Public, Reader::Body] {
            let report = site.read(number, reader);
            assert_eq!((texts(&report), &report.finance), (0, &None), "{number} {reader:?}");
            assert!(!serde_json::to_string(&report).unwrap().contains("second"));
            let says = notices(&report);
            assert!(says.iter().any(|it| it.contains("must not be public")), "{says:?}");
        }
        assert_eq!(texts(&site.read(number, Reader::Regulator)), texts(&open));
    }
    // What is issued in its place was looked at again.
    site.write(json!({ "section": "summary" }), "harmless", "2026-05-07");
    let made = site.next("2026-05-08");
    let (replaces, reason) = (publication(2), ReissueReason::AfterWithdrawal);
    site.record(PublicationReissued { made, reason, replaces, text: None });
    assert_eq!(summary(&site.latest()), "harmless");
    assert_eq!(texts(&site.read(2, Reader::Public)), 0);
}

#[test]
fn a_reissued_report_and_the_one_it_replaces_name_each_other() {
    let mut site = Site::published();
    site.write(json!({ "section": "summary" }), "third", "2026-05-05");
    let made = site.next("2026-05-06");
    let (replaces, reason) = (publication(1), ReissueReason::ErrorInText);
    site.record(PublicationReissued { made, reason, replaces, text: None });
    let second = site.latest();
    assert_eq!(summary(&second), "third");
    let place =
        "This takes the place of X99000001-2026-a-p1, because there was an error in the text.";
    assert_eq!(notices(&second), [place]);
    let took = "2026-05-06: X99000001-2026-a-p2 took its place.";
    assert_eq!(notices(&site.read(1, Reader::Public)), [took]);
    site.update("2026-05-07");
    let later = "2026-05-07: A later report was published: X99000001-2026-a-p3.";
    assert_eq!(notices(&site.read(1, Reader::Public)), [took, later]);
    assert_eq!(notices(&site.read(2, Reader::Public)), [later, place]);
    assert_eq!(site.findings(), []);
}

#[test]
fn a_review_of_the_process_shows_while_it_waits() {
    let mut site = Site::published();
    site.event("process_review_requested", request(Some("late")));
    assert_eq!(notices(&site.latest()), [""; 0]);
    let position = site.event("process_review_requested", request(None));
    let waits = "2026-05-10: A review of the rating process behind X99000001-2026-a-p1 was \
                 requested. The rating may change, either way.";
    assert_eq!(notices(&site.latest()), [waits]);
    assert_eq!(site.report(FOR_ITS_BODY), Some(site.latest()));
    let struck = site.strike_out(position);
    assert_eq!(notices(&site.latest()), [""; 0]);
    site.strike_out(struck);
    assert_eq!(notices(&site.latest()), [waits]);
    let decided = json!({
        "by": "p-050", "decided_on": "2026-05-12", "outcome": "not_upheld",
        "publication": publication(1), "text": request(None)["text"],
    });
    site.event("process_review_decided", decided);
    assert_eq!(notices(&site.latest()), [""; 0]);
}

#[test]
fn what_sources_disagree_about_is_named_until_it_is_resolved() {
    let mut site = Site::published();
    let stated = |source: &str, value: Value| json!({ "source": source, "value": value });
    let conflict = |field: Value, a: Value, b: Value| {
        json!({
            "a": stated("Report", a), "assessment": ASSESSMENT, "b": stated("Press", b),
            "field": field, "noted_on": "2026-05-09",
        })
    };
    let overall = conflict(json!("overall_score"), json!({ "percent": 64 }), json!("not_stated"));
    let statement = json!({ "statement": "safeguarding" });
    let score = conflict(statement, json!({ "score": 1 }), json!({ "score": 2 }));
    site.event("conflict_recorded", overall.clone());
    site.event("conflict_recorded", score);
    let says = "2026-05-09: Two sources differ about the score of \"Safeguarding\": 1 (Report), \
                and 2 (Press). Which is right is open.";
    assert_eq!(
        notices(&site.latest()),
        [
            "2026-05-09: Two sources differ about the overall score: 64 % (Report), and not \
             stated (Press). Which is right is open.",
            says,
        ]
    );
    let used = json!({ "used": { "reason": "in_report", "value": "a" } });
    site.event("conflict_recorded", with(overall, used));
    assert_eq!(notices(&site.latest()), [says]);
}

/// What a body was told stays told, also where it is found later that it was wrong.
#[test]
fn a_shared_draft_stays_what_it_was_when_something_in_it_is_struck_out() {
    let mut site = Site::shared();
    let shared = site.report(Wanted::SharedDraft).unwrap();
    let end = site.ledger.end().unwrap().head;
    let (mut reviews, mut shares) = (Vec::new(), Vec::new());
    let mut records = site.ledger.store.records(0, &end).unwrap();
    while let Some(entry) = records.next().unwrap() {
        match entry.record.kind {
            "score_reviewed" => reviews.push(entry.record.position),
            "draft_shared" => shares.push(entry.record.position),
            _ => {}
        }
    }
    let before = site.draft();
    site.strike_out(reviews[0]);
    assert_eq!(site.report(Wanted::SharedDraft), Some(shared));
    assert_ne!(site.draft().overall, before.overall);
    // Only if it was never shared it was never told.
    site.strike_out(shares[0]);
    assert_eq!(site.report(Wanted::SharedDraft), None);
}

/// What waits for a comprehensive assessment must not be seen in the draft of an update.
#[test]
fn the_draft_of_an_update_has_no_score_that_waits() {
    let mut site = Site::published();
    let framework = Framework::shipped("la-2025".parse().unwrap()).unwrap();
    let waits = super::super::waits(&site.state().assessments[&id()], &framework);
    assert!(waits, "this framework changes ratings only at a comprehensive assessment");
    let before = site.draft();
    site.score("assessing-needs", 1, "2026-05-10");
    let after = site.draft();
    assert_eq!((&after.themes, after.overall), (&before.themes, before.overall));
}
