//! What the public sees: a fold of its own, over the records that make something public.
//!
//! Nothing is filtered out at the end, as nothing else is ever taken in. Two ledgers that differ
//! only in other records show the same, so what comes of a record here may depend on public
//! records alone.
//!
//! A publication makes its scores public; a later review makes at most its date public: that a
//! published statement "was reviewed, and when". The review must have moved no published level.
//! Whether it did is asked of the statement alone, taken together with what is public: a statement
//! at its published score moves neither its theme nor the whole. What other statements have come
//! to since is not asked, as that may stand in reviews that are not public.

use crate::cell::Judgement;
use crate::fold::{Effect, Fact, Projections};
use crate::reviewed::Reviewed;
use crate::standing::{Reading, Standing};
use assessment::Event;
use assessment::event::ScoreReviewed;
use assessment::framework::Framework;

/// The kinds of records that make something public, each with what of it becomes so. The public
/// projection takes in no other.
pub const MAKES_PUBLIC: &[(&str, &str)] = &[
    ("framework_adopted", "the framework"),
    ("organisation_registered", "the body"),
    ("organisation_amended", "what is known of the body from then on"),
    ("organisation_succeeded", "what took the place of the body, and when"),
    ("area_member_added", "the membership of a system's area"),
    ("area_member_ended", "the end of the membership of a system's area"),
    ("publication_imported", "what was published"),
    ("imported_publication_replaced", "what was published, as corrected"),
    ("publication_made", "the released report, with its ratings and its statement scores"),
    ("publication_withdrawn", "that a publication was withdrawn, when and why"),
    ("publication_reissued", "the report that took the place of another, and why"),
    ("process_review_requested", "that a review waits, of a request that was not declined"),
    ("process_review_decided", "that a review of the rating process waits no more"),
    ("conflict_recorded", "what two sources state of a published assessment"),
    ("record_struck_out", "that a record which made something public is void"),
    (
        "score_reviewed",
        "the date alone, of a review of a published statement that moved no published level",
    ),
    ("national_report_published", "the report: counts over all bodies, and what it says"),
];

impl Projections {
    /// Takes in the next record as the public sees it, with 0 for its position: how many records
    /// there are between those that make something public is not public.
    pub fn apply_public(&mut self, fact: &Fact<'_>) -> Vec<Effect> {
        if !MAKES_PUBLIC.iter().any(|(kind, _)| *kind == fact.event.kind()) {
            return vec![];
        }
        match fact.event {
            Event::ScoreReviewed(event) => {
                self.note_date(event, fact.position).into_iter().collect()
            }
            _ => self.take_in(fact, Reading::Publications),
        }
    }

    /// Takes in the date of a review, if that is public.
    fn note_date(&mut self, event: &ScoreReviewed, position: u64) -> Option<Effect> {
        let body = self.bodies.get_mut(&event.assessment.organisation())?;
        let standing = body.standings.get_mut(&event.assessment)?;
        let framework = &self.frameworks.get(&standing.framework)?.framework;
        standing.note_date(event, framework, position)?;
        body.reviews += 1;
        Some(Effect::Reviewed(Reviewed {
            framework: framework.id,
            statement: event.statement,
            reviewed_on: event.reviewed_on,
            score: None,
            outcome: None,
            by: None,
            position,
        }))
    }
}

impl Standing {
    /// Notes the date of a review that leaves its statement at the published score. A category
    /// score of it is kept, as the next one is judged together with it; no row shows it.
    fn note_date(
        &mut self,
        event: &ScoreReviewed,
        framework: &Framework,
        position: u64,
    ) -> Option<()> {
        let statement = framework.statement(event.statement)?.1;
        let cell = self.cell_mut(event.statement)?;
        let published = cell.published?;
        let mut tried = cell.clone();
        tried.enter(event.category, Judgement::published(event.score, position));
        if event.category.is_some() {
            tried.roll_up(framework, statement);
        }
        if tried.judged.map(|judgement| judgement.score) != Some(published) {
            return None;
        }
        cell.categories = tried.categories;
        cell.mark(event, position);
        Some(())
    }
}
