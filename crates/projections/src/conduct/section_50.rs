//! Every section 50 duty was met before the public read of it.
//!
//! The law sets no day. A letter is late once the 1 that it tells of is public; one that was not
//! sent is late from the day after the decision, as nothing else would ever say so.

use super::{Check, Finding, Records, days_after, days_in_words, earlier, listed, released};
use assessment::event::{Letter, Section50Notified, StatementScore};
use assessment::{AssessmentId, Event, PartialDate, State, StatementId, evolve};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// A statement of an assessment.
type Key = (AssessmentId, StatementId);

/// A day, and the record that says so.
type Dated = (PartialDate, u64);

/// What the records say of duties.
#[derive(Default)]
struct Known<'a> {
    /// The first decision that a statement is a 1.
    decided: BTreeMap<Key, Dated>,
    /// The first publication that shows it.
    public: BTreeMap<Key, Dated>,
    /// The letters.
    letters: Vec<(u64, &'a Section50Notified)>,
}

/// One finding for each letter that was sent late, and one for each of the two letters of an
/// assessment that was not sent.
pub(super) fn check(records: &Records<'_>, on: NaiveDate) -> Vec<Finding> {
    let known = known(records);
    let assessments: BTreeSet<AssessmentId> = known.decided.keys().map(|(id, _)| *id).collect();
    let mut found = Vec::new();
    for id in assessments {
        for letter in [Letter::SecretaryOfState, Letter::ChiefExecutiveAndDirector] {
            let mut untold: BTreeMap<StatementId, Dated> = known.duty(id);
            for (position, sent) in known.letters_of(id, letter) {
                let named =
                    |statement: &StatementId, _: &mut Dated| sent.statements.contains(statement);
                let told = untold.extract_if(.., named).collect();
                found.extend(sent_late(&known, (position, sent), told));
            }
            found.extend(not_sent((id, letter), untold, on));
        }
    }
    found
}

impl<'a> Known<'a> {
    fn duty(&self, id: AssessmentId) -> BTreeMap<StatementId, Dated> {
        let own = self.decided.iter().filter(|((of, _), _)| *of == id);
        own.map(|((_, statement), decided)| (*statement, *decided)).collect()
    }

    fn letters_of(
        &self,
        id: AssessmentId,
        letter: Letter,
    ) -> impl Iterator<Item = (u64, &'a Section50Notified)> {
        let all = self.letters.iter().copied();
        all.filter(move |(_, sent)| (sent.assessment, sent.letter) == (id, letter))
    }

    fn show(&mut self, id: AssessmentId, scores: &[StatementScore], shown: Dated) {
        for cell in scores.iter().filter(|cell| cell.score.get() == 1) {
            let key = (id, cell.statement);
            self.public.insert(key, earlier(self.public.get(&key).copied(), shown));
        }
    }
}

fn known<'a>(records: &Records<'a>) -> Known<'a> {
    let (mut known, mut state) = (Known::default(), State::default());
    let mut imports = BTreeMap::new();
    for (position, event) in records {
        let before = duty_after(&state, event);
        state = evolve(state, event);
        for ((id, statement), on) in duty_after(&state, event) {
            if before.get(&(id, statement)) != Some(&on) {
                known.decided.insert((id, statement), (on, *position));
            }
        }
        if let Some(made) = released(event) {
            known.show(made.assessment, &made.scores, (made.published_on, *position));
        }
        match event {
            Event::Section50Notified(sent) => known.letters.push((*position, sent)),
            // What an import says counts as it was corrected last.
            Event::PublicationImported(import) => {
                imports.insert(import.assessment, (*position, import));
            }
            Event::ImportedPublicationReplaced(event) => {
                imports.insert(event.import.assessment, (*position, &event.import));
            }
            _ => {}
        }
    }
    for (id, (position, import)) in imports {
        known.show(id, &import.scores, (import.published_on(), position));
    }
    known
}

/// The duty of the assessment that an event is about, as a state has it.
fn duty_after(state: &State, event: &Event) -> BTreeMap<Key, PartialDate> {
    let Some(id) = event.assessment() else { return BTreeMap::new() };
    let duty = state.assessments.get(&id).map(|assessment| &assessment.duty.statements);
    let each = duty.into_iter().flatten();
    each.map(|(statement, on)| ((id, *statement), *on)).collect()
}

/// What a letter tells of that was public by then.
fn sent_late(
    known: &Known<'_>,
    (position, sent): (u64, &Section50Notified),
    told: BTreeMap<StatementId, Dated>,
) -> Option<Finding> {
    let (id, sent_on) = (sent.assessment, sent.sent_on.first_day());
    let public = |statement: &StatementId| known.public.get(&(id, *statement)).copied();
    let is_late = |(statement, decided): &(StatementId, Dated)| {
        let last_day = |public: Dated| public.0.last_day().max(decided.0.last_day());
        public(statement).is_some_and(|public| last_day(public) < sent_on)
    };
    let late: Vec<(StatementId, Dated)> = told.into_iter().filter(is_late).collect();
    let (first, _) = late.iter().map(|(_, decided)| *decided).min()?;
    let shown = late.iter().filter_map(|(statement, _)| public(statement));
    let (shown_on, _) = shown.clone().min()?;
    let days = days_after(first.last_day(), sent_on)?;
    let mut positions: BTreeSet<u64> = late.iter().map(|(_, decided)| decided.1).collect();
    positions.extend(shown.map(|(_, position)| position));
    positions.insert(position);
    let about = listed(late.iter().map(|(statement, _)| statement));
    let (to, days_in_words) = (sent.letter.addressee(), days_in_words(days));
    Some(Finding {
        check: Check::Section50,
        organisation: id.organisation(),
        assessment: id,
        subject: sent.letter.to_string(),
        what: format!(
            "the letter to the {to} about {about} was sent on {}, {days_in_words} after the \
             decision of {first}; it was public on {shown_on}",
            sent.sent_on
        ),
        days_late: Some(days),
        positions: positions.into_iter().collect(),
    })
}

/// What no letter has told of, from the day after its decision.
fn not_sent(
    (id, letter): (AssessmentId, Letter),
    mut untold: BTreeMap<StatementId, Dated>,
    on: NaiveDate,
) -> Option<Finding> {
    untold.retain(|_, (decided_on, _)| decided_on.last_day() < on);
    let (first, _) = untold.values().copied().min()?;
    let days = days_after(first.last_day(), on)?;
    let positions: BTreeSet<u64> = untold.values().map(|(_, position)| *position).collect();
    let (to, about) = (letter.addressee(), listed(untold.keys()));
    let days_in_words = days_in_words(days);
    Some(Finding {
        check: Check::Section50,
        organisation: id.organisation(),
        assessment: id,
        subject: letter.to_string(),
        what: format!(
            "the letter to the {to} about {about} was not sent by {on}, {days_in_words} after the \
             decision of {first}"
        ),
        days_late: Some(days),
        positions: positions.into_iter().collect(),
    })
}
