//! From the records of a command back to the command: what the rules added is left out, and what
//! the command left open is said as it was decided.

use assessment::command::*;
use assessment::event::{
    AssessmentOpened, EvidenceUsed, ImportedPublicationReplaced, OrganisationAmended,
    OrganisationRegistered, PanelDecided, PublicationImported, PublicationReissued,
    SampleCommitted, ScoreReviewed,
};
use assessment::{Command, Event, Name, OrganisationCode};
use serde_json::Value;

/// Kinds of records whose data are those of their command, but for what the rules add: the kind,
/// the command, and the members that are added.
const ALIKE: &[(&str, &str, &[&str])] = &[
    ("ledger_key_recorded", "record_ledger_key", &[]),
    ("ledger_key_rotated", "rotate_ledger_key", &["previous"]),
    ("framework_adopted", "adopt_framework", &["process_digest", "scoring_digest"]),
    ("process_revised", "revise_process", &["process_digest"]),
    ("calendar_added", "add_calendar", &[]),
    ("organisation_registered", "register_organisation", &[]),
    ("organisation_amended", "amend_organisation", &[]),
    ("area_member_added", "add_area_member", &[]),
    ("area_member_ended", "end_area_member", &[]),
    ("finance_recorded", "record_finance", &[]),
    ("assessment_amended", "amend_assessment", &[]),
    ("assessment_cancelled", "cancel_assessment", &[]),
    ("evidence_requested", "request_evidence", &["answered_by", "request"]),
    ("evidence_submitted", "submit_evidence", &["evidence", "late"]),
    ("evidence_withdrawn", "withdraw_evidence", &[]),
    ("evidence_erased", "erase_evidence", &["sealed"]),
    ("sample_seeded", "seed_sample", &[]),
    ("sample_drawn", "draw_sample", &["drawn_on", "items"]),
    ("sample_item_scored", "score_sample_item", &[]),
    ("sample_item_judged", "judge_sample_item", &[]),
    ("panel_convened", "convene_panel", &["panel", "recused"]),
    ("panel_confirmed", "confirm_panel", &["recused", "scores"]),
    ("draft_extended", "extend_draft", &["previous_due_on"]),
    ("draft_confirmed", "confirm_draft", &[]),
    ("comment_submitted", "submit_comment", &["comment", "late", "unsupported"]),
    ("comment_resolved", "resolve_comment", &[]),
    ("publication_withdrawn", "withdraw_publication", &[]),
    ("section_50_notified", "notify_section_50", &["statements"]),
    ("process_review_requested", "request_process_review", &["declined", "due_on"]),
    ("process_review_decided", "decide_process_review", &[]),
    ("conflict_recorded", "record_conflict", &[]),
    (
        "national_report_published",
        "publish_national_report",
        &["national", "published_on", "released"],
    ),
];

/// What a strike-out's record has beside its command.
const ADDED_TO_STRIKE_OUT: [&str; 4] = ["assessment", "organisation", "publication", "struck"];

/// The command that some records came of, all of them; nothing where no rule decides on them, as
/// on the opening of a ledger.
///
/// # Errors
///
/// Why no command comes to them.
pub(crate) fn command_of<'a>(
    events: &[Event],
    known: impl Fn(OrganisationCode) -> Option<&'a OrganisationRegistered>,
) -> Option<Result<Command, String>> {
    Some(Ok(match events {
        [.., Event::PublicationImported(import)] => import_of(events, import).into(),
        [
            ..,
            Event::ImportedPublicationReplaced(ImportedPublicationReplaced { import, reason }),
        ] => ImportPublication { replace: Some(*reason), ..import_of(events, import) }.into(),
        [Event::OrganisationAmended(amended)] if !amended.aliases.is_empty() => {
            completion_of(amended, known(amended.code)?).into()
        }
        [Event::OrganisationSucceeded(first), ..] => {
            let old = events.iter().filter_map(|event| match event {
                Event::OrganisationSucceeded(event) => Some(event.code),
                _ => None,
            });
            SucceedOrganisations { into: first.into, old: old.collect(), on: first.on }.into()
        }
        [Event::AssessmentOpened(opened), rest @ ..] => opening_of(opened, rest).into(),
        [Event::ScoreReviewed(review)] => review_of(review).into(),
        [Event::EvidenceUsed(first), ..] => use_of(first, events).into(),
        [Event::PanelDecided(decided)] => match decision_of(decided) {
            Some(command) => command.into(),
            None => return Some(Err("a score is adjusted without a text".to_owned())),
        },
        [Event::DraftWritten(draft)] => WriteDraft {
            assessment: draft.assessment,
            content: draft.content.clone(),
            section: draft.passage.section,
            statement: draft.passage.statement,
            theme: draft.passage.theme,
            written_on: draft.written_on,
        }
        .into(),
        [Event::DraftShared(first), ..] => {
            let recipients = events.iter().filter_map(|event| match event {
                Event::DraftShared(event) => Some(event.recipient),
                _ => None,
            });
            let (assessment, shared_on) = (first.assessment, first.shared_on);
            ShareDraft { assessment, recipients: recipients.collect(), shared_on }.into()
        }
        [Event::PublicationMade(made)] => MakePublication {
            assessment: made.assessment,
            by: Some(made.by),
            published_on: made.published_on,
        }
        .into(),
        [Event::PublicationReissued(reissued)] => reissue_of(reissued).into(),
        [Event::SampleCommitted(committed)] => commitment_of(committed).into(),
        [event @ Event::RecordStruckOut(_)] => {
            return Some(alike(event, "strike_out", &ADDED_TO_STRIKE_OUT));
        }
        [event, ..] => {
            let (_, command, added) = ALIKE.iter().find(|(kind, ..)| *kind == event.kind())?;
            return Some(alike(event, command, added));
        }
        [] => return None,
    }))
}

/// The size of a sample is said only where nothing else says it.
fn commitment_of(committed: &SampleCommitted) -> CommitSample {
    let follows = committed.confidence.is_some() || committed.each.is_some();
    CommitSample {
        as_of: committed.as_of,
        by: Some(committed.by),
        confidence: committed.confidence,
        each: committed.each,
        population: committed.population.clone(),
        seed_from: committed.seed_from.clone(),
        size: (!follows).then_some(committed.size),
        strata: committed.strata.clone(),
        tolerable_error: committed.tolerable_error,
    }
}

/// The command whose data are those of an event without what the rules added.
fn alike(event: &Event, command: &str, added: &[&str]) -> Result<Command, String> {
    let mut data = event.encode();
    if let Value::Object(members) = &mut data {
        members.retain(|name, _| !added.contains(&name.as_str()));
    }
    Command::decode(command, &data.to_string()).map_err(|error| error.to_string())
}

fn import_of(events: &[Event], import: &PublicationImported) -> ImportPublication {
    let registered = events.iter().find_map(|event| match event {
        Event::OrganisationRegistered(event) => Some(event),
        _ => None,
    });
    // A name that was derived stands beside the one that it was derived from. Of a body that is
    // known already the name in the row is not looked at.
    let name = registered.map(|it| it.official_name.as_ref().unwrap_or(&it.name).clone());
    let unknown = || import.organisation.to_string().parse::<Name>();
    ImportPublication {
        accept_disagreement: import.disagreement.map(|it| it.reason),
        date: import.date,
        framework: import.framework,
        month: import.month,
        name: name.unwrap_or_else(|| unknown().expect("a code can be a name")),
        organisation: import.organisation,
        partial: import.scores.is_empty(),
        programme: import.programme,
        rating: import.rating,
        replace: None,
        score: import.score,
        scores: import.scores.iter().map(|cell| cell.score).collect(),
        source: import.source.clone(),
    }
}

/// A body that an import made known by its name alone is completed by its registration.
fn completion_of(
    amended: &OrganisationAmended,
    known: &OrganisationRegistered,
) -> RegisterOrganisation {
    let mut completed = known.clone();
    completed.amend(amended);
    RegisterOrganisation {
        aliases: completed.aliases,
        as_at: completed.as_at,
        code: completed.code,
        fictional: completed.fictional,
        kind: completed.kind,
        name: completed.name,
        name_basis: Some(completed.name_basis),
        official_name: completed.official_name,
        region: completed.region,
    }
}

fn opening_of(opened: &AssessmentOpened, rest: &[Event]) -> OpenAssessment {
    let plan = match rest {
        [Event::AssessmentAmended(plan)] => Some(plan),
        _ => None,
    };
    OpenAssessment {
        framework: opened.framework,
        information_return_on: plan.and_then(|plan| plan.information_return_on),
        kind: opened.kind,
        notice_on: plan.and_then(|plan| plan.notice_on),
        opened_on: opened.opened_on,
        organisation: opened.organisation,
        site_visit_on: plan.and_then(|plan| plan.site_visit_on),
        team: plan.map_or(vec![], |plan| plan.team.clone()),
    }
}

fn review_of(review: &ScoreReviewed) -> ReviewScore {
    ReviewScore {
        assessment: Some(review.assessment),
        by: Some(review.by),
        category: review.category,
        comment: review.comment,
        correction: review.correction,
        evidence: review.evidence.clone(),
        organisation: review.assessment.organisation(),
        reason: review.reason,
        reviewed_on: review.reviewed_on,
        role: Some(review.role),
        score: review.score,
        statement: review.statement,
        text: review.text.clone(),
        was: None,
    }
}

fn use_of(first: &EvidenceUsed, events: &[Event]) -> UseEvidence {
    let evidence = events.iter().filter_map(|event| match event {
        Event::EvidenceUsed(event) => Some(event.evidence),
        _ => None,
    });
    let (assessment, used_on) = (first.assessment, first.used_on);
    UseEvidence { assessment, evidence: evidence.collect(), used_on }
}

fn decision_of(decided: &PanelDecided) -> Option<DecidePanel> {
    let mut adjustments = Vec::new();
    for score in &decided.scores {
        let Some(reason) = score.reason else { continue };
        adjustments.push(Adjustment {
            category: score.category,
            reason,
            score: score.score,
            statement: score.statement,
            text: score.text.clone()?,
        });
    }
    Some(DecidePanel {
        adjustments,
        assessment: decided.assessment,
        decided_on: decided.decided_on,
        members: decided.members.clone(),
        panel: decided.panel,
    })
}

fn reissue_of(reissued: &PublicationReissued) -> ReissuePublication {
    ReissuePublication {
        by: Some(reissued.made.by),
        publication: reissued.replaces,
        published_on: reissued.made.published_on,
        reason: reissued.reason,
        text: reissued.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Records of commands that are put together above.
    const PUT_TOGETHER: [&str; 15] = [
        "assessment_opened",
        "draft_shared",
        "draft_written",
        "evidence_attributed",
        "evidence_used",
        "imported_publication_replaced",
        "organisation_succeeded",
        "panel_decided",
        "publication_imported",
        "publication_made",
        "publication_reissued",
        "record_struck_out",
        "sample_committed",
        "score_reviewed",
        "assessment_amended",
    ];
    /// Records that no command of the rules comes to.
    const NOT_DECIDED: [&str; 1] = ["ledger_opened"];

    /// A kind of record that is forgotten here would never be checked against the rules.
    #[test]
    fn every_kind_of_record_goes_back_to_its_command() {
        let alike = ALIKE.iter().map(|(kind, ..)| *kind);
        let known: BTreeSet<&str> = alike.chain(PUT_TOGETHER).chain(NOT_DECIDED).collect();
        assert_eq!(known, Event::KINDS.iter().copied().collect());
        let commands: BTreeSet<&str> = ALIKE.iter().map(|(_, command, _)| *command).collect();
        let all: BTreeSet<&str> = Command::KINDS.iter().copied().collect();
        assert!(commands.is_subset(&all), "{:?}", commands.difference(&all));
    }
}
