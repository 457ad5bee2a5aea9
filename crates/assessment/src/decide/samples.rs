//! Samples of decisions: committed to, seeded, drawn, and read again by somebody else.
//!
//! What can be drawn is settled before anybody can know the seed, and what is drawn follows from
//! both: so nobody steers it, and anybody can draw it again.

use super::{Context, day, event, evidence, framework, has_come, in_order};
use crate::command::{CommitSample, DrawSample, JudgeSampleItem, ScoreSampleItem, SeedSample};
use crate::event::{
    Event, Quota, SampleCommitted, SampleDrawn, SampleItemJudged, SampleItemScored, SampleSeeded,
};
use crate::rejection::{Rejection, SampleRejection};
use crate::sample::{
    Finding, Frame, Item, MOST_BYTES, MOST_ITEMS, PopulationQuery, SamplingMethod, SeedSource,
};
use crate::scoring::Score;
use crate::state::{Sample, State};
use crate::{Citation, FrameworkId, ItemId, PartialDate, PersonId, SampleId};
use assurance::{Bound, Share};

pub(super) fn commit(
    state: &State,
    command: &CommitSample,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (as_of, of) = (command.as_of, command.population.of);
    check_strata(command)?;
    if let (Some(from), Some(to)) = (command.population.from, command.population.to) {
        in_order(("the last day of the population", to), ("its first day", from))?;
    }
    let frame = state.population.as_ref();
    let frame = frame.ok_or(SampleRejection::PopulationBeyondLedger { as_of })?;
    if frame.0.is_empty() {
        check_names(state, &command.population)?;
        return Err(SampleRejection::PopulationEmpty { of, as_of }.into());
    }
    let quotas = quotas(command, frame)?;
    let size = quotas.iter().map(|quota| quota.size).sum();
    if size > MOST_ITEMS {
        return Err(SampleRejection::SampleTooLarge { size, most: MOST_ITEMS }.into());
    }
    let on = PartialDate::from(context.today);
    let so_far = state.samples.keys().filter(|id| id.year() == on.year()).count();
    let committed = Event::from(SampleCommitted {
        as_of,
        by: command.by.unwrap_or(context.actor),
        committed_on: on,
        confidence: command.confidence,
        each: command.each,
        method: SamplingMethod::ConsistentSampler,
        population: command.population.clone(),
        population_digest: frame.digest(),
        population_size: frame.size(),
        quotas,
        sample: SampleId::derive(on.year(), so_far),
        seed_from: command.seed_from.clone(),
        size,
        strata: command.strata.clone(),
        tolerable_error: command.tolerable_error,
    });
    let bytes = committed.encode().to_string().len() as u64;
    if bytes > MOST_BYTES {
        let strata = frame.strata().len() as u64;
        return Err(SampleRejection::TooManyStrata { strata, bytes, most: MOST_BYTES }.into());
    }
    Ok(vec![committed])
}

/// A seed must not have been known when it was settled what it decides on. A beacon's value of the
/// same day may have been, as only the day is known; that dice were rolled after it, those who
/// watched them say.
pub(super) fn seed(
    state: &State,
    command: &SeedSample,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let SeedSample { sample: id, announced_on, .. } = *command;
    let sample = sample(state, id)?;
    if let Some(SampleSeeded { seed, source, announced_on: on, .. }) = &sample.seeded {
        if (seed, *source, *on) == (&command.seed, command.source, announced_on) {
            return Ok(vec![]);
        }
        let (seed, on) = (seed.clone(), *on);
        return Err(SampleRejection::AlreadySeeded { sample: id, seed, on }.into());
    }
    has_come(announced_on, context)?;
    let committed_on = sample.committed.committed_on;
    let (announced, committed) = (day(announced_on)?, day(committed_on)?);
    let is_later = match command.source {
        SeedSource::Dice => announced >= committed,
        SeedSource::Beacon => announced > committed,
    };
    if !is_later {
        let sample = id;
        return Err(
            SampleRejection::SeedBeforeCommitment { sample, announced_on, committed_on }.into()
        );
    }
    // Who may choose among many values, all of them of a later day, chooses the sample.
    if command.source == SeedSource::Beacon && sample.committed.seed_from.is_none() {
        return Err(SampleRejection::BeaconNotNamed { sample: id }.into());
    }
    // What was rolled can be written down in one way only: each other way would be another draw.
    if command.source == SeedSource::Dice && !command.seed.is_digits() {
        return Err(SampleRejection::DiceNotDigits { seed: command.seed.clone() }.into());
    }
    let said = sample.committed.seed_from.as_ref().map(Citation::as_str);
    let known = sample.known_seeds.iter().find(|known| known.is_like(&command.seed));
    let known = known.or(said.is_some_and(|it| command.seed.is_in(it)).then_some(&command.seed));
    if let Some(seed) = known.cloned() {
        return Err(SampleRejection::SeedKnown { sample: id, seed }.into());
    }
    Ok(event(SampleSeeded {
        announced_on,
        by: command.by.unwrap_or(context.actor),
        sample: id,
        seed: command.seed.clone(),
        source: command.source,
    }))
}

pub(super) fn draw(
    state: &State,
    command: &DrawSample,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let id = command.sample;
    let sample = sample(state, id)?;
    let seeded = sample.seeded.as_ref().ok_or(SampleRejection::SeedMissing { sample: id })?;
    if sample.drawn.is_some() {
        return Ok(vec![]);
    }
    let committed = &sample.committed;
    let none = Frame::default();
    let frame = state.population.as_ref().unwrap_or(&none);
    if frame.digest() != committed.population_digest {
        let (found, committed) = (frame.size(), committed.population_size);
        return Err(SampleRejection::PopulationChanged { sample: id, found, committed }.into());
    }
    Ok(event(SampleDrawn {
        by: command.by.unwrap_or(context.actor),
        drawn_on: context.today.into(),
        items: frame.draw(&committed.quotas, seeded.seed.as_str()),
        sample: id,
    }))
}

/// A second reader's score, given before the first is seen.
pub(super) fn score(
    state: &State,
    command: &ScoreSampleItem,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (item, on) = (command.item, command.scored_on);
    let by = command.by.unwrap_or(context.actor);
    let sample = drawn(state, command.sample, item, on, context)?;
    let first = first(state, sample, item)?;
    if first.score.is_none() {
        let of = sample.committed.population.of;
        return Err(SampleRejection::NotAScore { item, of }.into());
    }
    not_involved(state, &first, by)?;
    if let Some(known) = sample.scored.get(&item) {
        let SampleItemScored { score, scored_on: on, .. } = *known;
        return match (score, known.by) == (command.score, by) {
            true => Ok(vec![]),
            false => Err(SampleRejection::ItemScored { item, score, on }.into()),
        };
    }
    // Who has read it for another sample was told the first score.
    let others = state.samples.values().filter(|other| other.committed.sample != command.sample);
    let mut told = others.filter(|it| it.scored.get(&item).is_some_and(|known| known.by == by));
    if let Some(other) = told.next() {
        let other = other.committed.sample;
        return Err(SampleRejection::ReadBefore { person: by, item, other }.into());
    }
    Ok(event(SampleItemScored {
        by,
        item,
        sample: command.sample,
        score: command.score,
        scored_on: on,
    }))
}

/// What was found; of a score only after the second reader gave one.
pub(super) fn judge(
    state: &State,
    command: &JudgeSampleItem,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (item, on) = (command.item, command.judged_on);
    let by = command.by.unwrap_or(context.actor);
    let sample = drawn(state, command.sample, item, on, context)?;
    let first = first(state, sample, item)?;
    not_involved(state, &first, by)?;
    match first.score {
        Some(first) => {
            let second = sample.scored.get(&item);
            let second = second.ok_or(SampleRejection::NotScoredYet { item })?;
            in_order(("the finding", on), ("the second reader's score", second.scored_on))?;
            check_finding(command, first, second.score)?;
        }
        None if command.finding == Finding::Adjacent => {
            return Err(SampleRejection::AdjacentWithoutScore { item }.into());
        }
        None => {}
    }
    if let Some(known) = sample.judged.get(&item).filter(|known| known.by != by) {
        let (judge, on) = (known.by, known.judged_on);
        return Err(SampleRejection::JudgedByAnother { item, judge, on }.into());
    }
    let text = command.text.as_ref().filter(|text| text.length > 0);
    match (command.finding, command.class, text) {
        (Finding::Anomaly, None, _) | (Finding::Anomaly, _, None) => {
            return Err(SampleRejection::AnomalyNotDescribed { item }.into());
        }
        (Finding::Agree | Finding::Adjacent, Some(class), _) => {
            return Err(SampleRejection::ClassWithoutAnomaly { item, class }.into());
        }
        _ => {}
    }
    let judged = SampleItemJudged {
        by,
        class: command.class,
        finding: command.finding,
        item,
        judged_on: on,
        sample: command.sample,
        text: command.text.clone(),
    };
    let is_known = sample.judged.get(&item).is_some_and(|known| is_same(known, &judged));
    if is_known { Ok(vec![]) } else { Ok(event(judged)) }
}

/// Whether two findings say the same, whenever it is said.
fn is_same(known: &SampleItemJudged, judged: &SampleItemJudged) -> bool {
    (known.by, known.finding, known.class, &known.text)
        == (judged.by, judged.finding, judged.class, &judged.text)
}

/// Equal scores may still hide an anomaly, and so may scores that are one apart.
fn check_finding(
    command: &JudgeSampleItem,
    first: Score,
    second: Score,
) -> Result<(), SampleRejection> {
    let (item, finding) = (command.item, command.finding);
    let fits = match finding {
        Finding::Agree => first == second,
        Finding::Adjacent => first.get().abs_diff(second.get()) == 1,
        Finding::Anomaly => true,
    };
    if fits {
        return Ok(());
    }
    Err(SampleRejection::FindingContradicts { item, finding, first, second })
}

/// A framework answers anomalies that were found before it came into use.
pub(super) fn check_answer(
    state: &State,
    id: SampleId,
    adopted_on: PartialDate,
) -> Result<(), Rejection> {
    let found = sample(state, id)?.anomalies().map(|anomaly| anomaly.judged_on).min();
    let found = found.ok_or(SampleRejection::NoAnomaly { sample: id })?;
    in_order(("the adoption", adopted_on), ("the anomaly that it answers", found))
}

/// What was adopted already is no answer to what was found since.
pub(super) fn check_known_answer(
    state: &State,
    id: SampleId,
    framework: FrameworkId,
) -> Result<(), Rejection> {
    match sample(state, id)?.answers.contains(&framework) {
        true => Ok(()),
        false => Err(SampleRejection::AdoptedBefore { sample: id, framework }.into()),
    }
}

/// A sample that was committed to.
fn sample(state: &State, id: SampleId) -> Result<&Sample, SampleRejection> {
    state.samples.get(&id).ok_or(SampleRejection::SampleUnknown { sample: id })
}

/// The sample of an item that was drawn for it.
fn drawn<'a>(
    state: &'a State,
    id: SampleId,
    item: ItemId,
    on: PartialDate,
    context: &Context,
) -> Result<&'a Sample, Rejection> {
    let sample = sample(state, id)?;
    let drawn = sample.drawn.as_ref().ok_or(SampleRejection::NotDrawn { sample: id })?;
    if !drawn.items.contains(&item) {
        return Err(SampleRejection::ItemNotDrawn { sample: id, item }.into());
    }
    has_come(on, context)?;
    in_order(("the second reading", on), ("the draw", drawn.drawn_on))?;
    Ok(sample)
}

/// The decision that is read again.
fn first(state: &State, sample: &Sample, item: ItemId) -> Result<Item, SampleRejection> {
    let position = item.position();
    let record = state.records.get(&position);
    let items = record.map(|event| sample.committed.population.of.items(position, event));
    let id = sample.committed.sample;
    let mut items = items.into_iter().flatten();
    items.find(|it| it.id == item).ok_or(SampleRejection::ItemNotDrawn { sample: id, item })
}

/// Whoever had a part in the assessment does not judge it again, nor who recorded the decision:
/// of some that is whose decision it was, and all of them know it.
fn not_involved(state: &State, first: &Item, person: PersonId) -> Result<(), SampleRejection> {
    let record = state.records.get(&first.id.position());
    let assessment = record.and_then(|event| event.assessment());
    let assessment = assessment.and_then(|id| state.assessments.get(&id));
    let has_part = assessment.is_some_and(|assessment| assessment.involved.contains(&person));
    if has_part || first.by.contains(&person) || state.recorder == Some(person) {
        return Err(SampleRejection::ReaderInvolved { person, item: first.id });
    }
    Ok(())
}

/// A population may be empty because nothing goes by the name that was asked for.
fn check_names(state: &State, query: &PopulationQuery) -> Result<(), Rejection> {
    query.framework.map(|id| framework(state, id)).transpose()?;
    evidence::check_statements(state, query.statement.as_slice())
}

fn check_strata(command: &CommitSample) -> Result<(), SampleRejection> {
    for (number, &stratum) in command.strata.iter().enumerate() {
        let of = command.population.of;
        if !of.is_divided_by(stratum) {
            return Err(SampleRejection::StratumUnfit { stratum, of });
        }
        if command.strata[..number].contains(&stratum) {
            return Err(SampleRejection::StratumTwice { stratum });
        }
        if let Some(&before) = command.strata[..number].iter().find(|before| **before > stratum) {
            return Err(SampleRejection::StrataOutOfOrder { before, stratum });
        }
    }
    Ok(())
}

/// How many are drawn of each stratum.
fn quotas(command: &CommitSample, frame: &Frame) -> Result<Vec<Quota>, SampleRejection> {
    let strata = frame.strata();
    let of: Vec<u64> = strata.values().map(|items| items.len() as u64).collect();
    let population = frame.size();
    let fits = |size: u64| match (1..=population).contains(&size) {
        true => Ok(size),
        false => Err(SampleRejection::SizeImpossible { size, population }),
    };
    let sizes: Vec<u64> =
        match (command.size, command.each, command.confidence, command.tolerable_error) {
            (Some(size), None, None, None) => assurance::proportional(fits(size)?, &of),
            // A stratum that has fewer is read as a whole.
            (None, Some(each), None, None) => assurance::fixed(fits(each.min(population))?, &of),
            (None, None, Some(confidence), Some(tolerable)) => {
                let share = |what, hundredths| {
                    let share = Share::new(hundredths);
                    share.ok_or(SampleRejection::ShareImpossible { what, hundredths })
                };
                let bound = Bound {
                    confidence: share("confidence", confidence)?,
                    tolerable_error: share("tolerable error", tolerable)?,
                };
                assurance::proportional(assurance::hypergeometric(population, bound), &of)
            }
            _ => return Err(SampleRejection::SizeNotClear {}),
        };
    // It would be known beforehand that nothing of it is drawn.
    if let Some(stratum) =
        strata.keys().zip(&sizes).find_map(|(it, size)| (*size == 0).then_some(it))
    {
        let (stratum, size) = ((*stratum).to_owned(), sizes.iter().sum());
        let strata = of.len() as u64;
        return Err(SampleRejection::StratumLeftOut { stratum, strata, size });
    }
    let quota =
        |((stratum, of), size): ((&str, u64), u64)| Quota { of, size, stratum: stratum.to_owned() };
    Ok(strata.into_keys().zip(of).zip(sizes).map(quota).collect())
}
