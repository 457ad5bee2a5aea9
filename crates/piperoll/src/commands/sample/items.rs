//! The items of a sample: what each is, and what was found.

use crate::commands::ask;
use crate::exit::Failure;
use crate::render::{Column, Row, known};
use assessment::event::SampleItemJudged;
use assessment::sample::{AnomalyClass, Finding, Item, Population, Stratifier, WHOLE};
use assessment::scoring::Score;
use assessment::state::Sample;
use assessment::{
    AssessmentId, Event, ItemId, Name, OrganisationCode, PartialDate, PersonId, SampleId,
};
use ledger::{At, Ledger};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// A decision that was drawn.
#[derive(Debug, Clone)]
pub struct Decided {
    /// What its record states.
    pub item: Item,
    /// Its record.
    pub event: Event,
}

/// The decisions with these ids: the journal is read once, from the first of them to the last.
pub fn decisions(
    ledger: &mut Ledger,
    of: Population,
    ids: &[ItemId],
) -> Result<BTreeMap<ItemId, Decided>, Failure> {
    let mut positions: Vec<u64> = ids.iter().map(ItemId::position).collect();
    positions.sort_unstable();
    positions.dedup();
    let (Some(&first), Some(&last)) = (positions.first(), positions.last()) else {
        return Ok(BTreeMap::new());
    };
    let end = ledger.end()?.head;
    let mut events = Vec::new();
    ledger.read(first, &end, &mut |entry| {
        let position = entry.record.position;
        if positions.binary_search(&position).is_ok() {
            events.push((position, ledger::decode(&entry.record)));
        }
        if position < last { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    let mut found = BTreeMap::new();
    for (position, event) in events {
        let event = event?;
        let items = of.items(position, &event).into_iter();
        found.extend(items.map(|item| (item.id, Decided { item, event: event.clone() })));
    }
    Ok(found)
}

/// An item of a sample. Its first score is told only once the second reader's is in; its stratum,
/// where that tells of a score, only once those of all items are.
#[derive(Debug, Clone, Serialize)]
pub struct ItemRow {
    sample: SampleId,
    item: ItemId,
    stratum: Option<String>,
    organisation: Option<OrganisationCode>,
    name: Option<Name>,
    assessment: Option<AssessmentId>,
    about: String,
    decided_on: Option<PartialDate>,
    first: Option<Score>,
    second: Option<Score>,
    reader: Option<PersonId>,
    finding: Option<Finding>,
    class: Option<AnomalyClass>,
    judged_on: Option<PartialDate>,
}

const HEADER: &[&str] = &[
    "sample",
    "item",
    "stratum",
    "organisation",
    "name",
    "assessment",
    "about",
    "decided_on",
    "first",
    "second",
    "reader",
    "finding",
    "class",
    "judged_on",
];

impl ItemRow {
    fn stratum(&self) -> Option<String> {
        self.stratum.clone().filter(|stratum| stratum != WHOLE)
    }

    /// What it is about, and under that of whom and when, so that a row fits a line of 80.
    fn whole(&self) -> String {
        let mut lines = vec![self.about.replace(", ", ",\n")];
        let of = [known(&self.name), known(&self.decided_on)];
        lines.push(of.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", "));
        lines.join("\n").trim().to_owned()
    }
}

impl Row for ItemRow {
    const HEADER: &'static [&'static str] = HEADER;

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("item", |row| row.item.to_string()),
            Column::id("about", Self::whole),
            Column::right("first", |row| known(&row.first)),
            Column::right("second", |row| known(&row.second)),
            Column::left("finding", |row| known(&row.finding)),
        ]
    }

    fn heading(&self) -> Option<String> {
        self.stratum()
    }
}

/// An item as it is drawn, of which nothing is found yet.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Drawn(pub ItemRow);

impl Row for Drawn {
    const HEADER: &'static [&'static str] = HEADER;

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("item", |row| row.0.item.to_string()),
            Column::text("body", |row| known(&row.0.name)),
            Column::id("about", |row| row.0.about.clone()),
            Column::left("decided", |row| known(&row.0.decided_on)),
        ]
    }

    fn heading(&self) -> Option<String> {
        self.0.stratum()
    }
}

/// The items that were drawn, stratum by stratum.
pub fn rows(ledger: &mut Ledger, sample: &Sample) -> Result<Vec<ItemRow>, Failure> {
    let Some(drawn) = &sample.drawn else { return Ok(vec![]) };
    let decisions = decisions(ledger, sample.committed.population.of, &drawn.items)?;
    let bodies = ask(ledger, At::default(), &|catalogue| catalogue.organisations())?;
    let names: BTreeMap<OrganisationCode, Name> =
        bodies.into_iter().map(|body| (body.facts.code, body.facts.name)).collect();
    let are_hidden = hides_strata(sample);
    let row = |(item, stratum): (&ItemId, &str)| {
        let decided = decisions.get(item);
        let organisation = decided.and_then(|it| it.event.organisation());
        let scored = sample.scored.get(item);
        let judged: Option<&SampleItemJudged> = sample.judged.get(item);
        let first = decided.and_then(|it| it.item.score);
        ItemRow {
            sample: sample.committed.sample,
            item: *item,
            stratum: (!are_hidden).then(|| stratum.to_owned()),
            organisation,
            name: organisation.and_then(|code| names.get(&code).cloned()),
            assessment: decided.and_then(|it| it.event.assessment()),
            about: decided.map(about).unwrap_or_default(),
            decided_on: decided.map(|it| it.item.on),
            first: first.filter(|_| scored.is_some()),
            second: scored.map(|it| it.score),
            reader: judged.map(|it| it.by).or(scored.map(|it| it.by)),
            finding: judged.map(|it| it.finding),
            class: judged.and_then(|it| it.class),
            judged_on: judged.map(|it| it.judged_on),
        }
    };
    Ok(drawn.items.iter().zip(strata(sample)).map(row).collect())
}

/// Whether a second reader who has yet to score could tell from the strata what was scored: the
/// rating of the assessment, and what it takes to change it, follow from that.
pub fn hides_strata(sample: &Sample) -> bool {
    let committed = &sample.committed;
    let tell = |by: &Stratifier| matches!(by, Stratifier::Rating | Stratifier::ThresholdDistance);
    let mut items = sample.drawn.iter().flat_map(|drawn| &drawn.items);
    committed.population.of.is_scored()
        && committed.strata.iter().any(tell)
        && items.any(|item| !sample.scored.contains_key(item))
}

/// The stratum of each item, in the order in which they are drawn: that of the quotas. More than
/// these were never drawn by the rules.
pub fn strata(sample: &Sample) -> impl Iterator<Item = &str> {
    let quotas = sample.committed.quotas.iter();
    let drawn = quotas.flat_map(|quota| (0..quota.size).map(|_| quota.stratum.as_str()));
    drawn.chain(std::iter::repeat(WHOLE))
}

/// What a decision is about: a quality statement, or the thing that it is made on.
fn about(decided: &Decided) -> String {
    if let Some((statement, category)) = decided.item.cell {
        return match category {
            Some(category) => format!("{statement}, {category}"),
            None => statement.to_string(),
        };
    }
    match &decided.event {
        Event::CommentResolved(it) => it.comment.to_string(),
        Event::PublicationMade(it) => it.publication.to_string(),
        Event::PublicationReissued(it) => it.made.publication.to_string(),
        Event::PublicationImported(it) => it.publication.to_string(),
        Event::ImportedPublicationReplaced(it) => it.import.publication.to_string(),
        Event::Section50Notified(it) => format!("letter to the {}", it.letter.addressee()),
        Event::EvidenceErased(it) => it.evidence.to_string(),
        _ => String::new(),
    }
}
