//! A derivation in words: what each of its steps says, once, in the order in which it is read.

use super::{Explained, is_bare};
use crate::render::{count, known};
use crate::rows;
use assessment::framework::{LevelKind, RatingChanges};
use assessment::scoring::{BandHalf, Rounding, Score};
use projections::explain::{
    Arithmetic, Assessed, Decimals, Distance, Evidence, Given, Import, Incomplete, Issued, Judged,
    Node, Of, Panel, Rated, Review, Rules, Scored, Step, Waiting,
};
use projections::{Flag, Flags, Status};
use serde::Serialize;
use std::collections::BTreeSet;

/// What is said, with what it rests on.
pub struct Branch {
    /// The score that it is about, if it is about one.
    pub score: Option<Score>,
    /// What is said of it.
    pub text: String,
    /// What it rests on.
    pub below: Vec<Branch>,
}

/// What has been said already, and is not said again.
#[derive(Default)]
struct Said {
    evidence: BTreeSet<String>,
    panels: BTreeSet<Vec<u64>>,
}

/// The whole derivation in words.
pub fn branch(explained: &Explained) -> Branch {
    said(&explained.derivation.root, &mut Said::default())
}

/// A text in lines, broken between words: so many letters in the first, and in each other one. A
/// word that is longer than a line, as an address, begins one and is broken after a `/`. A space
/// that must not be broken at is printed as a space.
pub fn broken(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut width = 0;
    for word in text.split(' ') {
        let is_long = word.chars().count() > rest;
        let parts = if is_long { word.split_inclusive('/').collect() } else { vec![word] };
        for (index, part) in parts.into_iter().enumerate() {
            let letters = part.chars().count();
            let room = if lines.len() == 1 { first } else { rest };
            let space = if width > 0 && index == 0 { " " } else { "" };
            let begins = is_long && index == 0;
            if width > 0 && (begins || width + space.len() + letters > room) {
                lines.push(part.to_owned());
                width = letters;
            } else if let Some(line) = lines.last_mut() {
                line.push_str(space);
                line.push_str(part);
                width += space.len() + letters;
            }
        }
    }
    lines.into_iter().map(|line| line.replace(NO_BREAK, " ")).collect()
}

/// A space that a line is not broken at.
const NO_BREAK: char = '\u{a0}';

fn said(node: &Node, so_far: &mut Said) -> Branch {
    let at = placed(&node.positions);
    let text = match &node.step {
        Step::Assessment(assessed) => assessment(node, assessed) + &at,
        Step::Rating(rated) => return rating(node, rated, so_far),
        Step::Percentage(arithmetic) => return percentage(node, arithmetic, so_far),
        Step::Incomplete(incomplete) => return self::incomplete(node, incomplete, so_far),
        Step::Score(scored) => return score(node, scored, so_far),
        Step::Waiting(waiting) => self::waiting(waiting) + &at,
        Step::Judged(judged) => self::judged(judged) + &at,
        Step::Review(review) => self::review(review) + &at,
        Step::Panel(panel) => {
            self::panel(panel, so_far.panels.insert(node.positions.clone())) + &at
        }
        Step::Evidence(evidence) => {
            if !so_far.evidence.insert(evidence.evidence.to_string()) {
                return leaf(format!("evidence {}, as above", evidence.evidence));
            }
            return self::evidence(evidence, &at);
        }
        Step::Publication(issued) => return publication(issued, &at),
        Step::Framework(rules) => return framework(rules, &at),
    };
    Branch { score: None, text, below: below(node, so_far) }
}

fn below(node: &Node, so_far: &mut Said) -> Vec<Branch> {
    node.from.iter().map(|node| said(node, so_far)).collect()
}

fn leaf(text: impl Into<String>) -> Branch {
    Branch { score: None, text: text.into(), below: vec![] }
}

fn assessment(node: &Node, assessed: &Assessed) -> String {
    let body = rows::body(&assessed.name, &assessed.flags);
    let (id, framework) = (assessed.assessment, assessed.framework);
    let kind = word(&assessed.assessment_kind);
    let is_published = node.from.iter().any(|it| matches!(it.step, Step::Publication(_)));
    let status = match assessed.status {
        Status::Unrated if assessed.flags.contains(Flag::Withdrawn) => "withdrawn",
        // Its scores may well give a rating, which is nobody's yet.
        Status::Unrated if !is_published => "not published",
        status => status.as_str(),
    };
    let cancelled = assessed.cancelled_on.map(|on| format!(", cancelled {on}")).unwrap_or_default();
    format!(
        "{body}: {id}, {kind} under {framework}, {status}{cancelled}{}",
        flagged(&assessed.flags.clone().without(Flag::Withdrawn))
    )
}

/// The rating first, then what makes it, then what would make it another.
fn rating(node: &Node, rated: &Rated, so_far: &mut Said) -> Branch {
    let subject = match (&rated.level, &rated.name) {
        (LevelKind::Overall, _) | (_, None) => "Overall".to_owned(),
        (_, Some(name)) => format!("Theme “{name}”"),
    };
    let computed = match (rated.rating, rated.score) {
        (Some(rating), Some(score)) => format!("{rating}, {score}\u{a0}%"),
        (None, Some(score)) => format!("{score}\u{a0}%; no rating is awarded"),
        (_, None) => match rated.published_rating {
            Some(rating) => format!("{rating}, as published; it cannot be worked out"),
            None => "no rating".to_owned(),
        },
    };
    let seen = (rated.published_rating, rated.published_score);
    let is_other = rated.score.is_some()
        && (seen.0.is_some_and(|it| Some(it) != rated.rating)
            || seen.1.is_some_and(|it| Some(it) != rated.score));
    let published = is_other.then(|| {
        let score = seen.1.map(|score| format!(", {score}\u{a0}%")).unwrap_or_default();
        format!("; the public sees {}{score}", known(&seen.0))
    });
    let half = rated.band_half.map(|half| match half {
        BandHalf::Midpoint => ", on the middle of its band".to_owned(),
        half => format!(", in the {half} half of its band"),
    });
    let text = format!(
        "{subject}: {computed}{}{}",
        half.unwrap_or_default(),
        published.unwrap_or_default()
    );
    let all = items(node);
    let needs = |distance: &Option<Distance>, way: Way| {
        let goal = |it: &Distance| it.rating.to_string();
        distance.as_ref().map(|it| leaf(why_not(it, way, &goal(it), (all, "statements"))))
    };
    let mut below = below(node, so_far);
    below.extend(needs(&rated.up, Way::Up));
    below.extend(needs(&rated.down, Way::Down));
    Branch { score: None, text, below }
}

/// How many scores the percentage below is worked out from.
fn items(node: &Node) -> usize {
    match node.from.first().map(|below| &below.step) {
        Some(Step::Percentage(sum)) => sum.scores.len(),
        _ => 0,
    }
}

/// Which way a score would go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// `why not Good (from 63 %, 23 points): 9 points more in all, on any of the 9 statements`: of how
/// many there are, and what they are called.
fn why_not(distance: &Distance, way: Way, goal: &str, (all, called): (usize, &str)) -> String {
    let Distance { percent, points, marks, on, changes, .. } = distance;
    let (bound, more, end) = match way {
        Way::Up => ("from", "more", "that are not at 4"),
        Way::Down => ("up to", "less", "that are not at 1"),
    };
    let (need, any) = match marks {
        1 => (format!("one point {more}"), "any one of"),
        marks => (format!("{marks} points {more} in all,"), "any of"),
    };
    let on = match on.as_slice() {
        [one] => one.clone(),
        several if several.len() == all => format!("{any} the {all} {called}"),
        several => {
            format!("{any} the {} {called} {end}: {}", several.len(), several.join(", "))
        }
    };
    let only = match changes {
        RatingChanges::AtAnyReview => "",
        RatingChanges::AtComprehensiveAssessment => {
            "; it changes only at a comprehensive assessment"
        }
    };
    format!("why not {goal} ({bound} {percent}\u{a0}%, {points} points): {need} on {on}{only}")
}

fn percentage(node: &Node, arithmetic: &Arithmetic, so_far: &mut Said) -> Branch {
    let Arithmetic { points, items, percent, quotient, from, to, .. } = arithmetic;
    let of = match arithmetic.of {
        Of::Statements => count(u64::from(*items), "statement"),
        Of::Categories => format!("{items} evidence categories"),
    };
    let rounded = match (quotient.decimals_are, arithmetic.rounding) {
        (Decimals::Exact, _) if quotient.denominator == 1 => String::new(),
        (_, Rounding::Ceiling) => format!(", rounded up to {percent}\u{a0}%"),
        (_, Rounding::Floor) => format!(", rounded down to {percent}\u{a0}%"),
        (_, Rounding::HalfUp) => format!(", rounded to the nearest: {percent}\u{a0}%"),
    };
    let band = match arithmetic.of {
        Of::Statements => format!("{} is {from} to {to}\u{a0}%", arithmetic.rating),
        Of::Categories => format!("{from} to {to}\u{a0}% is score {}", arithmetic.score),
    };
    let common = common(node);
    let text = format!(
        "{points} points on {of}: 100 × {points} ÷ (4 × {items}) = {quotient}\u{a0}%{rounded}; \
         {band}{}",
        common.as_ref().map(|text| format!("; the scores {text}")).unwrap_or_default(),
    );
    let below = match common {
        Some(_) => node.from.iter().map(bare).collect(),
        None => below(node, so_far),
    };
    Branch { score: None, text, below }
}

/// What all scores below have in common, if they rest on the same record alone: it is said once.
fn common(node: &Node) -> Option<String> {
    let first = node.from.first()?;
    let given = |node: &Node| match &node.step {
        Step::Score(scored) => scored.given,
        _ => None,
    };
    let is_alike = |node: &Node| {
        node.from.is_empty() && (&node.positions, given(node)) == (&first.positions, given(first))
    };
    node.from.iter().all(is_alike).then(|| gave(given(first)?, &first.positions)).flatten()
}

/// How a score came to be, where nothing below it says so.
fn gave(given: Given, positions: &[u64]) -> Option<String> {
    let at = placed(positions);
    match given {
        Given::Imported => Some(format!("as imported{at}")),
        Given::Published => Some("as published".to_owned()),
        Given::Reviewed | Given::Adjusted | Given::Computed => None,
    }
}

/// A score with nothing but its name, and what a reader must know of it.
fn bare(node: &Node) -> Branch {
    let Step::Score(scored) = &node.step else { return leaf("") };
    Branch { score: scored.score, text: named(scored), below: vec![] }
}

fn score(node: &Node, scored: &Scored, so_far: &mut Said) -> Branch {
    let given = scored.given.filter(|_| is_bare(node));
    let given = given.and_then(|given| gave(given, &node.positions));
    let given = given.map(|text| format!(": {text}")).unwrap_or_default();
    let mut below = below(node, so_far);
    let all = items(node);
    let needs = |distance: &Option<Distance>, way: Way| {
        let goal = |it: &Distance| it.score.to_string();
        distance.as_ref().map(|it| leaf(why_not(it, way, &goal(it), (all, "categories"))))
    };
    below.extend(needs(&scored.up, Way::Up));
    below.extend(needs(&scored.down, Way::Down));
    Branch { score: scored.score, text: named(scored) + &given, below }
}

/// `Safeguarding (the public sees 2)`.
fn named(scored: &Scored) -> String {
    let seen = scored.published_score.filter(|seen| Some(*seen) != scored.score);
    let seen = seen.map(|seen| format!(" (the public sees {seen})")).unwrap_or_default();
    let missing: Vec<String> = scored.missing.iter().map(ToString::to_string).collect();
    let missing = match (scored.score, missing.as_slice()) {
        (Some(_), _) => String::new(),
        (None, []) => ": no score".to_owned(),
        (None, missing) => format!(": no score yet; {} missing", missing.join(", ")),
    };
    // The other flags are those of the whole assessment, at whose name they stand.
    let own = Flags::default()
        .with(Flag::Waiting, scored.flags.contains(Flag::Waiting))
        .with(Flag::Conflict, scored.flags.contains(Flag::Conflict));
    format!("{}{seen}{missing}{}", scored.name, flagged(&own))
}

/// What there is; of the statements that are missing, those with a part of what they need.
fn incomplete(node: &Node, incomplete: &Incomplete, so_far: &mut Said) -> Branch {
    let Incomplete { scored, statements, missing } = incomplete;
    let text = if *scored == 0 {
        format!("none of the {statements} statement scores is known, so there is no percentage")
    } else {
        let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
        format!(
            "{scored} of {statements} statements have a score, so there is no percentage yet; \
             missing: {}",
            missing.join(", ")
        )
    };
    let is_known = |node: &&Node| !node.from.is_empty() || !node.positions.is_empty();
    let below = node.from.iter().filter(is_known).map(|node| said(node, so_far)).collect();
    Branch { score: None, text, below }
}

fn waiting(waiting: &Waiting) -> String {
    format!(
        "judged {} since, which waits for a comprehensive assessment; {} is in force",
        waiting.score,
        known(&waiting.in_force)
    )
}

fn judged(judged: &Judged) -> String {
    let Judged { points, percent, rating } = judged;
    let rating = rating.map(|rating| format!(", {rating}")).unwrap_or_default();
    format!("with what was judged since and waits: {points} points, {percent}\u{a0}%{rating}")
}

fn review(review: &Review) -> String {
    let before = match review.previous {
        Some(previous) if previous == review.score => ", as before".to_owned(),
        Some(previous) => format!(", {previous} before"),
        None => String::new(),
    };
    let (by, role, on) = (review.by, plain(&review.role), review.reviewed_on);
    let comment = review.comment.map(|id| format!(", after comment {id}")).unwrap_or_default();
    format!(
        "{by} ({role}) gave {}{before}, on {on}: {}{comment}",
        review.score,
        plain(&review.reason)
    )
}

fn panel(panel: &Panel, is_new: bool) -> String {
    let did = match panel.reason {
        Some(reason) => format!("adjusted {} to {} ({reason})", panel.scored, panel.score),
        None => format!("confirmed {}", panel.score),
    };
    let members: Vec<String> = panel.members.iter().map(ToString::to_string).collect();
    let who = if is_new { format!(" ({})", members.join(", ")) } else { String::new() };
    format!("panel {}{who} {did} on {}", panel.panel, panel.decided_on)
}

fn evidence(evidence: &Evidence, at: &str) -> Branch {
    let dated = |what: &str, on: Option<assessment::PartialDate>| {
        on.map(|on| format!(", {what} {on}")).unwrap_or_default()
    };
    let why = |reason: Option<String>| reason.map(|it| format!(" ({it})")).unwrap_or_default();
    let text = format!(
        "evidence {}{}{}{}{}{}{}{at}",
        evidence.evidence,
        dated("collected", evidence.collected_on),
        dated("received", evidence.received_on),
        dated("withdrawn", evidence.withdrawn_on),
        why(evidence.withdrawal_reason.map(|it| plain(&it))),
        dated("erased", evidence.erased_on),
        why(evidence.legal_basis.map(|it| plain(&it))),
    );
    let commitment = evidence.commitment.map(|digest| {
        let text = digest.to_string();
        leaf(format!("commitment {}", text.get(..12).unwrap_or(&text)))
    });
    Branch { score: None, text, below: commitment.into_iter().collect() }
}

fn publication(issued: &Issued, at: &str) -> Branch {
    let rated = issued.rating.map(|rating| format!(": {rating}")).unwrap_or_default();
    let score = issued.score.map(|score| format!(", {score}\u{a0}%")).unwrap_or_default();
    let by = issued.by.map(|by| format!(", released by {by}")).unwrap_or_default();
    let (id, on) = (issued.publication, issued.published_on);
    let mut below = Vec::new();
    if let (Some(rating), Some(score)) = (issued.computed_rating, issued.computed_score) {
        let why = issued.import.as_ref().and_then(|import| import.disagreement);
        let why = why.map(|why| format!("; taken as it is: {}", plain(&why))).unwrap_or_default();
        below.push(leaf(format!("its scores give {rating}, {score}\u{a0}%{why}")));
    }
    if let Some(replaces) = issued.replaces {
        let why = issued.reissue_reason.map(|why| format!(" ({})", plain(&why)));
        below.push(leaf(format!("took the place of {replaces}{}", why.unwrap_or_default())));
    }
    if let Some(on) = issued.withdrawn_on {
        let why = issued.withdrawal_reason.map(|why| format!(" ({})", plain(&why)));
        below.push(leaf(format!("withdrawn {on}{}", why.unwrap_or_default())));
    }
    below.extend(issued.import.as_ref().map(|import| leaf(self::import(import))));
    Branch { score: None, text: format!("Published {on} as {id}{rated}{score}{by}{at}"), below }
}

fn import(import: &Import) -> String {
    let corrected = import.corrected.map(|why| format!(", corrected ({})", plain(&why)));
    let source = import.source.as_ref().map(|source| format!(", from {source}"));
    format!(
        "taken in as published before this ledger{}{}; that this framework applies is {}",
        source.unwrap_or_default(),
        corrected.unwrap_or_default(),
        plain(&import.framework_basis)
    )
}

fn framework(rules: &Rules, at: &str) -> Branch {
    let known =
        |what: &str, basis: String, source: &str| leaf(format!("{what}: {basis}, {source}"));
    let mut below = vec![
        known(
            &format!("rounding {}", plain(&rules.rounding.value)),
            plain(&rules.rounding.basis),
            &rules.rounding.source,
        ),
        known("bands", plain(&rules.bands.basis), &rules.bands.source),
        known(
            "the whole from all statements alike",
            plain(&rules.overall_from.basis),
            &rules.overall_from.source,
        ),
    ];
    if rules.rating_changes.value == RatingChanges::AtComprehensiveAssessment {
        below.push(known(
            "ratings change only at a comprehensive assessment",
            plain(&rules.rating_changes.basis),
            &rules.rating_changes.source,
        ));
    }
    let text = format!("Rules of {}, in use since {}{at}", rules.framework, rules.adopted_on);
    Branch { score: None, text, below }
}

/// `, record 106`, `, records 40 and 41`; nothing where no record is named.
fn placed(positions: &[u64]) -> String {
    match positions {
        [] => String::new(),
        [one] => format!(" ·\u{a0}record\u{a0}{one}"),
        several => {
            let all: Vec<String> = several.iter().map(ToString::to_string).collect();
            format!(" ·\u{a0}records {}", all.join(", "))
        }
    }
}

/// The flags, but that a body is invented, which stands at its name.
fn flagged(flags: &Flags) -> String {
    let flags = flags.clone().without(Flag::Fictional).to_string();
    if flags.is_empty() { flags } else { format!(" [{}]", flags.replace('_', " ")) }
}

/// A word of the data, as it is read.
fn plain<T: Serialize>(word: &T) -> String {
    self::word(word).replace('_', " ")
}

fn word<T: Serialize>(word: &T) -> String {
    let value = serde_json::to_value(word).expect("a word is a text");
    value.as_str().unwrap_or_default().to_owned()
}
