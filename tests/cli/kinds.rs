//! Guards that a line, a row and a typed command come to the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::aftermath::{corrections, duty, finance, reviewed_process};
use crate::samples::{quality, this_year, today};
use crate::site::Site;
use crate::story::{AUTHORITY, SYSTEM, command, text};

/// Commands whose data are drawn by chance, as keys are, and so stand in no story.
pub const DRAWN: [&str; 2] = ["record_ledger_key", "rotate_ledger_key"];

/// What is told of an invented authority, with a command of every kind on the way.
pub fn every_kind() -> Vec<Value> {
    let id = AUTHORITY.assessment();
    let lines = [
        SYSTEM.begin()[..2].to_vec(),
        AUTHORITY.begin(),
        finance(),
        facts(),
        vec![command(
            "amend_assessment",
            json!({
                "assessment": id, "information_return_on": "2025-09-05", "notice_on": "2025-09-01",
                "site_visit_on": "2025-09-22",
                "team": [
                    { "person": "p-021", "role": "assessor" },
                    { "person": "p-022", "role": "specialist_advisor" },
                ],
            }),
        )],
        AUTHORITY.evidence(),
        more_evidence(),
        AUTHORITY.scores(),
        process(),
        AUTHORITY.panel(),
        after_the_panel(),
        AUTHORITY.drafts(),
        AUTHORITY.check(),
        windows(),
        AUTHORITY.publish(),
        reviewed_process(),
        duty(),
        corrections(),
        quality(),
    ];
    lines.concat()
}

/// Bodies, their area, and what was published of one before.
fn facts() -> Vec<Value> {
    let body = |code: &str, name: &str| {
        command(
            "register_organisation",
            json!({
                "aliases": ["EX1", "EX2"], "code": code, "fictional": true,
                "kind": "local_authority", "name": name,
            }),
        )
    };
    let (authority, system) = (AUTHORITY.code, SYSTEM.code);
    vec![
        body("X99000001", "Exampleshire"),
        body("X99000002", "Sample, \"the\" Bridge"),
        command(
            "amend_organisation",
            json!({ "code": "X99000001", "reason": "completed", "region": "North" }),
        ),
        command(
            "add_area_member",
            json!({
                "authority": authority, "from": "2025-04", "source": "https://example.org/area",
                "system": system,
            }),
        ),
        command(
            "end_area_member",
            json!({ "authority": authority, "system": system, "to": "2025-09-30" }),
        ),
        command(
            "import_publication",
            json!({
                "framework": "la-2023", "month": "2024-08", "name": "Exampleshire",
                "organisation": "X99000001", "programme": "formal",
                "rating": "requires_improvement", "scores": [2, 2, 2, 2, 2, 3, 3, 3, 3],
            }),
        ),
        command(
            "open_assessment",
            json!({
                "framework": "la-2025", "kind": "focused", "opened_on": "2025-09-01",
                "organisation": "X99000002",
            }),
        ),
        command(
            "cancel_assessment",
            json!({
                "assessment": "X99000002-2025-a", "cancelled_on": "2025-09-02",
                "reason": "body_changed", "text": text("cancellation"),
            }),
        ),
        command(
            "succeed_organisations",
            json!({ "into": "X99000001", "old": ["X99000002"], "on": "2025-10-01" }),
        ),
        command(
            "add_calendar",
            json!({
                "days": ["2028-01-03", "2028-04-14"], "source": "https://example.org/days",
                "year": 2028,
            }),
        ),
    ]
}

/// Asked for, come, withdrawn and erased.
fn more_evidence() -> Vec<Value> {
    let code = AUTHORITY.code;
    vec![
        command(
            "request_evidence",
            json!({
                "category": "processes", "collected_since": "2025-01", "due_on": "2025-09-20",
                "method": "documents", "organisation": code, "requested_on": "2025-09-03",
                "statements": ["safeguarding", "assessing-needs"], "what": text("request"),
            }),
        ),
        command(
            "submit_evidence",
            json!({
                "category": "processes", "collected_on": "2025-09", "content": text("answer"),
                "method": "documents", "organisations": [code, "X99000001"],
                "origin": "requested", "received_on": "2025-09-25",
                "request": format!("{code}-q1"), "setting": "off_site",
                "source": "assessed_body", "statements": ["safeguarding", "assessing-needs"],
            }),
        ),
        command(
            "withdraw_evidence",
            json!({
                "evidence": format!("{code}-e5"), "reason": "inaccurate",
                "text": text("withdrawal"), "withdrawn_on": "2025-09-26",
            }),
        ),
        command(
            "erase_evidence",
            json!({
                "authority": "p-003", "erased_on": "2025-09-27",
                "evidence": format!("{code}-e5"), "legal_basis": "court_order",
            }),
        ),
    ]
}

/// Two more days for comments, for drafts that are shared from a day on.
pub fn process() -> Vec<Value> {
    let mut process = serde_json::to_value(AUTHORITY.framework().process).unwrap();
    process["accuracy_working_days"]["value"] = json!(12);
    vec![command(
        "revise_process",
        json!({
            "framework": AUTHORITY.framework, "from": "2025-12-01", "process": process,
            "reason": "guidance_changed", "revised_on": "2025-10-01", "text": text("revision"),
        }),
    )]
}

/// A score changes after the decision.
fn after_the_panel() -> Vec<Value> {
    let id = AUTHORITY.assessment();
    vec![
        command(
            "review_score",
            json!({
                "assessment": id, "by": "p-021", "evidence": [format!("{}-e1", AUTHORITY.code)],
                "organisation": AUTHORITY.code, "reason": "typing_error",
                "reviewed_on": "2025-10-08", "role": "specialist_advisor", "score": 4,
                "statement": "assessing-needs", "text": text("slip"), "was": 3,
            }),
        ),
        command(
            "confirm_panel",
            json!({
                "assessment": id, "confirmed_on": "2025-10-09", "members": ["p-101", "p-201"],
                "panel": AUTHORITY.panel,
            }),
        ),
    ]
}

fn windows() -> Vec<Value> {
    let (id, recipient) = (AUTHORITY.assessment(), AUTHORITY.recipients[0]);
    vec![
        command(
            "extend_draft",
            json!({
                "assessment": id, "due_on": "2025-11-19", "extended_on": "2025-11-12",
                "granted_by": "p-003", "reason": "exceptional", "recipient": recipient,
                "text": text("extension"),
            }),
        ),
        command(
            "confirm_draft",
            json!({ "assessment": id, "confirmed_on": "2025-11-13", "recipient": recipient }),
        ),
    ]
}

/// A spreadsheet could say less than a line, or something else: a list that comes as one text, a
/// member that is left out.
#[test]
fn a_row_of_a_table_is_the_same_command_as_a_line() {
    let site = Site::begun();
    let in_tables = first_of_each_kind(&site, &|line| {
        let kind = kind_of(line);
        site.write("row.csv", table(&line["data"]));
        site.ok(&format!("import row.csv --kind {kind}"));
        true
    });
    let schema: Value = serde_json::from_str(&site.ok("schema commands")).unwrap();
    let known = schema["oneOf"].as_array().unwrap().iter();
    let known = known.map(|it| it["properties"]["kind"]["const"].as_str().unwrap());
    let known: BTreeSet<&str> = known.filter(|kind| !DRAWN.contains(kind)).collect();
    assert_eq!(in_tables.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
}

/// What people type could miss a member that a line has.
#[test]
fn a_typed_command_is_the_same_command_as_a_line() {
    let site = Site::begun();
    site.write("process.json", process()[0]["data"]["process"].to_string());
    site.write("nothing.txt", "");
    let typed = first_of_each_kind(&site, &|line| {
        let typed = TYPED.iter().find(|(kind, _)| *kind == kind_of(line));
        let Some((_, typed)) = typed else { return false };
        let typed = &typed.replace("YEAR", &this_year()).replace("TODAY", &today());
        let typed = match typed.split_once('{') {
            Some((before, what)) => {
                let clear = text(what.trim_end_matches('}'));
                format!("{before}'{}'", clear["text"].as_str().unwrap())
            }
            None => typed.clone(),
        };
        site.ok(&typed);
        true
    });
    let all: BTreeSet<String> = every_kind().iter().map(|line| kind_of(line).to_owned()).collect();
    let others: Vec<&String> = all.difference(&typed).collect();
    assert_eq!(others, ["import_publication"], "which is typed for a whole table");
}

/// The first command of each kind in [`every_kind`], as it is typed; `{…}` stands for its text,
/// YEAR and TODAY for the time of the test.
const TYPED: [(&str, &str); 41] = [
    ("adopt_framework", "framework adopt ics-2023 --date 2025-01"),
    (
        "register_organisation",
        "organisation register X99000012 --name Vale --kind integrated_care_system --fictional",
    ),
    ("amend_organisation", "organisation amend Exampleshire --region North --reason completed"),
    ("add_area_member", "area add Vale Millbrook --from 2025-04 --source https://example.org/area"),
    ("end_area_member", "area end Vale Millbrook --to 2025-09-30"),
    ("succeed_organisations", "organisation succeed X99000002 --into X99000001 --on 2025-10-01"),
    ("add_calendar", "calendar add 2028 2028-01-03 2028-04-14 --source https://example.org/days"),
    (
        "open_assessment",
        "assessment open Millbrook --framework la-2025 --kind baseline --date 2025-09-01 \
         --team p-021:assessor",
    ),
    (
        "amend_assessment",
        "assessment amend Millbrook --information-return 2025-09-05 --notice 2025-09-01 \
         --site-visit 2025-09-22 --team p-021:assessor --team p-022:specialist_advisor",
    ),
    (
        "cancel_assessment",
        "assessment cancel X99000002-2025-a --date 2025-09-02 --reason body_changed \
         --text {cancellation}",
    ),
    (
        "request_evidence",
        "evidence request Millbrook --category processes --collected-since 2025-01 \
         --due 2025-09-20 --method documents --date 2025-09-03 --statement safeguarding \
         --statement 'Assessing needs' --text {request}",
    ),
    (
        "submit_evidence",
        "evidence submit Millbrook --category people-experience --collected 2025-08 \
         --method interview --origin collected --received 2025-09-02 --sensitive \
         --setting on_site --source partners --text {evidence}",
    ),
    (
        "use_evidence",
        "evidence use Millbrook X99000011-e1 X99000011-e2 X99000011-e3 X99000011-e4 \
         --date 2025-09-03",
    ),
    (
        "withdraw_evidence",
        "evidence withdraw X99000011-e5 --reason inaccurate --date 2025-09-26 \
         --text {withdrawal}",
    ),
    (
        "erase_evidence",
        "evidence erase X99000011-e5 --authority p-003 --basis court_order --date 2025-09-27",
    ),
    (
        "review_score",
        "score review Millbrook --assessment X99000011-2025-a --by p-021 \
         --evidence X99000011-e1 --reason assessment --date 2025-10-01 --score 3 \
         --statement 'Assessing needs' --text {reason}",
    ),
    (
        "revise_process",
        "framework revise la-2025 --process process.json --from 2025-12-01 \
         --reason guidance_changed --date 2025-10-01 --text {revision}",
    ),
    (
        "convene_panel",
        "panel convene Millbrook --date 2025-10-06 --member p-101:internal \
         --member p-021:internal --member p-201:external",
    ),
    (
        "decide_panel",
        "panel decide 2025-a Millbrook --date 2025-10-07 --adjust safeguarding=2 \
         --reason consistency --text {adjustment}",
    ),
    (
        "confirm_panel",
        "panel confirm 2025-a Millbrook --date 2025-10-09 --member p-101 --member p-201",
    ),
    ("write_draft", "draft write Millbrook --section summary --date 2025-10-20 --text {summary}"),
    ("share_draft", "draft share Millbrook --date 2025-11-03"),
    (
        "submit_comment",
        "comment submit Millbrook --from local_authority --kind a --page 1 \
         --received 2025-11-10 --text {comment}",
    ),
    (
        "resolve_comment",
        "comment resolve X99000011-2025-a-c1 --by p-031 --outcome accepted \
         --reason draft_wrong --date 2025-11-12 --text {resolution}",
    ),
    (
        "extend_draft",
        "draft extend Millbrook --to local_authority --until 2025-11-19 --date 2025-11-12 \
         --granted-by p-003 --reason exceptional --text {extension}",
    ),
    ("confirm_draft", "draft confirm Millbrook --to local_authority --date 2025-11-13"),
    ("make_publication", "publication make Millbrook --date 2025-11-20"),
    (
        "record_finance",
        "finance record Millbrook --year 2023-24 --care-budget 150,000,000 \
         --care-spend 151200000.50 --long-term 4,210 --short-term 1900 --precept not_full \
         --total-budget 512300000 --total-spend 520,000,000.05 --source https://example.org/2324",
    ),
    (
        "request_process_review",
        "process-review request X99000011-2025-a-p1 --ground process_not_followed \
         --received-on 2025-12-01 --text {request}",
    ),
    (
        "decide_process_review",
        "process-review decide X99000011-2025-a-p1 --by p-040 --decided-on 2025-12-15 \
         --outcome not_upheld --text {decision}",
    ),
    (
        "notify_section_50",
        "section-50 notify Millbrook --letter secretary_of_state --file nothing.txt \
         --sent-on 2026-01-06",
    ),
    (
        "withdraw_publication",
        "publication withdraw X99000011-2025-a-p1 --by p-030 --reason ordered \
         --withdrawn-on 2026-01-07 --text {order}",
    ),
    (
        "reissue_publication",
        "publication reissue X99000011-2025-a-p1 --by p-030 --reason after_withdrawal \
         --published-on 2026-01-08 --text {repair}",
    ),
    (
        "record_conflict",
        "conflict record Exampleshire --field Safeguarding --a 3 \
         --source-a 'the report, page 12' --b not_stated --source-b 'a press release' --use a \
         --reason in_report --noted-on 2026-01-09",
    ),
    (
        "publish_national_report",
        "publication make --national --by p-030 --kind local_authority --statement Safeguarding \
         --title 'Safeguarding in England' --text {country}",
    ),
    (
        "strike_out",
        "strike-out 8 --reason wrong_entry --by p-003 --struck-on 2026-01-10 --yes \
         --text {other year}",
    ),
    (
        "commit_sample",
        "sample commit score-reviews --size 1 --strata framework,statement --as-of 46 --by p-040 \
         --assessor p-021 --framework la-2025 --from 2025-10-08 --to 2025-10-08 \
         --statement 'Assessing needs' --seed-from 'dice, before two witnesses'",
    ),
    ("seed_sample", "sample seed YEAR-a 031415926535 --source dice --on TODAY --by p-040"),
    ("draw_sample", "sample draw sample/YEAR-a --by p-040"),
    ("score_sample_item", "sample judge YEAR-a 46 --score 3 --on TODAY --by p-051"),
    (
        "judge_sample_item",
        "sample judge YEAR-a 46 --finding anomaly --class recorded-wrongly --on TODAY --by p-051 \
         --text {anomaly}",
    ),
];

/// Submits the first command of each kind otherwise, if `otherwise` does, and all others as lines;
/// the same must be recorded as by lines alone. Tells of which kinds that was tried.
fn first_of_each_kind(site: &Site, otherwise: &dyn Fn(&Value) -> bool) -> BTreeSet<String> {
    let by_line = Site::begun();
    by_line.import(&every_kind());
    let (mut seen, mut done) = (BTreeSet::new(), BTreeSet::new());
    for line in every_kind() {
        let kind = kind_of(&line).to_owned();
        if seen.insert(kind.clone()) && otherwise(&line) {
            done.insert(kind);
        } else {
            site.import(&[line]);
        }
    }
    let (lines, others) = (records(&by_line), records(site));
    assert_eq!(lines.len(), others.len());
    // The key of a ledger is drawn by chance.
    let alike = |(line, _): &(&Value, &Value)| line["kind"] != "ledger_key_recorded";
    for (line, other) in lines.iter().zip(&others).filter(alike) {
        assert_eq!(line, other);
    }
    done
}

fn kind_of(line: &Value) -> &str {
    line["kind"].as_str().unwrap()
}

/// A command's data as a heading and one row, as `docs/guides/importing.md` has it.
fn table(data: &Value) -> String {
    let mut writer = csv::Writer::from_writer(vec![]);
    let members = data.as_object().unwrap();
    writer.write_record(members.keys()).unwrap();
    writer.write_record(members.values().map(cell)).unwrap();
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) if members.contains_key("text") => cell(&members["text"]),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            items.iter().map(cell).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// What was recorded, without what is drawn by chance or follows from it.
fn records(site: &Site) -> Vec<Value> {
    let record = |line: &String| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let mut record = line["record"].take();
        let members = record.as_object_mut().unwrap();
        for name in ["command", "previous", "recorded_at", "request", "salt"] {
            members.remove(name).unwrap();
        }
        if members["kind"] == "ledger_opened" {
            members.remove("data");
        }
        without_references(&mut record);
        record
    };
    site.lines().iter().map(record).collect()
}

fn without_references(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members
                .retain(|name, _| !["commitment", "released", "sealed"].contains(&name.as_str()));
            members.values_mut().for_each(without_references);
        }
        Value::Array(items) => items.iter_mut().for_each(without_references),
        _ => {}
    }
}
