//! Whether what was published is what the records before it come to.

use super::choice::PublishedAs;
use crate::verify::{command_of, difference};
use assessment::event::{DraftShared, PublicationImported, PublicationMade};
use assessment::framework::{Framework, Method};
use assessment::scoring::{Level, Rating, Score};
use assessment::{Context, Event, PartialDate, State, decide, replay};
use chrono::NaiveDate;

/// The publication's record, with what stands before it.
pub(super) struct Published<'a> {
    /// The event.
    pub(super) event: &'a Event,
    /// Who recorded it.
    pub(super) actor: &'a str,
    /// On which day it was recorded.
    pub(super) today: NaiveDate,
    /// The records before it, oldest first, also those that are void.
    pub(super) before: Vec<(u64, &'a Event)>,
}

impl Published<'_> {
    /// Derives what was published from the records before it, and says it in one sentence.
    ///
    /// # Errors
    ///
    /// The first difference, in words.
    pub(super) fn derive(&self) -> Result<String, String> {
        let state = replay(self.before.iter().copied());
        match PublishedAs::of(self.event) {
            Some(PublishedAs::Made(made)) => self.decide(&state, made),
            Some(PublishedAs::Imported(import)) => imported(&state, import),
            None => Err(format!("it is a `{}`, which publishes nothing", self.event.kind())),
        }
    }

    /// Counts the time for comments on each draft again, with the bank holidays that are there, and
    /// says how many there were.
    ///
    /// A bundle may lack bank holidays, and a later program may know more of them by itself: that
    /// time ran out before it should have is nothing that can be told from here.
    ///
    /// # Errors
    ///
    /// The first that ends later than they make it, in words.
    pub(super) fn count_windows(&self) -> Result<usize, String> {
        let mut number = 0;
        for (at, (position, event)) in self.before.iter().enumerate() {
            let Event::DraftShared(shared) = event else { continue };
            let state = replay(self.before[..at].iter().copied());
            let last_day = last_day(&state, shared);
            let last_day = last_day.map_err(|why| format!("record {position}: {why}"))?;
            if last_day < shared.due_on {
                let due_on = shared.due_on;
                return Err(format!("record {position} says {due_on}, the days here {last_day}"));
            }
            number += 1;
        }
        Ok(number)
    }

    /// Decides on the publication again, by the rules that decided on it first.
    fn decide(&self, state: &State, made: &PublicationMade) -> Result<String, String> {
        let command = command_of(std::slice::from_ref(self.event), |_| None);
        let command = command.unwrap_or_else(|| Err("no command gives it".to_owned()))?;
        let actor = self.actor.parse().map_err(|_| format!("`{}` is no person", self.actor))?;
        let context = Context { actor, today: self.today, released: made.released };
        let derived = decide(state, &command, &context).map_err(|rejection| {
            format!("the rules refuse it ({}): {rejection}", rejection.code())
        })?;
        match derived.as_slice() {
            [derived] if derived == self.event => Ok(match made.overall {
                Some(overall) => in_words(overall.rating, overall.score.get(), made.scores.len()),
                None => format!("no rating, with {} scores", made.scores.len()),
            }),
            [derived] => Err(difference("", &self.event.encode(), &derived.encode())
                .unwrap_or_else(|| format!("the rules give `{}`", derived.kind()))),
            _ => Err("the rules record something else".to_owned()),
        }
    }
}

/// The last day for comments on a draft, as it is counted when it is shared.
fn last_day(state: &State, shared: &DraftShared) -> Result<PartialDate, String> {
    let assessment = state.assessments.get(&shared.assessment);
    let process = assessment
        .and_then(|known| state.process(&known.framework, shared.shared_on.first_day()))
        .ok_or_else(|| format!("the process of {} is not there", shared.assessment))?;
    let working_days = process.accuracy_working_days.value;
    let last_day = state.calendar.last_day(shared.shared_on.first_day(), working_days);
    let last_day = PartialDate::from(last_day.map_err(|unknown| unknown.to_string())?);
    // A draft that is shared again leaves as much time as there was.
    let before = assessment.and_then(|known| known.windows.get(&shared.recipient));
    Ok(before.map_or(last_day, |before| last_day.max(before.due_on)))
}

/// What was published elsewhere has the scores of its framework, and the rating that they give,
/// or is recorded with what they give instead.
fn imported(state: &State, import: &PublicationImported) -> Result<String, String> {
    let framework = state.frameworks.get(&import.framework);
    let framework = framework.ok_or_else(|| format!("{} is not adopted", import.framework))?;
    if import.scores.is_empty() {
        return Ok(format!("{}, of which no scores were published", import.rating));
    }
    check_statements(framework, import)?;
    let scores: Vec<Score> = import.scores.iter().map(|cell| cell.score).collect();
    let Level { percent, rating, .. } = framework.scoring.level(&scores);
    let stated = import.score.unwrap_or(percent);
    match import.disagreement {
        None if (rating, percent) == (import.rating, stated) => {
            Ok(in_words(rating, percent.get(), scores.len()))
        }
        Some(it) if (rating, percent) == (it.computed_rating, it.computed_score) => Ok(format!(
            "{}; published as {}, {stated} %, which is recorded as a disagreement",
            in_words(rating, percent.get(), scores.len()),
            import.rating
        )),
        _ => Err(format!("the scores give {rating}, {percent} %, published is {}", import.rating)),
    }
}

fn check_statements(framework: &Framework, import: &PublicationImported) -> Result<(), String> {
    let wanted = framework.statements().map(|(_, statement)| statement.id);
    if !wanted.eq(import.scores.iter().map(|cell| cell.statement)) {
        return Err(format!("it does not have the scores of {}", framework.id));
    }
    match framework.scoring.method.value {
        Method::None => Err(format!("{} has no scores", framework.id)),
        Method::Category | Method::Statement => Ok(()),
    }
}

fn in_words(rating: Rating, percent: u8, scores: usize) -> String {
    format!("{rating}, {percent} %, from {scores} scores")
}
