//! `explain`: why a rating is what it is, and what would make it another.

mod json;
mod prov;
mod svg;
mod tree;
mod words;

pub use words::broken;

use super::{Home, ask, at, open, organisation};
use crate::cli::{Audience, Explain as Args, ExplainFormat};
use crate::exit::{Failure, Outcome, REFUSED};
use assessment::framework::Framework;
use assessment::{Event, EvidenceId, OrganisationCode, StatementId};
use ledger::{At, Ledger, Recorded, Stamp};
use projections::explain::{Node, Step};
use projections::{Adopted, Body, Derivation, Fact, Grounds, Standing, explain};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// A derivation with what proves each record that it rests on.
struct Explained {
    derivation: Derivation,
    /// By position; none of what is public, in which no record is named.
    records: BTreeMap<u64, Proof>,
    /// The ledger's name in the world.
    origin: String,
}

/// What proves a record, and what it is.
struct Proof {
    stamp: Stamp,
    kind: &'static str,
}

/// What is told of each record, in this order.
const RECORD: [&str; 5] = ["RECORD", "HASH", "BY", "RECORDED", "WHAT"];
/// How much of a hash is told: enough to find it, and the data have it whole.
const HASH: usize = 12;

impl Proof {
    /// What is told of it, in the order of the headings.
    fn told(&self) -> [String; 5] {
        let Stamp { position, hash, actor, recorded_at } = &self.stamp;
        let hash = hash.to_string()[..HASH].to_owned();
        let what = self.kind.replace('_', " ");
        [position.to_string(), hash, actor.clone(), recorded_at.clone(), what]
    }
}

impl Explained {
    /// What is told of each record, and the most letters in each column.
    fn records(&self) -> (Vec<[String; 5]>, [usize; 5]) {
        let rows: Vec<_> = self.records.values().map(Proof::told).collect();
        let widest = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([RECORD[column].len()]).max().unwrap_or_default()
        };
        let widths = std::array::from_fn(widest);
        (rows, widths)
    }
}

/// `explain`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    super::say_set_aside(&ledger, &args.asking)?;
    let at = at(&args.asking);
    let code = organisation(&mut ledger, at, &args.organisation)?;
    let body = ask(&mut ledger, at, &|catalogue| Ok(catalogue.body(code)?.cloned()))?;
    let body = body.ok_or_else(|| unassessed(&args.organisation))?;
    let frameworks = super::frameworks(&mut ledger, at)?;
    let standing = standing(&body, args)?;
    let adopted = frameworks
        .get(&standing.framework)
        .ok_or_else(|| super::framework::unknown(standing.framework))?;
    let wanted = args.statement.as_deref();
    let wanted = wanted.map(|text| statement(&adopted.framework, text)).transpose()?;
    let explained = match args.asking.audience {
        Audience::Regulator => {
            let records = records(&ledger, at, &body, adopted)?;
            of_records(&ledger, (&body, standing, adopted), &records, wanted)?
        }
        Audience::Public | Audience::Body(_) => Explained {
            derivation: explain(&body, standing, adopted, Grounds::Published, wanted),
            records: BTreeMap::new(),
            origin: ledger.origin()?,
        },
    };
    let text = match args.asking.format {
        ExplainFormat::Tree => tree::text(&explained),
        ExplainFormat::Json => json::object(&explained),
        ExplainFormat::Prov => prov::document(&explained),
        ExplainFormat::Svg => svg::drawing(&explained),
    };
    Ok(out.write_all(text.as_bytes())?)
}

/// The assessment that is named, or the current one.
fn standing<'a>(body: &'a Body, args: &Args) -> Result<&'a Standing, Failure> {
    match args.assessment {
        Some(id) => {
            body.standings.get(&id).ok_or_else(|| super::assessment::not_of(&body.facts, id))
        }
        None => body.current().ok_or_else(|| {
            let failure = unassessed(body.facts.name.as_str());
            // What there is and is not current was cancelled.
            match (body.standings.keys().next_back(), args.asking.audience) {
                (Some(id), Audience::Regulator) => {
                    failure.hint(format!("`--assessment {id}` explains one that was cancelled"))
                }
                _ => failure,
            }
        }),
    }
}

fn unassessed(name: &str) -> Failure {
    Failure::new(REFUSED, format!("there is no assessment of `{name}` to explain"))
        .hint("`piperoll assessment list` shows those that there are")
}

/// A statement of the assessment's own framework.
fn statement(framework: &Framework, text: &str) -> Result<StatementId, Failure> {
    framework.find_statement(text).ok_or_else(|| {
        let cause = format!("{} has no quality statement `{text}`", framework.id);
        Failure::new(REFUSED, cause)
            .hint(format!("`piperoll framework show {}` lists ids and names", framework.id))
    })
}

/// The records that an answer may rest on: of the body, of its framework, and of the owners of
/// evidence that its reviews name, as that may have come under another body's code.
fn records(
    ledger: &Ledger,
    at: At,
    body: &Body,
    adopted: &Adopted,
) -> Result<Vec<Recorded>, Failure> {
    let code = body.facts.code;
    let mut all = ledger.gather(at, &|event| match event {
        Event::FrameworkAdopted(event) => event.framework.id == adopted.framework.id,
        event => event.organisation() == Some(code),
    })?;
    let foreign = named(&all, code);
    if !foreign.is_empty() {
        all.extend(
            ledger.gather(at, &|event| evidence(event).is_some_and(|id| foreign.contains(&id)))?,
        );
        all.sort_by_key(|recorded| recorded.stamp.position);
    }
    all.retain(|recorded| recorded.void_by.is_none());
    Ok(all)
}

/// The evidence of other bodies that reviews name.
fn named(records: &[Recorded], code: OrganisationCode) -> BTreeSet<EvidenceId> {
    let named = records.iter().flat_map(|recorded| match &recorded.event {
        Event::ScoreReviewed(event) => event.evidence.as_slice(),
        _ => &[],
    });
    named.copied().filter(|id| id.organisation() != code).collect()
}

/// The evidence that a record is about.
fn evidence(event: &Event) -> Option<EvidenceId> {
    match event {
        Event::EvidenceSubmitted(event) => Some(event.evidence),
        Event::EvidenceWithdrawn(event) => Some(event.evidence),
        Event::EvidenceErased(event) => Some(event.evidence),
        _ => None,
    }
}

/// Whether nothing below a score tells where it comes from: what waits says nothing of that.
fn is_bare(score: &Node) -> bool {
    score.from.iter().all(|below| matches!(below.step, Step::Waiting(_)))
}

fn of_records(
    ledger: &Ledger,
    (body, standing, adopted): (&Body, &Standing, &Adopted),
    records: &[Recorded],
    wanted: Option<StatementId>,
) -> Result<Explained, Failure> {
    let facts = records.iter().map(|it| Fact { position: it.stamp.position, event: &it.event });
    let facts: Vec<Fact<'_>> = facts.collect();
    let derivation = explain(body, standing, adopted, Grounds::Records(&facts), wanted);
    let positions = derivation.positions();
    let proofs = records
        .iter()
        .filter(|it| positions.contains(&it.stamp.position))
        .map(|it| (it.stamp.position, Proof { stamp: it.stamp.clone(), kind: it.event.kind() }));
    let records = proofs.collect();
    Ok(Explained { derivation, records, origin: ledger.origin()? })
}
