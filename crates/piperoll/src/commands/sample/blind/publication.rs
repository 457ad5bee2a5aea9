//! What a second reader of a publication needs: its passages, what was rated with them, and how
//! the check of the draft had come out by then.

use super::super::items::Decided;
use super::parts::{Part, Reading};
use crate::exit::Failure;
use assessment::event::{CommentSubject, PublicationImported, PublicationMade, StatementScore};
use assessment::framework::{Framework, Passage};
use assessment::scoring::{Percent, Rating};
use assessment::state::{Assessment, Comment, Panel, Window};
use assessment::{Event, PublicationId, ThemeId};
use ledger::{AsOf, At, Ledger};

/// The part that names the publication.
pub const PUBLICATION: &str = "publication";

impl Reading {
    /// What is to be read of a publication, made here or taken in. Everything beside it is as it
    /// stood when it was recorded.
    pub(super) fn publication(
        &mut self,
        ledger: &mut Ledger,
        decided: &Decided,
    ) -> Result<(), Failure> {
        let Some(id) = decided.event.assessment() else { return Ok(()) };
        let as_of = Some(AsOf::Position(decided.item.id.position().saturating_sub(1)));
        let then = ledger.state(At { as_of, ..At::default() }, &|_| vec![id.organisation()])?;
        let (made, place) = match &decided.event {
            Event::PublicationMade(made) => (made, None),
            Event::PublicationReissued(it) => {
                (&it.made, Some(format!("in place of {} ({})", it.replaces, it.reason)))
            }
            Event::PublicationImported(it) => {
                self.imported(it, then.frameworks.get(&it.framework), None);
                return Ok(());
            }
            Event::ImportedPublicationReplaced(it) => {
                let place = "in place of what was taken in before".to_owned();
                self.imported(&it.import, then.frameworks.get(&it.import.framework), Some(place));
                return Ok(());
            }
            _ => return Ok(()),
        };
        let dates = [("evidence assessed", made.assessed_on), ("rated", made.rated_on)];
        let dates = dates.into_iter().filter_map(|(what, on)| Some(format!("{what} {}", on?)));
        let states: Vec<String> = place.into_iter().chain(dates).collect();
        self.named(made.publication, made.kind.as_str(), &states);
        let framework = then.frameworks.get(&made.framework);
        let assessment = then.assessments.get(&id);
        self.rated(made, framework, assessment);
        let Some(assessment) = assessment else { return Ok(()) };
        self.steps(assessment);
        for (number, released) in (1..).zip(&made.passages) {
            let (passage, version) = (released.passage, released.version);
            match assessment.drafts.get(&passage).filter(|draft| draft.version == version) {
                Some(draft) => self.written(ledger, &file(number, passage), draft)?,
                None => {
                    let part = self.add("passage");
                    part.name = Some(passage.to_string());
                    part.state = Some(format!("version {version}, which is not in the ledger"));
                }
            }
        }
        assessment.comments.iter().try_for_each(|it| self.remark(ledger, it))
    }

    fn named(&mut self, id: PublicationId, kind: &str, states: &[String]) {
        let part = self.add(PUBLICATION);
        part.id = Some(id.to_string());
        part.name = Some(format!("of a {kind} assessment"));
        part.state = (!states.is_empty()).then(|| states.join("; "));
    }

    /// The ratings and scores that were published, and which of them were not those in force.
    fn rated(
        &mut self,
        made: &PublicationMade,
        framework: Option<&Framework>,
        assessment: Option<&Assessment>,
    ) {
        let rating = self.add("rating");
        rating.name = Some(made.overall.map_or("none is awarded".to_owned(), |overall| {
            level(overall.rating, Some(overall.score))
        }));
        for theme in &made.themes {
            let part = self.add("theme");
            part.id = Some(theme.theme.to_string());
            part.name = framework.and_then(|framework| theme_name(framework, theme.theme));
            part.state = Some(level(theme.rating, Some(theme.score)));
        }
        for scored in &made.scores {
            let part = self.score(scored, framework);
            let then = assessment.zip(framework);
            let then = then.and_then(|(then, of)| then.statement_score(of, scored.statement));
            if let Some(then) = then.filter(|then| *then != scored.score) {
                part.state = Some(format!("{}; the score in force was {then}", scored.score));
            }
            let own = made.categories.iter().filter(|it| it.statement == scored.statement);
            for scored in own {
                let categories = framework.map(|it| it.scoring.categories.iter());
                let category =
                    categories.and_then(|mut all| all.find(|it| it.id == scored.category));
                let part = self.add("category");
                part.id = Some(scored.category.to_string());
                part.name = category.map(|it| it.name.value.clone());
                part.state = Some(scored.score.to_string());
            }
        }
    }

    fn score(&mut self, scored: &StatementScore, framework: Option<&Framework>) -> &mut Part {
        let known = framework.and_then(|framework| framework.statement(scored.statement));
        let part = self.add("score");
        part.id = Some(scored.statement.to_string());
        part.name = known.map(|(_, statement)| statement.name.value.clone());
        part.state = Some(scored.score.to_string());
        part
    }

    /// What a panel had done, and who had had the draft for how long.
    fn steps(&mut self, assessment: &Assessment) {
        self.add("panel").state = Some(match &assessment.panel {
            None => "none decided".to_owned(),
            Some(Panel { decided_on, settled_on, .. }) if decided_on == settled_on => {
                format!("decided on {decided_on}")
            }
            Some(panel) => {
                format!("decided on {}, confirmed on {}", panel.decided_on, panel.settled_on)
            }
        });
        for (recipient, window) in &assessment.windows {
            let Window { shared_on, due_on, confirmed_on, changed_since, .. } = window;
            let dates = format!("shared on {shared_on}, comments until {due_on}");
            let confirmed = confirmed_on.map(|on| format!("no further ones, as said on {on}"));
            let changed = changed_since.then(|| "changed since".to_owned());
            let states = std::iter::once(dates).chain(confirmed).chain(changed);
            let part = self.add("draft");
            part.name = Some(format!("for the {}", recipient.as_str().replace('_', " ")));
            part.state = Some(states.collect::<Vec<_>>().join("; "));
        }
    }

    /// A comment on the draft, and whether it was dealt with.
    fn remark(&mut self, ledger: &Ledger, comment: &Comment) -> Result<(), Failure> {
        let about = match comment.facts.about {
            CommentSubject::Page(page) => format!("on page {page} of the draft"),
            CommentSubject::Statement(id) => format!("on {id}"),
            CommentSubject::Theme(id) => format!("on {id}"),
        };
        let outcome = comment.resolved.as_ref().map_or("not resolved".to_owned(), |resolved| {
            format!("{} on {} ({})", resolved.outcome, resolved.resolved_on, resolved.reason)
        });
        self.said(ledger, &comment.facts, Some(format!("{about}; {outcome}")))
    }

    /// What was published before this ledger: its texts were never in it.
    fn imported(
        &mut self,
        import: &PublicationImported,
        framework: Option<&Framework>,
        place: Option<String>,
    ) {
        let taken_in = "taken in from before this ledger".to_owned();
        let states: Vec<String> = std::iter::once(taken_in).chain(place).collect();
        self.named(import.publication, import.kind.as_str(), &states);
        let rating: &mut Part = self.add("rating");
        rating.name = Some(level(import.rating, import.score));
        rating.state = import.disagreement.as_ref().map(|it| {
            let computed = level(it.computed_rating, Some(it.computed_score));
            format!("the scores give {computed}; taken in as published")
        });
        for scored in &import.scores {
            self.score(scored, framework);
        }
        let source = import.source.as_ref();
        self.add("source").name =
            Some(source.map_or("no address is recorded".to_owned(), ToString::to_string));
    }
}

/// A rating, and the score that it stands for where that is known.
fn level(rating: Rating, score: Option<Percent>) -> String {
    score.map_or(rating.to_string(), |score| format!("{rating}, {score} %"))
}

fn theme_name(framework: &Framework, id: ThemeId) -> Option<String> {
    let theme = framework.scoring.themes.iter().find(|theme| theme.id == id);
    theme.map(|theme| theme.name.value.clone())
}

/// A name for the file of a passage, which sorts as the report is read.
fn file(number: u64, passage: Passage) -> String {
    let subject = passage.statement.as_ref().map(ToString::to_string);
    let subject = subject.or(passage.theme.as_ref().map(ToString::to_string));
    let names = std::iter::once(passage.section.as_str().replace('_', "-")).chain(subject);
    format!("{number:02}-{}", names.collect::<Vec<_>>().join("-"))
}
