//! Guards that a dry run leaves no trace, and that a version that was overtaken is a conflict.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::kinds::process;
use crate::site::Site;
use crate::story::{AUTHORITY, command, text};

/// Every write about evidence, assessments, scores, frameworks and the calendar, and about what
/// comes after a publication, each as it could be recorded at once, in a ledger that has
/// [`prepared`] it.
const WRITES: [&str; 20] = [
    "assessment open Exampleshire --framework la-2025 --kind baseline --notice 2025-09-01",
    "assessment amend Millbrook --site-visit 2025-10-13",
    "assessment cancel Millbrook --reason postponed --text 'Asked for.' --date 2025-10-01",
    "evidence request Millbrook --category outcomes --method data --due 2025-10-30 \
     --date 2025-10-01 --text 'What became of people'",
    "evidence submit Millbrook --category processes --origin held --setting off_site \
     --method documents --source regulator --collected 2025-09 --received 2025-10-01 \
     --file notes.txt",
    "evidence use Millbrook X99000011-e5 --date 2025-10-01",
    "evidence withdraw X99000011-e5 --reason duplicate --text 'The same.' --date 2025-10-01",
    "evidence erase X99000011-e5 --basis court_order --authority p-003 --date 2025-10-01",
    "score review Millbrook --assessment X99000011-2025-a --statement safeguarding --score 2 \
     --reason assessment --evidence X99000011-e1 --text 'As heard.' --date 2025-10-01",
    "calendar add 2028 2028-01-03 --source https://example.org/days",
    "framework adopt ics-2023 --date 2025-01-01",
    "framework revise la-2025 --process process.json --from 2025-12-01 \
     --reason guidance_changed --text 'Two days more.' --date 2025-10-01",
    "import lines.jsonl",
    "publication withdraw X99000001-2024-a-p1 --reason ordered --text 'By a court.' \
     --withdrawn-on 2025-10-01",
    "publication reissue X99000002-2024-a-p1 --reason after_withdrawal --text 'As it was.' \
     --published-on 2025-10-01",
    "section-50 notify Exampleshire --letter secretary_of_state --file notes.txt \
     --sent-on 2025-10-01",
    "process-review request X99000001-2024-a-p1 --ground process_not_followed --file notes.txt \
     --received-on 2025-10-01",
    "process-review decide X99000002-2024-a-p1 --outcome upheld --text 'It was not.' --by p-040 \
     --decided-on 2025-10-01",
    "finance record Exampleshire --year 2024-25 --total-budget 512,300,000",
    "conflict record Exampleshire --field safeguarding --a 3 --source-a report --b 2 \
     --source-b press --noted-on 2025-10-01",
];

/// Exampleshire and Samplebridge as published: one with a failing that was judged since, one
/// withdrawn, and with a request.
fn published() -> Vec<Value> {
    let import = |code: &str, name: &str| {
        command(
            "import_publication",
            json!({
                "framework": AUTHORITY.framework, "month": "2024-08", "name": name,
                "organisation": code, "programme": "formal", "rating": "requires_improvement",
                "scores": [2, 2, 2, 2, 2, 3, 3, 3, 3],
            }),
        )
    };
    vec![
        import("X99000001", "Exampleshire"),
        import("X99000002", "Samplebridge"),
        command(
            "review_score",
            json!({
                "organisation": "X99000001", "reason": "ongoing_review",
                "reviewed_on": "2025-09-01", "score": 1, "statement": "safeguarding",
                "text": text("failing"),
            }),
        ),
        command(
            "request_process_review",
            json!({
                "ground": "process_not_followed", "publication": "X99000002-2024-a-p1",
                "received_on": "2025-09-01", "text": text("request"), "words": 6,
            }),
        ),
        command(
            "withdraw_publication",
            json!({
                "publication": "X99000002-2024-a-p1", "reason": "process_review",
                "withdrawn_on": "2025-09-02",
            }),
        ),
    ]
}

fn prepared() -> Site {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.register("X99000002", "Samplebridge", "local_authority");
    let spare = command(
        "submit_evidence",
        json!({
            "category": "processes", "collected_on": "2025-08", "content": text("spare"),
            "method": "documents", "organisations": [AUTHORITY.code], "origin": "held",
            "received_on": "2025-09-02", "setting": "off_site", "source": "regulator",
        }),
    );
    site.import(&[AUTHORITY.begin(), AUTHORITY.evidence(), vec![spare], published()].concat());
    site.write("notes.txt", "What was noted.");
    site.write("process.json", process()[0]["data"]["process"].to_string());
    let lines: String = AUTHORITY.scores().iter().map(|line| format!("{line}\n")).collect();
    site.write("lines.jsonl", lines);
    site
}

/// A try that leaves a key, a sealed file or a changed time behind is no try.
#[test]
fn a_dry_run_leaves_no_trace() {
    let site = prepared();
    for line in WRITES {
        let before = site.files();
        let ran = site.run(&format!("{line} --dry-run"));
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        assert!(ran.out.contains("would "), "{line}: {ran:?}");
        let promised = |said: &str| !said.starts_with("recorded");
        assert!(ran.out.lines().all(promised), "{line}: {ran:?}");
        assert_eq!(changed(&before, &site.files()), Vec::<PathBuf>::new(), "{line}");
    }
    for line in WRITES {
        let ran = prepared().run(line);
        assert_eq!(ran.code, 0, "what a dry run promises comes true: {line}: {ran:?}");
    }
}

type Files = BTreeMap<PathBuf, (Vec<u8>, SystemTime)>;

/// What is other than before; sled writes in the index whenever it is opened, also by a question.
fn changed(before: &Files, after: &Files) -> Vec<PathBuf> {
    let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let is_index = |path: &&&PathBuf| path.iter().any(|part| part == "index");
    let other = paths.iter().filter(|path| before.get(**path) != after.get(**path));
    other.filter(|path| !is_index(path)).map(|path| (*path).clone()).collect()
}

/// Two people who decide on the same would each overwrite what the other had seen.
#[test]
fn a_write_on_a_version_that_was_overtaken_is_a_conflict() {
    let site = prepared();
    for line in WRITES.iter().filter(|line| !line.starts_with("import")) {
        let before = site.files();
        let ran = site.run(&format!("{line} --expect-version 99"));
        assert_eq!(ran.code, 4, "{line}: {ran:?}");
        assert!(ran.err.contains("not 99 [version_conflict]"), "{line}: {ran:?}");
        assert_eq!(changed(&before, &site.files()), Vec::<PathBuf>::new(), "{line}");
    }
}
