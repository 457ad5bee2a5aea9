//! What a reader must know before a report: what became of it, and what is open about it.

use super::published::{Release, Releases, What};
use crate::report::{Notice, Reader};
use assessment::event::{
    ConflictField, ConflictRecorded, PublicationImported, ReissueReason, Stated, StatedValue,
};
use assessment::framework::Framework;
use assessment::state::Assessment;
use assessment::{PartialDate, SourceUrl};
use projections::Reissue;

/// What a reader of a published report must know first.
pub(super) fn published(
    releases: &Releases,
    release: &Release,
    framework: &Framework,
    reader: Reader,
) -> Vec<Notice> {
    let mut notices = successors(releases, release);
    notices.extend(withheld(releases, release, reader));
    if let Some(Reissue { replaces, reason }) = release.reissue {
        let why = reason_of_reissue(reason);
        notices.push(undated(format!("This takes the place of {replaces}, because {why}.")));
    }
    for request in &releases.pending {
        let text = format!(
            "A review of the rating process behind {} was requested. The rating may change, \
             either way.",
            request.publication
        );
        notices.push(dated(request.received_on, text));
    }
    let open = releases.conflicts.values().filter(|conflict| conflict.is_unresolved());
    notices.extend(open.map(|it| dated(it.noted_on, conflict(it, framework))));
    match &release.what {
        What::Imported(import) => notices.extend(imported(import)),
        What::Made(made) => {
            let missing = made.passages.len() < framework.process.passages(framework).len();
            let earlier = releases.all.iter().find_map(|it| match &it.what {
                What::Imported(import) if missing => Some(import),
                _ => None,
            });
            notices.extend(earlier.map(|import| undated(elsewhere(import.source.as_ref()))));
        }
    }
    notices
}

/// What a reader of a draft must know first.
pub(super) fn draft(assessment: &Assessment) -> Vec<Notice> {
    let cancelled = assessment.cancelled.as_ref();
    let cancelled =
        cancelled.map(|it| dated(it.cancelled_on, "The assessment was cancelled.".to_owned()));
    let import = assessment.import.as_ref();
    let earlier = import.map(|import| undated(elsewhere(import.source.as_ref())));
    cancelled.into_iter().chain(earlier).collect()
}

/// What was published after it.
fn successors(releases: &Releases, release: &Release) -> Vec<Notice> {
    let publication = release.publication();
    let takes_its_place =
        |it: &&Release| it.reissue.is_some_and(|reissue| reissue.replaces == publication);
    let replacement = releases.all.iter().find(takes_its_place);
    let mut notices = Vec::new();
    if let Some(it) = replacement {
        notices.push(dated(it.published_on(), format!("{} took its place.", it.publication())));
    }
    if let Some(last) = releases.all.last()
        && !releases.is_latest(release)
        && replacement.is_none_or(|it| it.publication() != last.publication())
    {
        let text = format!("A later report was published: {}.", last.publication());
        notices.push(dated(last.published_on(), text));
    }
    notices
}

fn withheld(releases: &Releases, release: &Release, reader: Reader) -> Option<Notice> {
    let sake = releases.withheld(release, reader)?;
    Some(undated(if sake == release.publication() {
        "Its texts are not shown: it says something that must not be public.".to_owned()
    } else {
        format!(
            "Its texts are not shown: {sake}, which may say the same, says something that must \
             not be public."
        )
    }))
}

fn imported(import: &PublicationImported) -> Vec<Notice> {
    let mut texts = vec![format!(
        "This was published before the ledger was kept, which does not hold its text.{}",
        place(import.source.as_ref())
    )];
    if import.scores.is_empty() {
        texts.push("The scores of its quality statements are not known.".to_owned());
    }
    if let Some(disagreement) = &import.disagreement {
        let (rating, score) = (disagreement.computed_rating, disagreement.computed_score);
        texts.push(format!(
            "It was published as {}, and its scores give {rating}, {score} %.",
            import.rating
        ));
    }
    texts.into_iter().map(undated).collect()
}

/// Where the texts are that were not written again.
fn elsewhere(source: Option<&SourceUrl>) -> String {
    format!(
        "Texts that are not here stand in the earlier report, which was published before the \
         ledger was kept.{}",
        place(source)
    )
}

fn place(source: Option<&SourceUrl>) -> String {
    source.map(|source| format!(" It is at {source}")).unwrap_or_default()
}

/// Both values with their sources.
fn conflict(conflict: &ConflictRecorded, framework: &Framework) -> String {
    let field = match conflict.field {
        ConflictField::OverallRating => "the overall rating".to_owned(),
        ConflictField::OverallScore => "the overall score".to_owned(),
        ConflictField::PublicationDate => "the date of publication".to_owned(),
        ConflictField::Statement(id) => {
            let name = framework.statement(id).map(|(_, it)| it.name.value.clone());
            format!("the score of \"{}\"", name.unwrap_or_else(|| id.to_string()))
        }
    };
    let stated = |Stated { source, value }: &Stated| {
        let unit = if matches!(value, StatedValue::Percent(_)) { " %" } else { "" };
        format!("{value}{unit} ({source})")
    };
    let (a, b) = (stated(&conflict.a), stated(&conflict.b));
    format!("Two sources differ about {field}: {a}, and {b}. Which is right is open.")
}

fn reason_of_reissue(reason: ReissueReason) -> &'static str {
    match reason {
        ReissueReason::AfterWithdrawal => "that was withdrawn and is put right",
        ReissueReason::ErrorInText => "there was an error in the text",
        ReissueReason::BasisStruckOut => "what that rested on was struck out",
        ReissueReason::ProcessReview => "a review found that the process was not followed",
    }
}

fn dated(on: PartialDate, text: String) -> Notice {
    Notice { on: Some(on), text }
}

fn undated(text: String) -> Notice {
    Notice { on: None, text }
}
