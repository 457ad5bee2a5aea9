//! Derivations, held against a second implementation and against the raw records.
//!
//! Guards against the fear that an explanation is a story: that a number in it is not the one that
//! is shown, that a record which it names says something else, or that the marks which it asks for
//! would not do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../assessment/tests/due/history.rs"]
mod history;
mod second;

use assessment::framework::RatingChanges;
use assessment::{Event, StrikeOuts};
use history::History;
use projections::explain::{Distance, Node, Scored, Step};
use projections::{Derivation, Fact, Grounds, Projections, explain};
use second::{Assessment, Known, percent, rating};
use std::collections::BTreeMap;

type Records<'a> = BTreeMap<u64, &'a Event>;

/// The records in force of the first so many.
fn in_force(events: &[Event]) -> Records<'_> {
    let void = StrikeOuts::among((0..).zip(events)).void();
    (0..).zip(events).filter(|(position, _)| !void.contains_key(position)).collect()
}

/// Explains every assessment that there was after so many records; how many nodes there were.
fn look(events: &[Event], met: &mut BTreeMap<&'static str, u64>) {
    let records = in_force(events);
    let mut projections = Projections::default();
    let facts: Vec<Fact<'_>> =
        records.iter().map(|(position, event)| Fact { position: *position, event }).collect();
    facts.iter().for_each(|fact| drop(projections.apply(fact)));
    let listed: Vec<(u64, &Event)> = records.iter().map(|(at, event)| (*at, *event)).collect();
    let expected = second::assessments(&listed);
    for body in projections.bodies.values() {
        for standing in body.standings.values() {
            let adopted = &projections.frameworks[&standing.framework];
            let grounds = Grounds::Records(&facts);
            let derivation = explain(body, standing, adopted, grounds, None);
            let expected = &expected[&standing.assessment];
            let case = Case { records: &records, derivation: &derivation, expected };
            case.check(met);
            for (_, statement) in adopted.framework.statements().take(2) {
                let one = explain(body, standing, adopted, grounds, Some(statement.id));
                assert_eq!(one.root.from[0], *case.statement(statement.id), "of itself, or of all");
                assert!(derivation.positions().is_superset(&one.positions()));
            }
        }
    }
}

struct Case<'a> {
    records: &'a Records<'a>,
    derivation: &'a Derivation,
    expected: &'a Assessment,
}

impl Case<'_> {
    fn check(&self, met: &mut BTreeMap<&'static str, u64>) {
        let root = &self.derivation.root;
        let Step::Assessment(assessed) = &root.step else { panic!("{root:?}") };
        assert_eq!(assessed.framework, self.expected.framework.id);
        for node in root.nodes() {
            *met.entry(self.look_at(node)).or_default() += 1;
        }
        self.waits();
        for (id, cell) in &self.expected.cells {
            let node = self.statement(*id);
            let of = |known: &Option<Known>| known.as_ref().map(|known| known.score);
            let Step::Score(scored) = &node.step else { panic!("{node:?}") };
            assert_eq!(scored.score.map(|it| it.get()), of(&cell.in_force), "{id}: {node:#?}");
            let waits = of(&cell.judged) != of(&cell.in_force) && cell.judged.is_some();
            let mut from = node.from.as_slice();
            if waits {
                let (last, rest) = from.split_last().unwrap();
                assert!(matches!(last.step, Step::Waiting(_)), "{node:#?}");
                self.rests(last, cell.judged.as_ref().unwrap(), &last.from);
                from = rest;
            }
            match &cell.in_force {
                Some(known) => self.rests(node, known, from),
                None => {
                    let required = self.expected.framework.statement(*id).unwrap().1;
                    let required = required.required_categories.value.iter();
                    let scored = required.filter(|it| cell.categories.contains_key(it)).count();
                    assert_eq!(from.len(), scored, "{node:#?}");
                }
            }
        }
    }

    /// Once something is published under such a framework, every mark that is asked for says that
    /// it would wait; and what waits already is added up.
    fn waits(&self) {
        let Assessment { framework, cells, published, .. } = self.expected;
        let scoring = &framework.scoring;
        let changes = match published.is_empty() {
            true => RatingChanges::AtAnyReview,
            false => scoring.rating_changes.value,
        };
        for node in self.derivation.root.nodes() {
            let (up, down) = match &node.step {
                Step::Rating(rated) => (&rated.up, &rated.down),
                Step::Score(scored) => (&scored.up, &scored.down),
                _ => continue,
            };
            assert!(up.iter().chain(down).all(|it| it.changes == changes), "{node:#?}");
            let Step::Rating(rated) = &node.step else { continue };
            let theme = |it: &&assessment::framework::Theme| Some(it.id) == rated.subject;
            let theme = scoring.themes.iter().find(theme);
            let is_own = |id| theme.is_none_or(|it| it.statements.iter().any(|it| it.id == id));
            let of = |known: &Option<Known>| known.as_ref().map(|known| u32::from(known.score));
            let own = || cells.iter().filter(|(id, _)| is_own(**id)).map(|(_, cell)| cell);
            let judged: Option<Vec<u32>> = own().map(|cell| of(&cell.judged)).collect();
            let judged =
                judged.filter(|_| own().any(|cell| of(&cell.judged) != of(&cell.in_force)));
            let said = node.from.iter().find_map(|node| match &node.step {
                Step::Judged(judged) => Some((judged.points, judged.percent, judged.rating)),
                _ => None,
            });
            let said = said.map(|(points, whole, rating)| {
                (points, u32::from(whole.get()), rating.unwrap().as_str())
            });
            let expected = judged.map(|scores| {
                let points = scores.iter().sum();
                let whole = percent(points, u32::try_from(scores.len()).unwrap());
                (points, whole, rating(whole).0)
            });
            assert_eq!(said, expected, "{node:#?}");
        }
    }

    /// A score rests on what the second implementation says.
    fn rests(&self, node: &Node, known: &Known, from: &[Node]) {
        assert!(node.positions.iter().eq(&known.positions), "{known:?}: {node:#?}");
        if known.parts.is_empty() {
            let trail: Vec<u64> = from.iter().map(|node| node.positions[0]).collect();
            assert_eq!(trail, known.trail, "{node:#?}");
            return;
        }
        let [sum] = from else { panic!("{node:#?}") };
        let points: u32 = known.parts.iter().map(|(_, part)| u32::from(part.score)).sum();
        let Step::Percentage(arithmetic) = &sum.step else { panic!("{sum:#?}") };
        assert_eq!((arithmetic.points, arithmetic.score.get()), (points, known.score));
        assert_eq!(sum.from.len(), known.parts.len());
        for (node, (category, part)) in sum.from.iter().zip(&known.parts) {
            let Step::Score(scored) = &node.step else { panic!("{node:#?}") };
            assert_eq!(scored.category, Some(*category));
            assert_eq!(scored.score.unwrap().get(), part.score);
            self.rests(node, part, &node.from);
        }
    }

    /// The node of a statement below the whole.
    fn statement(&self, id: assessment::StatementId) -> &Node {
        let is_meant = |node: &&Node| match &node.step {
            Step::Score(scored) => (scored.statement, scored.category) == (id, None),
            _ => false,
        };
        self.derivation.root.nodes().into_iter().find(is_meant).unwrap()
    }

    /// Each record that is named says what the node says.
    fn look_at(&self, node: &Node) -> &'static str {
        match &node.step {
            Step::Assessment(_) => "assessment",
            Step::Rating(rated) => {
                if let Some(Node { step: Step::Percentage(sum), .. }) = node.from.first() {
                    assert_eq!(rated.rating.unwrap().as_str(), self.sum(sum));
                    assert_eq!(rated.score, Some(sum.percent));
                    let scores = sum.scores.iter().map(|part| part.score.get()).collect();
                    needs(scores, &rated.up, 1);
                    needs(
                        sum.scores.iter().map(|part| part.score.get()).collect(),
                        &rated.down,
                        -1,
                    );
                }
                "rating"
            }
            Step::Percentage(sum) => {
                self.sum(sum);
                "percentage"
            }
            Step::Incomplete(_) => "incomplete",
            Step::Score(scored) => self.score(node, scored),
            Step::Waiting(_) => "waiting",
            Step::Judged(_) => {
                self.waiting(node);
                "judged"
            }
            Step::Review(review) => {
                let Event::ScoreReviewed(event) = self.records[&node.positions[0]] else {
                    panic!()
                };
                assert_eq!(
                    (event.score, event.by, event.reviewed_on),
                    (review.score, review.by, review.reviewed_on)
                );
                let named: Vec<_> = node.from.iter().map(|it| evidence(it).to_string()).collect();
                assert_eq!(
                    named,
                    event.evidence.iter().map(ToString::to_string).collect::<Vec<_>>()
                );
                "review"
            }
            Step::Panel(panel) => {
                let (id, scores) = match self.records[&node.positions[0]] {
                    Event::PanelDecided(event) => (event.panel, &event.scores),
                    Event::PanelConfirmed(event) => (event.panel, &event.scores),
                    other => panic!("{other:?}"),
                };
                assert_eq!(id, panel.panel);
                let is_meant = |it: &assessment::event::PanelScore| {
                    (it.score, it.scored, it.reason) == (panel.score, panel.scored, panel.reason)
                };
                assert!(scores.iter().any(is_meant), "{panel:?}");
                if panel.score == panel.scored { "confirmed" } else { "adjusted" }
            }
            Step::Evidence(_) => self.evidence(node),
            Step::Publication(_) => {
                assert_eq!(node.positions, self.expected.published);
                "publication"
            }
            Step::Framework(_) => {
                assert!(matches!(self.records[&node.positions[0]], Event::FrameworkAdopted(it)
                    if it.framework.id == self.expected.framework.id));
                "framework"
            }
        }
    }

    /// What waits was judged: by a review, or by a panel.
    fn waiting(&self, node: &Node) {
        let is_judged = |position: &u64| {
            matches!(
                self.records[position],
                Event::PanelDecided(_) | Event::PanelConfirmed(_) | Event::ScoreReviewed(_)
            )
        };
        assert!(!node.positions.is_empty() && node.positions.iter().all(is_judged), "{node:?}");
    }

    /// The arithmetic, done again; the rating that it gives.
    fn sum(&self, sum: &projections::explain::Arithmetic) -> &'static str {
        let points: u32 = sum.scores.iter().map(|part| u32::from(part.score.get())).sum();
        let items = u32::try_from(sum.scores.len()).unwrap();
        let whole = percent(points, items);
        assert_eq!((sum.points, sum.items, sum.most), (points, items, 4 * items));
        assert_eq!(u32::from(sum.percent.get()), whole);
        // The quotient is what it is a quotient of, and its decimals are cut off, never rounded.
        let quotient = &sum.quotient;
        assert_eq!(quotient.numerator * sum.most, 100 * points * quotient.denominator);
        let hundredths: u32 = quotient.decimals.replace('.', "").parse().unwrap();
        let left = 10_000 * points - hundredths * sum.most;
        assert!(left < sum.most, "{sum:?}");
        assert_eq!(rating(whole).0, sum.rating.as_str());
        rating(whole).0
    }

    fn score(&self, node: &Node, scored: &Scored) -> &'static str {
        if let Some(Node { step: Step::Percentage(sum), .. }) = node.from.first() {
            let scores = || sum.scores.iter().map(|part| part.score.get()).collect();
            needs(scores(), &scored.up, 1);
            needs(scores(), &scored.down, -1);
        }
        if scored.category.is_some() { "category" } else { "statement" }
    }

    /// Evidence names every record about it that is in force, and no other.
    fn evidence(&self, node: &Node) -> &'static str {
        let Step::Evidence(evidence) = &node.step else { panic!("{node:?}") };
        let Step::Assessment(assessed) = &self.derivation.root.step else { panic!() };
        let id = evidence.evidence;
        let (mut about, mut erased, mut withdrawn) = (vec![], None, None);
        for (position, event) in self.records {
            match event {
                Event::EvidenceSubmitted(it) if it.evidence == id => {
                    assert_eq!(evidence.commitment, Some(it.content.commitment));
                    assert_eq!(evidence.collected_on, Some(it.collected_on));
                }
                Event::EvidenceUsed(it)
                    if it.evidence == id && it.assessment == assessed.assessment => {}
                Event::EvidenceWithdrawn(it) if it.evidence == id => {
                    withdrawn = Some(it.withdrawn_on);
                }
                Event::EvidenceErased(it) if it.evidence == id => erased = Some(it.erased_on),
                _ => continue,
            }
            about.push(*position);
        }
        assert_eq!(node.positions, about, "{evidence:?}");
        assert_eq!((evidence.withdrawn_on, evidence.erased_on), (withdrawn, erased));
        if withdrawn.is_some() { "withdrawn evidence" } else { "evidence" }
    }
}

fn evidence(node: &Node) -> assessment::EvidenceId {
    let Step::Evidence(evidence) = &node.step else { panic!("{node:?}") };
    evidence.evidence
}

/// Applies the marks that are asked for, on any of the places that are named: with all of them the
/// rating is reached, with one less it is not, and nothing is asked for only at the end of the
/// scale.
fn needs(scores: Vec<u8>, distance: &Option<Distance>, way: i8) {
    let rated = |scores: &[u8]| {
        let points = scores.iter().map(|score| u32::from(*score)).sum();
        rating(percent(points, u32::try_from(scores.len()).unwrap())).0
    };
    let end = if way > 0 { 4 } else { 1 };
    let Some(distance) = distance else {
        return assert!(rated(&vec![end; scores.len()]) == rated(&scores), "{scores:?}");
    };
    let free = scores.iter().filter(|score| **score != end).count();
    assert_eq!(distance.on.len(), free, "{scores:?}: {distance:?}");
    let mut tried = scores.clone();
    for mark in 1..=distance.marks {
        let place = tried.iter().position(|score| *score != end).unwrap();
        tried[place] = tried[place].checked_add_signed(way).unwrap();
        let reached = rated(&tried) != rated(&scores);
        assert_eq!(reached, mark == distance.marks, "{scores:?}: {distance:?}");
    }
    assert_eq!(rated(&tried), distance.rating.as_str(), "{scores:?}");
    assert_eq!(distance.points, tried.iter().map(|score| u32::from(*score)).sum::<u32>());
}

#[test]
fn two_hundred_histories_are_explained_as_they_were() {
    let mut met = BTreeMap::new();
    for seed in 0..200 {
        let history = History::lived(1000 + seed, 110);
        let all = history.events.len();
        for end in [all, all * 2 / 3, all / 3] {
            look(&history.events[..end], &mut met);
        }
    }
    // A kind of node that never comes up would be checked by nothing.
    let all = [
        "adjusted",
        "category",
        "confirmed",
        "evidence",
        "framework",
        "incomplete",
        "judged",
        "percentage",
        "publication",
        "rating",
        "review",
        "statement",
        "waiting",
        "withdrawn evidence",
    ];
    for kind in all {
        assert!(met.get(kind).is_some_and(|met| *met > 20), "{kind}: {met:?}");
    }
}

/// What is published is all that the public view may rest on.
#[test]
fn the_public_derivation_names_no_record_and_nobody() {
    for seed in 0..40 {
        let history = History::lived(seed, 110);
        let records = in_force(&history.events);
        let mut projections = Projections::default();
        for event in records.values() {
            projections.apply_public(&Fact { position: 0, event });
        }
        for body in projections.bodies.values() {
            for standing in body.standings.values() {
                let adopted = &projections.frameworks[&standing.framework];
                let derivation = explain(body, standing, adopted, Grounds::Published, None);
                assert!(derivation.positions().is_empty());
                for node in derivation.root.nodes() {
                    let private = matches!(
                        node.step,
                        Step::Review(_)
                            | Step::Panel(_)
                            | Step::Evidence(_)
                            | Step::Waiting(_)
                            | Step::Judged(_)
                    );
                    assert!(!private, "{node:?}");
                    if let Step::Score(scored) = &node.step {
                        assert_eq!(scored.category, None);
                        assert_eq!(scored.score, scored.published_score, "{scored:?}");
                    }
                    if let Step::Publication(issued) = &node.step {
                        assert_eq!((issued.by, issued.released), (None, None));
                    }
                }
            }
        }
    }
}
