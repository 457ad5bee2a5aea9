//! Guards that an explanation is of what is shown, that whoever follows it comes to the records
//! that it names, and that it tells nobody what was not published.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::site::{BRENT, HEADER, PUBLISHED, Site, check, row};
use crate::story::{AUTHORITY, NEIGHBOUR, SYSTEM};

const FORMATS: [&str; 4] = ["tree", "json", "prov", "svg"];

/// An authority scored by statement and a system scored by category, both published; of the
/// authority a later judgement waits, and some of its evidence is gone.
fn lived() -> Site {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    site.import(&SYSTEM.published());
    let review = "score review Millbrook --role assessor --by p-021 --reason ongoing_review";
    site.ok(&format!("{review} --statement safeguarding --score 4 --date 2026-01-12"));
    site.ok("evidence withdraw X99000011-e1 --reason inaccurate --date 2026-01-13");
    site.ok(
        "evidence erase X99000012-e1 --basis retention_ended --authority p-009 --date 2026-01-14",
    );
    site
}

fn json(site: &Site, line: &str) -> Value {
    serde_json::from_str(&site.ok(&format!("explain {line} --format json"))).unwrap()
}

/// The beginnings of hashes, which are others in every ledger, made alike.
fn masked(text: &str) -> String {
    let is_hash = |word: &str| {
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        word.len() == 12 && word.bytes().all(is_hex)
    };
    let words = text.split(' ').map(|word| match word.split_once('\n') {
        None if is_hash(word) => "<beginning> ".to_owned(),
        Some((first, rest)) if is_hash(first) => format!("<beginning> \n{rest}"),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A node and all below it.
fn nodes(node: &Value) -> Vec<&Value> {
    let below = node["from"].as_array().unwrap().iter().flat_map(nodes);
    std::iter::once(node).chain(below).collect()
}

fn first<'a>(root: &'a Value, kind: &str) -> &'a Value {
    nodes(root).into_iter().find(|node| node["kind"] == kind).unwrap()
}

#[test]
fn a_published_rating_is_explained() {
    let site = Site::with_all_published();
    let text = site.transcript(&[
        "explain York",
        "explain York --audience public",
        "explain York --statement Safeguarding --format json",
        "explain York --statement safeguarding --audience public --format prov",
    ]);
    check("explain_york", &masked(&text));
}

#[test]
fn a_score_is_explained_down_to_the_evidence() {
    let site = lived();
    let text = site.transcript(&[
        "explain Millbrook",
        "explain Millbrook --audience public",
        "explain Vale --statement safeguarding",
        "explain Millbrook --statement safeguarding --format prov",
    ]);
    check("explain_lived", &masked(&text));
    let vale = site.ok("explain Vale");
    assert!(vale.contains("Theme “Leadership”") && !vale.contains("[waiting]"));
    assert!(site.ok("explain Millbrook").contains("[waiting]"));
}

/// What is not there yet, or no more, or was never known, is said and never guessed.
#[test]
fn what_cannot_be_worked_out_is_said() {
    let site = Site::begun();
    let unpublished = AUTHORITY.unpublished();
    let reviewed = |line: &Value| line["kind"] == "review_score";
    let begun = unpublished.iter().position(reviewed).unwrap();
    site.import(&unpublished[..begun + 4]);
    let partial = row("E06000014", "York", "Requires improvement", ",,,,,,,,");
    site.write("partial.csv", format!("{HEADER}\n{partial}\n"));
    site.ok("publication import partial.csv --partial");
    let pilot = row("E06000022", "Bath", "Good", "3,3,3,3,3,3,3,3,3").replace("formal", "pilot");
    site.publish(&pilot.replace("2024-08", "2023-11"));
    // A rating that its scores do not give, taken as it was published.
    let other = row("E06000024", "North Somerset", "Good", "2,2,2,2,2,2,2,2,2");
    site.write("other.csv", format!("{HEADER}\n{other}\n"));
    site.ok("publication import other.csv --accept-disagreement as_published");
    site.register("X99000001", "Exampleshire", "local_authority");
    let text = site.transcript(&[
        "explain 'North Somerset' --statement safeguarding",
        "explain Millbrook",
        "explain York",
        "explain Bath --statement safeguarding",
        "explain Exampleshire",
    ]);
    site.ok("publication withdraw E06000022-2023-a-p1 --reason ordered --withdrawn-on 2024-01-02");
    let after = site
        .transcript(&["explain Bath --audience public", "explain Bath --statement safeguarding"]);
    check("explain_unknown", &masked(&(text + &after)));
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let site = Site::with_all_published();
    let text = site.transcript(&[
        "explain Nowhere",
        "explain North",
        "explain ''",
        "explain '../York'",
        "explain York --statement learning-culture",
        "explain York --statement ''",
        "explain York --assessment E06000014-2031-a",
        "explain York --assessment E06000022-2024-a",
        "explain York --as-of 2020-01-01",
        "explain York --as-of 0",
        "explain York --as-of 4 --audience public",
        "explain York --as-of 99999999999999999999",
        "explain York --format dot",
    ]);
    check("explain_refused", &text);
}

/// A line that is wider than a terminal cannot be read in one.
#[test]
fn a_tree_fits_eighty_columns() {
    let site = lived();
    let fits = |text: String| {
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 80, "{text}");
        text
    };
    for line in ["explain Millbrook", "explain Vale", "explain Vale --audience public"] {
        fits(site.ok(line));
    }
    // An address is longer than a line: none of its letters may get lost.
    let york = fits(Site::with_all_published().ok("explain York"));
    let address = "/local-authority-assessment-reports/\n│     york-1225/summary; ";
    assert!(york.contains(address), "{york}");
}

/// One point more would do, it is said; and exactly that point was given, and waits.
#[test]
fn what_waits_is_said_and_added_up() {
    let site = Site::begun();
    site.register("X99000002", "Samplebridge", "local_authority");
    let imported = row("X99000002", "Samplebridge", "Requires improvement", BRENT);
    site.write("imported.csv", format!("{HEADER}\n{imported}\n"));
    site.ok("publication import imported.csv --framework la-2025");
    let public = || site.ok("explain Samplebridge --audience public");
    let before = public();
    site.ok("score review Samplebridge --statement assessing-needs --score 3 --role assessor \
             --reason ongoing_review --date 2025-12-01");
    let text = site.ok("explain Samplebridge");
    let sum = "\n│  ├─ with what was judged since and waits: 23 points, 64 %, Good · record ";
    assert!(text.contains(sum), "{text}");
    let only = "statements; it changes only at a comprehensive assessment\n";
    assert_eq!(text.matches("why not").count(), text.matches(only).count(), "{text}");
    assert!(text.contains("2  Assessing needs [waiting]: as imported · record "), "{text}");
    let root = json(&site, "Samplebridge");
    let changes = "at_comprehensive_assessment";
    assert_eq!(first(&root, "rating")["up"]["changes"], changes);
    let judged = first(&root, "judged");
    assert_eq!((&judged["points"], &judged["percent"]), (&23.into(), &64.into()));
    assert_eq!(judged["positions"], first(&root, "waiting")["positions"]);
    // The score in force still comes from the publication.
    let prov: Value = serde_json::from_str(&site.ok("explain Samplebridge --format prov")).unwrap();
    let of = |pair: &Value, end: &str| pair[end].as_str().unwrap().to_owned();
    let derived = prov["wasDerivedFrom"].as_object().unwrap().values().any(|pair| {
        of(pair, "prov:generatedEntity").ends_with("-a.score.assessing-needs")
            && of(pair, "prov:usedEntity") == "ledger:publication.X99000002-2024-a-p1"
    });
    assert!(derived, "{prov}");
    // The public learns the rule, and that is all.
    assert!(before.contains(only) && public() == before, "{before}");
}

/// What was cancelled is no current assessment, and is there to be explained; not to the public.
#[test]
fn a_cancelled_assessment_is_offered() {
    let site = Site::begun();
    site.import(&AUTHORITY.begin());
    site.ok("assessment cancel X99000011-2025-a --reason opened_in_error --date 2025-09-02");
    let regulator = site.run("explain Millbrook").err;
    assert!(regulator.contains("`--assessment X99000011-2025-a` explains"), "{regulator}");
    let text = site.ok("explain Millbrook --assessment X99000011-2025-a");
    assert!(text.contains("not published,\ncancelled 2025-09-02 · record"), "{text}");
    let public = site.run("explain Millbrook --audience public").err;
    assert!(!public.contains("2025-a") && public.contains("no assessment of"), "{public}");
}

/// Another body's assessment, or one of this that is not published, is refused as one that never
/// was: else the words of a refusal tell the public what there is.
#[test]
fn a_refusal_does_not_tell_what_there_is() {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    site.import(&NEIGHBOUR.unpublished()[1..]);
    for command in ["explain", "history"] {
        for audience in ["regulator", "public", "body=X99000011"] {
            let asked = |body: &str, id: &str| {
                let line = format!("{command} {body} --assessment {id} --audience {audience}");
                let ran = site.run(&line);
                assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{line}");
                let words = format!("{id} is not an assessment of {body}");
                assert!(ran.err.contains(&words), "{line}: {}", ran.err);
                ran.err.replace(id, "")
            };
            let unknown = asked("Millbrook", "X99000011-2031-a");
            assert_eq!(asked("Millbrook", "X99000013-2025-a"), unknown);
            if audience != "regulator" {
                let unknown = asked("Northbrook", "X99000013-2031-a");
                assert_eq!(asked("Northbrook", "X99000013-2025-a"), unknown);
            }
        }
    }
}

/// A member of a step that is called as what stands below it would not be told.
#[test]
fn the_band_of_a_percentage_is_told_beside_what_it_rests_on() {
    let root = json(&Site::with_exampleshire(), "Exampleshire");
    let sum = first(&root, "percentage");
    assert_eq!((&sum["band_from"], &sum["band_to"]), (&39.into(), &62.into()));
    assert_eq!(sum["from"].as_array().unwrap().len(), 9);
}

/// What leaves the drawing is not read.
#[test]
fn a_long_name_stays_in_the_drawing() {
    let site = Site::begun();
    let name = ["Metropolitan Borough"; 5].join(" and ");
    site.register("X99000002", &name, "local_authority");
    let drawing = {
        site.publish(&row("X99000002", "-", "Good", "3,3,3,3,3,3,3,3,3"));
        site.ok("explain X99000002 --format svg")
    };
    let titles = drawing.split("<text ").filter(|text| text.contains("font-size=\"17\""));
    let titles: Vec<usize> =
        titles.map(|text| text.split(['>', '<']).nth(1).unwrap().len()).collect();
    // As wide as a letter of this size is at most, in a drawing that is 1120 wide.
    assert!(titles.len() > 1 && titles.iter().all(|letters| letters * 12 < 1104), "{titles:?}");
}

/// Whoever looks a named record up must find it: by its position, with that hash, actor and time.
#[test]
fn every_record_that_is_named_is_there() {
    let site = lived();
    let log: BTreeMap<String, _> =
        site.rows("log").into_iter().map(|row| (row["position"].clone(), row)).collect();
    for body in ["Millbrook", "Vale"] {
        let root = json(&site, body);
        let mut named = 0;
        for node in nodes(&root) {
            let records = node["records"].as_array().unwrap();
            let positions: Vec<&Value> = records.iter().map(|it| &it["position"]).collect();
            assert_eq!(positions, node["positions"].as_array().unwrap().iter().collect::<Vec<_>>());
            for record in records {
                let row = &log[&record["position"].to_string()];
                for name in ["actor", "hash", "recorded_at"] {
                    assert_eq!(record[name], row[name].as_str(), "{record}");
                }
                assert_eq!(record["hash"].as_str().unwrap().len(), 64);
                named += 1;
            }
        }
        assert!(named > 20, "{root}");
        let tree = site.ok(&format!("explain {body}"));
        let drawing = site.ok(&format!("explain {body} --format svg"));
        let mut drawn = 0;
        for row in log.values().filter(|row| tree.contains(&row["hash"][..12])) {
            let hash = &row["hash"][..12];
            assert!(tree.contains(&format!("\n{:>6}  {hash}", row["position"])));
            let line = drawing.split("<text ").find(|text| text.contains(hash)).unwrap();
            for cell in [&row["position"], hash, &row["actor"], &row["recorded_at"]] {
                assert!(line.contains(&format!(">{cell}</tspan>")), "{line}");
            }
            drawn += 1;
        }
        assert!(drawn > 10, "{drawing}");
    }
}

/// The same question has the same answer, in every format, to the last byte.
#[test]
fn the_same_derivation_is_the_same_bytes() {
    let site = lived();
    for format in FORMATS {
        for audience in ["regulator", "public", "body=X99000011"] {
            let line = format!("explain Millbrook --audience {audience} --format {format}");
            assert_eq!(site.ok(&line), site.ok(&line), "{line}");
        }
    }
    let svg = site.ok("explain Millbrook --format svg");
    assert!(svg.starts_with("<svg ") && svg.contains("<title") && svg.contains("<desc"), "{svg}");
    assert!(!svg.contains('\u{a0}'));
}

/// The public derivation is made from what was published: no record, no person, no evidence.
#[test]
fn the_public_is_told_of_what_was_published_alone() {
    let site = lived();
    for body in ["Millbrook", "Vale"] {
        for format in FORMATS {
            let text = site.ok(&format!("explain {body} --audience public --format {format}"));
            for private in ["record", "p-0", "p-1", "-e1", "panel", "waiting", "positions"] {
                assert!(!text.contains(private), "{private}: {text}");
            }
            assert!(text.contains(body) || format == "prov", "{text}");
        }
        let score = |audience: &str| {
            let line = format!("{body} --statement safeguarding --audience {audience}");
            first(&json(&site, &line), "score")["score"].clone()
        };
        assert_eq!(score("public"), score("body=X99000011"));
    }
}

/// Every relation of PROV holds between things that are there.
#[test]
fn a_prov_document_names_only_what_it_holds() {
    let site = lived();
    for line in ["Millbrook", "Vale", "Vale --audience public", "Vale --statement safeguarding"] {
        let text = site.ok(&format!("explain {line} --format prov"));
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["prefix"]["ledger"], "https://example.org/ledger/");
        let holds = |kind: &str, name: &Value| document[kind].get(name.as_str().unwrap()).is_some();
        let relations = [
            ("wasDerivedFrom", "prov:generatedEntity", "entity", "prov:usedEntity", "entity"),
            ("wasGeneratedBy", "prov:entity", "entity", "prov:activity", "activity"),
            ("used", "prov:activity", "activity", "prov:entity", "entity"),
            ("wasAssociatedWith", "prov:activity", "activity", "prov:agent", "agent"),
            ("wasAttributedTo", "prov:entity", "entity", "prov:agent", "agent"),
        ];
        for (relation, one, one_kind, other, other_kind) in relations {
            let Some(all) = document.get(relation) else { continue };
            for pair in all.as_object().unwrap().values() {
                assert!(holds(one_kind, &pair[one]), "{line}: {relation} {pair}");
                assert!(holds(other_kind, &pair[other]), "{line}: {relation} {pair}");
            }
        }
    }
}

fn whole_percent(points: u64, items: u64) -> u64 {
    (25..=100).find(|whole| whole * items >= 25 * points).unwrap()
}

fn rating(points: u64) -> &'static str {
    match whole_percent(points, 9) {
        0..39 => "Inadequate",
        39..63 => "Requires improvement",
        63..88 => "Good",
        _ => "Outstanding",
    }
}

/// Holds what is asked for against what the marks do.
fn needs(distance: &Value, points: u64, way: i64) {
    let reached = |marks: i64| rating(points.checked_add_signed(way * marks).unwrap());
    let Some(marks) = distance["marks"].as_i64() else {
        return assert_eq!(reached(0), if way > 0 { "Outstanding" } else { "Inadequate" });
    };
    assert_eq!(reached(marks), distance["rating"].as_str().unwrap());
    assert_eq!(reached(marks - 1), reached(0), "{distance}");
}

/// The real data, worked out a second time from the table that they came in.
#[test]
fn all_that_was_really_published_is_explained_as_the_table_has_it() {
    let site = Site::with_all_published();
    let mut reader = csv::Reader::from_reader(PUBLISHED.as_bytes());
    let mut seen = 0;
    for record in reader.deserialize::<BTreeMap<String, String>>() {
        let record = record.unwrap();
        let scores: Option<Vec<u64>> =
            (1..=9).map(|number| record[&format!("qs{number}")].parse().ok()).collect();
        let imports = format!("log {} --kind publication_imported", record["gss_code"]);
        let rows = site.rows(&imports);
        // Of a body that was assessed twice the later one is explained.
        let [import] = rows.as_slice() else { continue };
        let Some(scores) = scores else { continue };
        let root = json(&site, &record["gss_code"]);
        let (overall, sum) = (first(&root, "rating"), first(&root, "percentage"));
        let points: u64 = scores.iter().sum();
        assert_eq!((&sum["points"], &sum["most"]), (&points.into(), &36.into()));
        assert_eq!(sum["percent"], whole_percent(points, 9));
        assert_eq!(overall["rating"], rating(points));
        assert_eq!(overall["published_rating"], record["overall_rating"].as_str());
        needs(&overall["up"], points, 1);
        needs(&overall["down"], points, -1);
        let below: Vec<&Value> = sum["from"].as_array().unwrap().iter().collect();
        assert_eq!(below.len(), 9);
        for (node, score) in below.iter().zip(&scores) {
            assert_eq!((&node["score"], &node["given"]), (&(*score).into(), &"imported".into()));
            assert_eq!(node["positions"][0].to_string(), import["position"]);
        }
        let up: Vec<&Value> =
            below.iter().filter(|it| it["score"] != 4).map(|it| &it["statement"]).collect();
        if let Some(on) = overall["up"]["on"].as_array() {
            assert_eq!(on.iter().collect::<Vec<_>>(), up);
        }
        let stated = first(&root, "publication");
        let source = Some(record["report_url"].as_str()).filter(|url| !url.is_empty());
        assert_eq!(stated["import"]["source"].as_str(), source);
        seen += 1;
    }
    assert!(seen >= 45, "{seen}");
}
