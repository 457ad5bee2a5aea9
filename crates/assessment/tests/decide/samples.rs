//! Samples of decisions.
//!
//! Guards against the fear that a sample is steered: drawn again until it pleases, with a seed that
//! was known, from a population that was made to fit; that somebody judges their own work, or a
//! second score is made to agree with the first.

use super::step_cases::*;
use super::*;
use assessment::sample::{Frame, Item, MOST_BYTES, MOST_ITEMS, Stratifier, Unit, WHOLE};
use assessment::state::Sample;
use assessment::{ItemId, StrikeOuts};

/// A seed, as dice give one.
const SEED: &str = "3141592653589793";
/// Somebody who had no part in anything.
pub const READER: &str = "p-201";

/// What would be loaded of the record that a command reads again.
pub fn item_of(known: &Given, command: &Command) -> BTreeMap<u64, Event> {
    let item = match command {
        Command::ScoreSampleItem(command) => command.item,
        Command::JudgeSampleItem(command) => command.item,
        _ => return BTreeMap::new(),
    };
    let own = known.records().filter(|(position, _)| *position == item.position());
    own.map(|(position, event)| (position, event.clone())).collect()
}

/// What would be loaded of the population of a command: what is in force as of its last record.
/// Only what a record itself says divides it here, or limits it.
pub fn population(known: &Given, command: &Command) -> Option<Frame> {
    let (as_of, query, strata) = match command {
        Command::CommitSample(command) => (command.as_of, &command.population, &command.strata),
        Command::DrawSample(command) => {
            let committed = &known.state.samples.get(&command.sample)?.committed;
            (committed.as_of, &committed.population, &committed.strata)
        }
        _ => return None,
    };
    let last = usize::try_from(as_of).expect("a small number");
    known.events.get(last)?;
    let records = known.records().take(last + 1);
    let void = StrikeOuts::among(records.clone()).void();
    let in_force = records.filter(|(position, _)| !void.contains_key(position));
    let items = in_force.flat_map(|(position, event)| query.of.items(position, event));
    let is_meant = |it: &Item| {
        query.assessor.is_none_or(|by| it.by.contains(&by))
            && query.statement.is_none_or(|on| it.cell.is_some_and(|cell| cell.0 == on))
    };
    let unit = |it: Item| Unit { item: it.id, stratum: stratum(&it, strata) };
    Some(Frame(items.filter(is_meant).map(unit).collect()))
}

fn stratum(item: &Item, strata: &[Stratifier]) -> String {
    let value = |by: &Stratifier| match by {
        Stratifier::Statement => item.cell.map_or(String::new(), |cell| cell.0.to_string()),
        Stratifier::Assessor => item.by.first().map_or(String::new(), ToString::to_string),
        other => other.to_string(),
    };
    let values: Vec<String> = strata.iter().map(value).collect();
    if values.is_empty() { WHOLE.to_owned() } else { values.join(" ") }
}

/// Nine scores of one assessor.
pub fn decided() -> Given {
    scored()
}

pub fn commit(known: &Given, further: Value) -> Command {
    let data = json!({
        "as_of": known.events.len() - 1, "population": {"of": "score_reviews"}, "size": 3,
    });
    command("commit_sample", data, further)
}

pub fn seed(further: Value) -> Command {
    let data = json!({"announced_on": TODAY, "sample": "2026-a", "seed": SEED, "source": "dice"});
    command("seed_sample", data, further)
}

pub fn draw(further: Value) -> Command {
    command("draw_sample", json!({"sample": "2026-a"}), further)
}

pub fn second_score(item: ItemId, further: Value) -> Command {
    let data = json!({
        "by": READER, "item": item, "sample": "2026-a", "score": 3, "scored_on": TODAY,
    });
    command("score_sample_item", data, further)
}

pub fn judge(item: ItemId, further: Value) -> Command {
    let data = json!({
        "by": READER, "finding": "agree", "item": item, "judged_on": TODAY, "sample": "2026-a",
    });
    command("judge_sample_item", data, further)
}

pub fn anomaly() -> Value {
    json!({"class": "not_supported", "finding": "anomaly", "text": content(70)})
}

/// Committed to, of all that was decided until now.
pub fn committed(known: Given, further: Value) -> Given {
    let command = commit(&known, further);
    known.and(command)
}

/// The same, but on an earlier day.
fn committed_on(day: &str, further: Value) -> Given {
    let known = decided();
    let recorded = known.clone().when(commit(&known, further)).recorded();
    let (kind, mut data) = recorded.into_iter().next().expect("a commitment");
    data["committed_on"] = json!(day);
    known.and_then(event(kind, data))
}

pub fn drawn(known: Given, further: Value) -> Given {
    committed(known, further).and(seed(json!({}))).and(draw(json!({})))
}

/// All nine, each with a second reader's score of 3, which is the first one's too.
pub fn read_again() -> Given {
    let known = drawn(decided(), json!({"size": 9}));
    let items = items(&known);
    items.into_iter().fold(known, |known, item| known.and(second_score(item, json!({}))))
}

pub fn sample(known: &Given) -> &Sample {
    known.state.samples.values().next().expect("a sample")
}

pub fn items(known: &Given) -> Vec<ItemId> {
    sample(known).drawn.as_ref().expect("it is drawn").items.clone()
}

/// As many scores as no sample can have, each of somebody else.
fn many() -> Given {
    let mut known = decided();
    let review = known.events.last().expect("a review").encode();
    for person in 0..=MOST_ITEMS {
        let mut review = review.clone();
        review["by"] = json!(format!("p-{}", 100_000_000_000 + person));
        known.events.push(event("score_reviewed", review));
    }
    known
}

/// Commands of every kind with every member, in the state that those before them made.
pub fn commands_after(mut commands: Vec<Command>) -> Vec<Command> {
    let known = given(commands.clone());
    let all = json!({
        "by": "p-107", "population": {
            "assessor": SCORER, "framework": METHOD_A, "from": "2026-01", "of": "score_reviews",
            "region": "North East", "statement": "assessing-needs", "to": "2026-12-31",
        }, "seed_from": "ten dice, rolled in public", "size": 1, "strata": ["rating", "statement"],
    });
    let bound = json!({"confidence": 9500, "size": null, "tolerable_error": 500});
    let first = [
        commit(&known, all),
        commit(&known, json!({"each": 2, "size": null})),
        commit(&known, bound),
        seed(json!({"by": "p-107"})),
        draw(json!({"by": "p-107"})),
    ];
    let item = items(&first.iter().cloned().fold(known, Given::and))[0];
    commands.extend(first);
    let mut answer = framework("la-2025");
    answer["id"] = json!("la-2026");
    let adopting = json!({
        "adopted_on": TODAY, "because": "2026-a", "framework": answer,
        "reason": "quality_assurance", "text": content(18),
    });
    commands.extend([
        second_score(item, json!({})),
        judge(item, anomaly()),
        command("adopt_framework", adopting, json!({})),
    ]);
    commands
}

fn of_commitments() -> Vec<When> {
    let known = decided();
    let many = many();
    let commit = |further: Value| known.clone().when(commit(&known, further));
    let erasures = json!({"population": {"of": "erasures"}});
    let by_statement = json!({"population": {"of": "publications"}, "strata": ["statement"]});
    let too_many = json!({"size": MOST_ITEMS + 1});
    let each = json!({"as_of": 2_000, "each": 1, "size": null, "strata": ["assessor"]});
    vec![
        commit(json!({"as_of": 999})),
        commit(erasures),
        commit(json!({"each": 1})),
        commit(json!({"size": 10})),
        commit(json!({"confidence": 9500, "size": null, "tolerable_error": 0})),
        commit(by_statement),
        commit(json!({"strata": ["rating", "statement", "rating"]})),
        commit(json!({"strata": ["statement", "rating"]})),
        commit(json!({"size": 8, "strata": ["statement"]})),
        many.clone().when(self::commit(&many, too_many)),
        many.clone().when(self::commit(&many, each)),
    ]
}

fn of_draws() -> Vec<When> {
    let known = committed(decided(), json!({}));
    let seeded = known.clone().and(seed(json!({})));
    let again = committed(seeded.clone(), json!({}));
    let mut tampered = seeded.clone();
    let review = tampered.events.iter().position(|it| it.kind() == "score_reviewed");
    tampered.events[review.expect("one")] = tampered.events[0].clone();
    vec![
        given([]).when(seed(json!({}))),
        known.clone().when(draw(json!({}))),
        known.when(seed(json!({"source": "beacon"}))),
        committed_on("2026-05-10", json!({}))
            .when(seed(json!({"announced_on": "2026-05-11", "source": "beacon"}))),
        seeded.when(seed(json!({"seed": "2718281828"}))),
        again.clone().when(seed(json!({"sample": "2026-b"}))),
        again.when(seed(json!({"sample": "2026-b", "seed": "2718 2818"}))),
        tampered.when(draw(json!({}))),
    ]
}

fn of_readings() -> Vec<When> {
    let known = drawn(decided(), json!({}));
    let item = items(&known)[0];
    let read = known.clone().and(second_score(item, json!({})));
    let twice = committed(read.clone(), json!({"size": 9}));
    let other = json!({"sample": "2026-b", "seed": "2718281828"});
    let twice = twice.and(seed(other)).and(draw(json!({"sample": "2026-b"})));
    let published = given([import(json!({}))]);
    let published = drawn(published, json!({"population": {"of": "publications"}, "size": 1}));
    let publication = items(&published)[0];
    let undescribed = json!({"class": "not_supported", "finding": "anomaly"});
    let adopt_because = |id: &str| {
        let data = json!({"adopted_on": TODAY, "because": "2026-a", "framework": framework(id)});
        command("adopt_framework", data, json!({}))
    };
    vec![
        committed(decided(), json!({})).when(second_score(item, json!({}))),
        known.clone().when(second_score(ItemId::record(0), json!({}))),
        known.clone().when(second_score(item, json!({"by": SCORER}))),
        published.clone().when(second_score(publication, json!({}))),
        read.clone().when(second_score(item, json!({"score": 2}))),
        twice.when(second_score(item, json!({"sample": "2026-b"}))),
        known.clone().when(judge(item, json!({}))),
        read.clone().and(judge(item, json!({}))).when(judge(item, json!({"by": "p-098"}))),
        read.clone().when(judge(item, json!({"finding": "adjacent"}))),
        published.when(judge(publication, json!({"finding": "adjacent"}))),
        read.clone().when(judge(item, undescribed)),
        read.clone().when(judge(item, json!({"class": "not_supported"}))),
        read.clone().and(judge(item, json!({}))).when(adopt_because("la-2023")),
        read.and(judge(item, anomaly())).when(adopt_because("la-2025")),
    ]
}

/// A case of every refusal about a sample.
pub fn cases() -> Vec<When> {
    [of_commitments(), of_draws(), of_readings()].into_iter().flatten().collect()
}

/// The sentence of the issue, whole: committed to, seeded, drawn, read again, answered.
#[test]
fn a_sample_goes_its_way() {
    let known = decided();
    let (end, first) = (known.events.len(), known.events.len() - 9);
    let lines: String = (first..end).map(|position| format!("{position}\tall\n")).collect();
    let known = known.clone().when(commit(&known, json!({}))).then([event(
        "sample_committed",
        json!({
            "as_of": end - 1, "by": "p-001", "committed_on": TODAY,
            "method": "consistent_sampler", "population": {"of": "score_reviews"},
            "population_digest": blake3::hash(lines.as_bytes()).to_string(),
            "population_size": 9, "quotas": [{"of": 9, "size": 3, "stratum": "all"}],
            "sample": "2026-a", "size": 3, "strata": [],
        }),
    )]);
    let known = known.when(seed(json!({}))).then([event(
        "sample_seeded",
        json!({
            "announced_on": TODAY, "by": "p-001", "sample": "2026-a", "seed": SEED,
            "source": "dice",
        }),
    )]);
    let known = known.and(draw(json!({})));
    let items = items(&known);
    assert!(items.len() == 3 && items.iter().all(|it| (first..end).contains(&at(*it))));
    let known = known.when(draw(json!({}))).quiet();
    let known = known.when(second_score(items[0], json!({"score": 2}))).then([event(
        "sample_item_scored",
        json!({
            "by": READER, "item": items[0], "sample": "2026-a", "score": 2, "scored_on": TODAY,
        }),
    )]);
    let known = known.when(judge(items[0], anomaly())).then([event(
        "sample_item_judged",
        json!({
            "by": READER, "class": "not_supported", "finding": "anomaly", "item": items[0],
            "judged_on": TODAY, "sample": "2026-a", "text": content(70),
        }),
    )]);
    assert_eq!(sample(&known).anomalies().count(), 1);
}

fn at(item: ItemId) -> usize {
    usize::try_from(item.position()).expect("a small number")
}

#[test]
fn no_seed_is_older_than_its_sample() {
    decided().when(seed(json!({}))).refused("sample_unknown");
    let known = committed_on("2026-05-10", json!({"seed_from": "the first pulse of 11 May"}));
    let seeded = |source: &str, day: &str| {
        let data = json!({"announced_on": day, "source": source});
        known.clone().when(seed(data))
    };
    seeded("dice", "2026-05-09").refused("seed_before_commitment");
    seeded("beacon", "2026-05-10").refused("seed_before_commitment");
    seeded("dice", "2026-05-18").refused("date_in_future");
    seeded("beacon", "2026-05").refused("day_not_known");
    for (source, day) in [("dice", "2026-05-10"), ("beacon", "2026-05-11")] {
        assert!(seeded(source, day).outcome.is_ok_and(|events| events.len() == 1), "{source}");
    }
    let beacon = seed(json!({"announced_on": "2026-05-11", "source": "beacon"}));
    committed_on("2026-05-10", json!({})).when(beacon).refused("beacon_not_named");
    // What the commitment itself tells was known when it was made.
    let told = json!({"seed_from": "ten dice; 3141-5926 5358 9793 came out"});
    committed(decided(), told).when(self::seed(json!({}))).refused("seed_known");
}

#[test]
fn a_seed_is_recorded_once_and_as_it_was_announced() {
    let zeros = json!({"seed": "000120034"});
    let known = committed(decided(), json!({})).and(seed(zeros.clone()));
    assert_eq!(sample(&known).seeded.as_ref().expect("it").seed.as_str(), "000120034");
    let known = known.when(seed(zeros)).quiet();
    for further in [json!({"seed": "12003400"}), json!({"seed": "000120034", "source": "beacon"})] {
        known.clone().when(seed(further)).refused("already_seeded");
    }
}

/// Of ten dice there are many readings, each of which draws otherwise: the sample that pleases.
#[test]
fn what_was_rolled_is_written_in_one_way() {
    let known = committed(decided(), json!({}));
    for other in ["3141 5926", "3141-5926", "3141.5926", "٣١٤١٥٩٢٦", "⚂⚀⚃⚀⚄⚁⚅⚄", "three one four"]
    {
        known.clone().when(seed(json!({"seed": other}))).refused("dice_not_digits");
    }
}

/// A value that was known cannot decide on what is committed to later; samples that were all
/// committed to before it may share it.
#[test]
fn a_known_seed_serves_no_later_sample() {
    let both = committed(committed(decided(), json!({})), json!({"size": 2}));
    let second = json!({"sample": "2026-b"});
    let known = both.and(seed(json!({}))).and(seed(second));
    let known = committed(known, json!({}));
    known.clone().when(seed(json!({"sample": "2026-c"}))).refused("seed_known");
    // Every commitment stays in the ledger, drawn or not.
    let ids: Vec<&str> = known.state.samples.keys().map(|id| id.as_str()).collect();
    assert_eq!(ids, ["2026-a", "2026-b", "2026-c"]);
}

/// What was decided as of the commitment was decided, whatever becomes of it.
#[test]
fn a_strike_out_after_the_commitment_changes_no_sample() {
    let known = committed(decided(), json!({"size": 9})).and(seed(json!({})));
    let struck = known.events.iter().position(|it| it.kind() == "score_reviewed").expect("one");
    let strike = json!({"position": struck, "reason": "wrong_entry", "struck_on": TODAY});
    let void = known.clone().and(command("strike_out", strike, json!({})));
    let (void, known) = (void.and(draw(json!({}))), known.and(draw(json!({}))));
    assert_eq!(items(&void), items(&known));
    // The void review still is its scorer's, though the assessment knows of it no more.
    let item = ItemId::record(struck as u64);
    void.clone().when(second_score(item, json!({"by": SCORER}))).refused("reader_involved");
    let read = void.and(second_score(item, json!({}))).and(judge(item, json!({})));
    assert_eq!(sample(&read).judged.len(), 1);
    // Who commits now commits to what is in force now.
    let later = committed(read, json!({"size": 8}));
    assert_eq!(later.state.samples.values().next_back().expect("one").committed.size, 8);
}

#[test]
fn what_is_recorded_of_a_sample_is_never_struck_out() {
    let known = read_again();
    let known = known.clone().and(judge(items(&known)[0], json!({})));
    for (position, event) in known.records().filter(|(_, it)| it.kind().starts_with("sample_")) {
        let strike = json!({"position": position, "reason": "wrong_entry", "struck_on": TODAY});
        let strike = command("strike_out", strike, json!({}));
        let refusal = known.clone().when(strike).refused("kind_not_struck_out");
        assert!(refusal.to_string().contains(event.kind()), "{refusal}");
    }
}

/// What is committed to or drawn must fit a line of the ledger, whatever stands in it.
#[test]
fn the_longest_draw_fits_a_record() {
    let items: Vec<String> =
        (0..MOST_ITEMS).map(|nth| format!("9007199254740991.{}", 9999 - nth)).collect();
    let data = json!({
        "by": "p-123456789012", "drawn_on": TODAY, "items": items, "sample": "2026-zzzz",
    });
    let drawn = event("sample_drawn", data);
    let bytes = drawn.encode().to_string().len() as u64;
    assert!((MOST_BYTES - 1_000..=MOST_BYTES).contains(&bytes), "{bytes}");
}

/// Nothing is found under a name that was mistyped, and that should not look like nothing decided.
#[test]
fn an_empty_population_says_which_name_is_unknown() {
    let known = decided();
    // Nothing was erased here.
    let none = |member: &str, value: &str| {
        let population = json!({"of": "erasures", "to": "2026-02", member: value});
        known.clone().when(commit(&known, json!({"population": population})))
    };
    none("framework", "la-2030").refused("framework_unknown");
    none("statement", "assessing-meads").refused("statement_not_in_use");
    none("from", "2026-03").refused("out_of_order");
    let adopted = known.state.frameworks.keys().next().expect("one").to_string();
    for (member, value) in [("framework", &*adopted), ("statement", "assessing-needs")] {
        none(member, value).refused("population_empty");
    }
    none("from", "2026-02").refused("population_empty");
}

#[test]
fn a_size_is_said_in_one_way() {
    let known = decided();
    let commit = |further: Value| known.clone().when(commit(&known, further));
    let none = json!({"size": null});
    let both = json!({"confidence": 9500, "tolerable_error": 500});
    let half = json!({"confidence": 9500, "size": null});
    for further in [none, both, half] {
        commit(further).refused("size_not_clear");
    }
    for further in [json!({"size": 0}), json!({"size": 10}), json!({"each": 0, "size": null})] {
        commit(further).refused("size_impossible");
    }
    for (confidence, tolerable) in [(0, 500), (10_000, 500), (9500, 0), (9500, 10_000)] {
        let further = json!({"confidence": confidence, "size": null, "tolerable_error": tolerable});
        commit(further).refused("share_impossible");
    }
    let size = |further: Value| {
        let known = committed(known.clone(), further);
        let committed = &sample(&known).committed;
        let sizes: Vec<u64> = committed.quotas.iter().map(|quota| quota.size).collect();
        assert_eq!(sizes.iter().sum::<u64>(), committed.size);
        sizes
    };
    assert_eq!(size(json!({"size": 9})), [9]);
    assert_eq!(size(json!({"each": 2, "size": null, "strata": ["statement"]})), [1; 9]);
    assert_eq!(size(json!({"each": 100, "size": null})), [9]);
    // Of nine, one in error is missed by eight with a chance of 11 %; three by five with 4.8 %.
    for (tolerable, wanted) in [(500, 9), (3000, 5)] {
        let bound = json!({"confidence": 9500, "size": null, "tolerable_error": tolerable});
        assert_eq!(size(bound), [wanted]);
    }
}
