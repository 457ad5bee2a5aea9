//! `demo`: what the ledger can do, on real data, with every command shown as it is run.

use super::{ask, open};
use crate::cli::{Cli, Demo};
use crate::exit::{DAMAGED, Failure, Outcome, UNABLE};
use clap::Parser;
use ledger::{At, Filter};
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
            "What is yours and not the ledger's belongs here: later, keys.\n",
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
        let rows = ask(&mut open(&self.dir.join("ledger"))?, At::default(), &|catalogue| {
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
        let bodies = ask(&mut open(&self.dir.join("ledger"))?, At::default(), &|catalogue| {
            catalogue.organisations()
        })?;
        let registered = bodies.iter().find(|body| body.facts.code.as_str() == "X99000001");
        // Registered, published, reviewed without a change: then came the review that moved it.
        let before = registered.map_or(0, |body| body.position + 2).to_string();
        self.piperoll(&["ratings", "Exampleshire", "--level", "overall", "--as-of", &before])
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
        writeln!(self.out, "\n$ piperoll {}", args.join(" "))?;
        // Messages go elsewhere: what was said before them is shown before them.
        self.out.flush()?;
        let ledger = self.path("ledger");
        let whole = [&["piperoll", "--ledger", &ledger], args].concat();
        let cli = Cli::try_parse_from(whole.iter().chain(&["--actor", ACTOR]))
            .or_else(|_| Cli::try_parse_from(&whole));
        super::run(&cli.expect("the demo's own commands are well formed"), self.out)?;
        Ok(self.out.flush()?)
    }

    fn say(&mut self, text: &str) -> Outcome {
        Ok(writeln!(self.out, "\n{text}")?)
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
