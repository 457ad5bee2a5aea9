//! Nobody resolved a comment on what they scored.

use super::with_reviews;
use super::{Check, Finding, Records, framework, own_work, reviews, scored_in_words, walk};
use crate::timeline::about_what;
use assessment::event::CommentSubject;
use assessment::framework::Framework;
use assessment::{Event, StatementId};

/// One finding for each resolution by somebody who had scored what the comment is about, or did
/// so before that was published.
pub(super) fn check(records: &Records<'_>) -> Vec<Finding> {
    let reviews = reviews(records);
    let mut found = Vec::new();
    walk(records, &mut |state, position, event| {
        let Event::CommentResolved(resolved) = event else { return };
        let id = resolved.comment.assessment();
        let Some(comment) = state.comment(resolved.comment) else { return };
        let Some(framework) = framework(state, id) else { return };
        let about = comment.facts.about;
        let is_meant = |statement| covers(about, statement, framework);
        let own = own_work(&reviews, (resolved.by, id), position, is_meant);
        if own.is_empty() {
            return;
        }
        let scored = scored_in_words(resolved.by, &own);
        let (comment, on) = (resolved.comment, resolved.resolved_on);
        let about = about_what(about);
        found.push(Finding {
            check: Check::Comments,
            organisation: id.organisation(),
            assessment: id,
            subject: comment.to_string(),
            what: format!("{scored}, and resolved {comment}, about {about}, on {on}"),
            days_late: None,
            positions: with_reviews(&own, position),
        });
    });
    found
}

/// Whether a comment may be about a quality statement; a page may hold anything of the report.
fn covers(about: CommentSubject, statement: StatementId, framework: &Framework) -> bool {
    match about {
        CommentSubject::Page(_) => true,
        CommentSubject::Statement(id) => id == statement,
        CommentSubject::Theme(id) => {
            framework.statement(statement).is_some_and(|(theme, _)| theme.id == id)
        }
    }
}
