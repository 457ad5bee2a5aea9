//! `demo`: what the ledger can do, on real data, with every command shown as it is run.

use super::{Home, ask, open};
use crate::cli::{Cli, Demo};
use crate::exit::{DAMAGED, Failure, Outcome, UNABLE};
use ::assessment::framework::Framework;
use clap::Parser;
use ledger::{At, Filter};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

const PUBLISHED: &str = include_str!("../../data/published_assessments.csv");
const LICENCE: &str = "Contains public sector information licensed under the Open Government\n\
                       Licence v3.0 (© Care Quality Commission).";
/// Of invented bodies, with the scores that were published for Brent in August 2024.
const FICTIONAL: &str = "\
gss_code,la_name,programme,overall_rating,overall_score_published,\
qs1,qs2,qs3,qs4,qs5,qs6,qs7,qs8,qs9,publication_month,publication_date,report_url
";
const BRENT: &str = "formal,Requires improvement,,2,2,2,2,2,3,3,3,3";
const ACTOR: &str = "p-000";
/// The assessment that is carried through, and the evidence that it rests on.
const NORTHBROOK: &str = "X99000003-2025-a";
const HEARD: [&str; 1] = ["X99000003-e1"];

/// Builds a ledger and asks it questions.
pub fn run(args: &Demo, out: &mut dyn Write) -> Outcome {
    let dir = directory(args.dir.as_deref())?;
    let mut demo = Demonstration { dir, out };
    demo.prepare()?;
    demo.import_what_was_published()?;
    demo.compare_with_what_was_published()?;
    demo.review_a_fictional_body()?;
    demo.let_a_review_wait()?;
    demo.look_back()?;
    demo.carry_one_through()?;
    demo.trust_nothing()
}

/// The directory that was named, or the first one of ours that is not there yet.
fn directory(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let numbered = (2..).map(|number| PathBuf::from(format!("piperoll-demo-{number}")));
    let mut ours = std::iter::once(PathBuf::from("piperoll-demo")).chain(numbered);
    let dir = match named {
        Some(dir) => dir.to_owned(),
        None => ours.find(|dir| !dir.exists()).expect("there are more numbers than directories"),
    };
    if dir.exists() {
        return Err(Failure::new(UNABLE, format!("{} is there already", dir.display()))
            .hint("name a directory that is not, or none"));
    }
    Ok(dir)
}

struct Demonstration<'a> {
    dir: PathBuf,
    out: &'a mut dyn Write,
}

impl Demonstration<'_> {
    fn prepare(&mut self) -> Outcome {
        self.write(
            "config/README",
            "What is yours and not the ledger's: the keys of its contents.\n",
        )?;
        self.write("published.csv", PUBLISHED)?;
        let fictional = |body: &str, month: &str| format!("{FICTIONAL}{body},{BRENT},{month},,\n");
        self.write("exampleshire.csv", &fictional("X99000001,Exampleshire", "2024-08"))?;
        self.write("samplebridge.csv", &fictional("X99000002,Samplebridge", "2025-08"))?;
        let dir = self.dir.display().to_string();
        let program = std::env::args().next().unwrap_or("piperoll".to_owned());
        self.say(&format!(
            "This builds a ledger in {dir}/ledger and asks it questions.\n\
             To go on by hand, from this directory:\n\n\
             alias piperoll='{program}'\n\
             export PIPEROLL_LEDGER={dir}/ledger PIPEROLL_CONFIG={dir}/config\n\
             export PIPEROLL_ACTOR={ACTOR}",
        ))
    }

    fn import_what_was_published(&mut self) -> Outcome {
        self.say(&format!("Real assessments, as they were published.\n{LICENCE}"))?;
        self.piperoll(&["init", "--origin", "example.org/piperoll-demo"])?;
        let published = self.path("published.csv");
        self.piperoll(&["publication", "import", &published])?;
        self.say(
            "Their ratings, computed again from the nine scores of each, with the distance to\n\
             the next rating:",
        )?;
        self.piperoll(&["ratings", "--level", "overall", "--sort", "score"])
    }

    /// Every computed figure must be the published one, or the demo fails.
    fn compare_with_what_was_published(&mut self) -> Outcome {
        let rows = ask(&mut open(&self.home())?, At::default(), &|catalogue| {
            catalogue.ratings(&Filter::default())
        })?;
        let overall: Vec<_> = rows.iter().filter(|row| row.subject.is_none()).collect();
        let ratings = overall.iter().filter(|row| row.rating == row.published_rating).count();
        let stated = overall.iter().filter(|row| row.published_score.is_some());
        let scores = stated.clone().filter(|row| row.score == row.published_score).count();
        let (bodies, stated) = (overall.len(), stated.count());
        self.say(&format!(
            "{ratings} of {bodies} computed ratings equal the published rating;\n\
             {scores} of {stated} computed scores equal the published score, where one is stated.",
        ))?;
        if (ratings, scores) != (bodies, stated) || bodies == 0 {
            return Err(Failure::new(DAMAGED, "what is computed is not what was published"));
        }
        Ok(())
    }

    fn review_a_fictional_body(&mut self) -> Outcome {
        self.say(
            "What happens next happens to a body that does not exist, with the scores of a\n\
             real one: 62 %, one mark below Good.",
        )?;
        self.register("X99000001", "Exampleshire")?;
        let exampleshire = self.path("exampleshire.csv");
        self.piperoll(&["publication", "import", &exampleshire])?;
        self.say("A review that changes nothing is still a review, and the public is told when:")?;
        self.review("Exampleshire", "safeguarding", "3")?;
        self.piperoll(&["reviewed", "Exampleshire"])?;
        self.say("A review that gives one mark more moves the rating; a publication is now due:")?;
        self.review("Exampleshire", "assessing-needs", "3")?;
        self.piperoll(&["transitions", "Exampleshire", "--since", "2026-01-01"])?;
        self.piperoll(&["ratings", "Exampleshire", "--level", "overall"])
    }

    fn let_a_review_wait(&mut self) -> Outcome {
        self.say(
            "Under la-2025 a rating changes only at a comprehensive assessment: the same\n\
             review of a body with the same scores waits.",
        )?;
        self.register("X99000002", "Samplebridge")?;
        let samplebridge = self.path("samplebridge.csv");
        self.piperoll(&["publication", "import", &samplebridge, "--framework", "la-2025"])?;
        self.review("Samplebridge", "assessing-needs", "3")?;
        self.piperoll(&["ratings", "Samplebridge", "--level", "overall"])
    }

    fn look_back(&mut self) -> Outcome {
        self.say("The same ledger as of before the review of Exampleshire:")?;
        let bodies =
            ask(&mut open(&self.home())?, At::default(), &|catalogue| catalogue.organisations())?;
        let registered = bodies.iter().find(|body| body.facts.code.as_str() == "X99000001");
        // Registered, published, reviewed without a change: then came the review that moved it.
        let before = registered.map_or(0, |body| body.position + 2).to_string();
        self.piperoll(&["ratings", "Exampleshire", "--level", "overall", "--as-of", &before])
    }

    fn carry_one_through(&mut self) -> Outcome {
        self.say(
            "One assessment from evidence to publication: a file of commands takes it as far as\n\
             the factual accuracy check. Texts are sealed, and no record holds a word of them.",
        )?;
        self.register("X99000003", "Northbrook")?;
        let lines: Vec<String> = northbrook().iter().map(|line| format!("{line}\n")).collect();
        self.write("northbrook.jsonl", &lines.concat())?;
        let file = self.path("northbrook.jsonl");
        self.piperoll(&["import", &file])?;
        self.say("What its publication still needs:")?;
        self.piperoll(&["assessment", "readiness", "Northbrook"])?;
        let comment = ["comment", "resolve", "X99000003-2025-a-c1", "--outcome", "accepted"];
        let why = ["--reason", "draft_wrong", "--text", "It is 2025.", "--date", "2025-11-17"];
        self.piperoll(&[&comment[..], &why[..]].concat())?;
        self.piperoll(&["publication", "make", "Northbrook", "--date", "2025-11-18"])?;
        self.say("What the public sees of it (its report: `piperoll report X99000003-2025-a`):")?;
        self.piperoll(&["ratings", "Northbrook", "--level", "overall", "--audience", "public"])
    }

    fn trust_nothing(&mut self) -> Outcome {
        self.say("Every byte of the journal, checked again:")?;
        self.piperoll(&["verify"])?;
        self.say("Everything that was answered, thrown away and rebuilt from the journal:")?;
        self.piperoll(&["rebuild"])
    }

    fn register(&mut self, code: &str, name: &str) -> Outcome {
        let kind = ["--kind", "local_authority", "--fictional"];
        self.piperoll(&[&["organisation", "register", code, "--name", name], &kind[..]].concat())
    }

    fn review(&mut self, name: &str, statement: &str, score: &str) -> Outcome {
        let judgement = ["--statement", statement, "--score", score];
        let reason = ["--reason", "ongoing_review"];
        self.piperoll(&[&["score", "review", name], &judgement[..], &reason[..]].concat())
    }

    /// Shows a command and carries it out, as the exported variables would have it.
    fn piperoll(&mut self, args: &[&str]) -> Outcome {
        let words: Vec<String> = args.iter().map(|word| as_typed(word)).collect();
        writeln!(self.out, "\n$ piperoll {}", words.join(" "))?;
        // Messages go elsewhere: what was said before them is shown before them.
        self.out.flush()?;
        let ledger = self.path("ledger");
        let config = self.path("config");
        let whole = [&["piperoll", "--ledger", &ledger, "--config", &config], args].concat();
        let cli = Cli::try_parse_from(whole.iter().chain(&["--actor", ACTOR]))
            .or_else(|_| Cli::try_parse_from(&whole));
        super::run(&cli.expect("the demo's own commands are well formed"), self.out)?;
        Ok(self.out.flush()?)
    }

    fn say(&mut self, text: &str) -> Outcome {
        Ok(writeln!(self.out, "\n{text}")?)
    }

    fn home(&self) -> Home {
        let (ledger, config) = (self.dir.join("ledger"), self.dir.join("config"));
        Home { ledger, config: Some(config) }
    }

    fn path(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        let path = self.dir.join(name);
        let parent = path.parent().expect("every file of the demo lies in its directory");
        std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, text)).map_err(
            |error| {
                Failure::new(UNABLE, format!("cannot write {}: {error}", path.display()))
                    .hint("name a directory that can be written to: piperoll demo DIR")
            },
        )
    }
}

/// An invented authority's way to the factual accuracy check, as lines to import.
fn northbrook() -> Vec<Value> {
    let framework = Framework::shipped("la-2025".parse().expect("an id")).expect("it is shipped");
    let mut lines = vec![
        line(
            "open_assessment",
            json!({
                "framework": framework.id, "kind": "baseline", "opened_on": "2025-09-01",
                "organisation": "X99000003",
            }),
        ),
        line(
            "submit_evidence",
            json!({
                "category": "people-experience", "collected_on": "2025-09-22",
                "content": { "text": "Carers wait four months." }, "method": "focus_group",
                "organisations": ["X99000003"], "origin": "collected",
                "received_on": "2025-09-24", "sensitive": true, "setting": "on_site",
                "source": "unpaid_carers",
            }),
        ),
        line(
            "use_evidence",
            json!({ "assessment": NORTHBROOK, "evidence": HEARD, "used_on": "2025-10-01" }),
        ),
    ];
    lines.extend(framework.statements().map(|(_, statement)| {
        line(
            "review_score",
            json!({
                "assessment": NORTHBROOK, "by": "p-021", "evidence": HEARD,
                "organisation": "X99000003", "reason": "assessment", "reviewed_on": "2025-10-14",
                "score": 3, "statement": statement.id, "text": { "text": "As heard on site." },
            }),
        )
    }));
    lines.extend(northbrooks_panel_and_check(&framework));
    lines
}

fn northbrooks_panel_and_check(framework: &Framework) -> Vec<Value> {
    let internal = json!({ "person": "p-101", "side": "internal" });
    let external = json!({ "person": "p-201", "side": "external" });
    let mut lines = vec![
        line(
            "convene_panel",
            json!({
                "assessments": [NORTHBROOK], "convened_on": "2025-10-20",
                "members": [internal, external],
            }),
        ),
        line(
            "decide_panel",
            json!({ "assessment": NORTHBROOK, "decided_on": "2025-10-21", "panel": "2025-a" }),
        ),
    ];
    lines.extend(framework.process.passages(framework).into_iter().map(|passage| {
        let mut draft = json!(passage);
        draft["assessment"] = json!(NORTHBROOK);
        draft["content"] = json!({ "text": "What people said, and what was seen." });
        draft["written_on"] = json!("2025-10-27");
        line("write_draft", draft)
    }));
    let share = json!({ "assessment": NORTHBROOK, "shared_on": "2025-11-03" });
    lines.push(line("share_draft", share));
    lines.push(line(
        "submit_comment",
        json!({
            "about": { "page": 9 }, "assessment": NORTHBROOK, "kind": "a",
            "received_on": "2025-11-12", "recipient": "local_authority",
            "text": { "text": "The year on page 9 is wrong." },
        }),
    ));
    lines
}

/// A word as it is typed: in quotes, if it has spaces.
fn as_typed(word: &str) -> String {
    if word.contains(' ') { format!("'{word}'") } else { word.to_owned() }
}

fn line(kind: &str, data: Value) -> Value {
    json!({ "data": data, "kind": kind })
}
