//! Reports to look at: a published one, a draft for the body, and one that means harm.

use assessment::event::{AssessmentKind, EvidenceMethod, Precept, PublicationWithdrawalReason};
use assessment::framework::{Basis, Framework, LevelKind, Process};
use assessment::scoring::Score;
use assessment::{FinancialYear, FrameworkId, PartialDate};
use ledger::report::{
    CategoryScore, Dates, EvidenceItem, EvidenceList, Finance, FinanceChange, FinanceYear,
    FrameworkTitle, Notice, Overall, Report, Rule, Section, SensitiveCount, State, Statement, Text,
    Theme,
};
use projections::{Status, Withdrawal};

/// A fictional local authority, published: 64 %, one mark above the next rating down.
pub fn published() -> Report {
    let framework = framework("la-2025");
    let mut report = blank(&framework, "Fenmarch County Council", "X90000001-2026-a");
    report.state = State::Published {
        publication: "X90000001-2026-a-p1".parse().unwrap(),
        published_on: date("2026-05-17"),
        released: Some("0c".repeat(32).parse().unwrap()),
        withdrawn: None,
    };
    report.status = Status::Awarded;
    give_scores(&mut report, &framework, &[3, 2, 2, 3, 3, 2, 3, 3, 2]);
    report.themes[0].statements[2].reviewed_on = Some(date("2026-06"));
    report.dates.reviewed_on = Some(date("2026-06"));
    for section in &mut report.sections {
        section.text = Some(markdown(
            "Fenmarch is a large, mostly rural county.\n\n## What stood out\n\n\
             - People *knew* whom to call.\n- **Waiting times** differed:\n  1. north, 12 days\n  \
             2. south, 31 days\n\nSee the [strategy](https://example.org/strategy?a=1&b=2).",
        ));
    }
    for theme in &mut report.themes {
        theme.findings =
            Some(plain("Staff work well together.\nPartners say so too.\n\nIt shows."));
        for statement in &mut theme.statements {
            statement.findings = Some(markdown("> I was listened to.\n\nMost people said so."));
        }
    }
    // Nobody is told of a text that is missing in what is published.
    report.themes[3].findings = None;
    report.notices = vec![Notice {
        on: Some(date("2026-06-02")),
        text: "The council has asked for a review of the rating process.".to_owned(),
    }];
    report
}

/// The same with two years of financial facts: one with everything known, one with gaps.
pub fn financed() -> Report {
    let mut report = published();
    let full = FinanceYear {
        year: year("2023-24"),
        source: Some("https://example.org/accounts?year=2023&part=2".parse().unwrap()),
        total_budget_pence: Some(51_230_000_000),
        total_spend_pence: Some(51_811_204_350),
        total_over_budget_pence: Some(581_204_350),
        care_budget_pence: Some(18_200_000_000),
        care_spend_pence: Some(18_100_000_000),
        care_over_budget_pence: Some(-100_000_000),
        care_share_permille: Some(349),
        precept: Some(Precept::Full),
        people_long_term: Some(5_120),
        people_short_term: Some(990),
    };
    let gaps = FinanceYear {
        year: year("2024-25"),
        source: None,
        total_budget_pence: Some(52_000_000_000),
        total_spend_pence: None,
        total_over_budget_pence: None,
        care_spend_pence: Some(18_300_000_000),
        care_over_budget_pence: Some(100_000_000),
        care_share_permille: None,
        precept: Some(Precept::NotFull),
        people_short_term: None,
        ..full.clone()
    };
    let change = FinanceChange {
        from: full.year,
        to: gaps.year,
        total_budget_pence: Some(770_000_000),
        total_spend_pence: None,
        care_budget_pence: Some(0),
        care_spend_pence: Some(200_000_000),
        care_share_permille: None,
        people_long_term: Some(0),
        people_short_term: None,
    };
    report.finance = Some(Finance { years: vec![full, gaps], change: Some(change) });
    report
}

/// The same, withdrawn since, with something else in its place.
pub fn withdrawn() -> Report {
    let mut report = financed();
    if let State::Published { withdrawn, .. } = &mut report.state {
        let reason = PublicationWithdrawalReason::ProcessReview;
        *withdrawn = Some(Withdrawal { on: date("2026-07-01"), reason });
    }
    report.notices = vec![Notice {
        on: Some(date("2026-07-20")),
        text: "X90000001-2026-a-p2 took its place.".to_owned(),
    }];
    report
}

/// A fictional system: the draft that was shared with it, of a pilot, with most texts missing.
pub fn draft() -> Report {
    let framework = framework("ics-2023");
    let mut report = blank(&framework, "Isles and Downs", "X90000099-2026-a");
    report.assessment_kind = AssessmentKind::Pilot;
    report.state = State::Draft { as_shared_on: Some(date("2026-06-02")) };
    report.status = Status::Indicative;
    give_scores(&mut report, &framework, &[2, 3, 3, 2, 4, 3, 3, 2, 3, 3, 2, 1, 3, 3, 3, 2, 3]);
    report.sections[0].text = Some(plain("A system of *four* places & one island."));
    let statement = &mut report.themes[0].statements[0];
    statement.findings =
        Some(markdown("# Findings\n\n| place | visits |\n| --: | :-- |\n| a | 3 |"));
    statement.categories = framework.scoring.categories.iter().map(category_score).collect();
    let item = |category: &assessment::framework::Category| EvidenceItem {
        category: category.id,
        name: category.name.value.clone(),
        method: EvidenceMethod::FocusGroup,
        collected_on: date("2026-03"),
    };
    let sensitive = &framework.scoring.categories[0];
    report.evidence = Some(EvidenceList {
        items: framework.scoring.categories.iter().map(item).collect(),
        sensitive: vec![SensitiveCount {
            category: sensitive.id,
            name: sensitive.name.value.clone(),
            count: 2,
        }],
    });
    report
}

/// A draft in which every name and every text tries to be more than a text.
pub fn hostile() -> Report {
    let mut report = draft();
    let name = "](javascript:alert(1)) <script>alert(1)</script> | # ![x](http://t.example/p.png)";
    report.title = name.parse().unwrap();
    report.framework.name = name.to_owned();
    report.notices = vec![Notice { on: None, text: format!("# {name}\n\n# {name}") }];
    let text = HOSTILE.replace("TAB", "\t");
    for section in &mut report.sections {
        section.text = Some(markdown(&text));
    }
    for theme in &mut report.themes {
        theme.name = name.to_owned();
        theme.findings = Some(plain(&text));
        for statement in &mut theme.statements {
            statement.name = format!("1. {name}");
            statement.findings = Some(markdown(&text));
        }
    }
    report.rules[0].rule = name.to_owned();
    report.rules[0].source = name.to_owned();
    report
}

/// What people must not be able to do to a report.
pub const HOSTILE: &str = r#"<script>alert(1)</script>

<div onclick="alert(1)" style="position:fixed">
<img src=http://t.example/p.png>
</div>

a <b onclick=alert(1)>b</b> <!-- c --> ]]> &lt;script&gt; &#10;&#10;&#35; d

[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,x) <javascript:alert(1)>
[d](https://d.example/"onmouseover="alert(1)) \![e](https://e.example) <http://f.example/?a&lt=1>

![g](http://t.example/p.png) [![h](http://t.example/p.png "t")](https://h.example) [i][j]

[j]: javascript:alert(1)

###### deep

# Overall rating

Overall rating
===

| k | l |
|:-:|--:|
| `m\|n` | <i onclick=alert(1)>o</i> |

1. p

   ~~~ html onclick
   </code></pre><script>alert(1)</script>
   ````
   ~~~
   - q
     > r
2. s

\# t
\- u
2026\. v

<style>body { display: none }</style>

<textarea>

TABw

``` x
never closed
# Overall rating
"#;

pub fn markdown(text: &str) -> Text {
    Text { media_type: "text/markdown".parse().unwrap(), text: text.to_owned() }
}

pub fn plain(text: &str) -> Text {
    Text { media_type: "text/plain".parse().unwrap(), text: text.to_owned() }
}

fn framework(id: &str) -> Framework {
    Framework::shipped(id.parse::<FrameworkId>().unwrap()).unwrap()
}

fn date(text: &str) -> PartialDate {
    text.parse().unwrap()
}

fn year(text: &str) -> FinancialYear {
    text.parse().unwrap()
}

/// A report without scores and texts.
fn blank(framework: &Framework, title: &str, assessment: &str) -> Report {
    let assessment = assessment.parse::<assessment::AssessmentId>().unwrap();
    let unverified = |basis: Basis| basis == Basis::Assumed;
    let statement = |statement: &assessment::framework::Statement| Statement {
        id: statement.id,
        name: statement.name.value.clone(),
        unverified: statement.is_unverified(),
        score: None,
        rating: None,
        reviewed_on: None,
        categories: Vec::new(),
        findings: None,
    };
    let theme = |theme: &assessment::framework::Theme| Theme {
        id: theme.id,
        name: theme.name.value.clone(),
        unverified: unverified(theme.name.basis),
        rating: None,
        score: None,
        findings: None,
        statements: theme.statements.iter().map(statement).collect(),
    };
    Report {
        title: title.parse().unwrap(),
        code: assessment.organisation(),
        kind: framework.kind,
        fictional: true,
        assessment,
        assessment_kind: AssessmentKind::Baseline,
        framework: FrameworkTitle { id: framework.id, name: framework.name.value.clone() },
        state: State::Draft { as_shared_on: None },
        notices: Vec::new(),
        status: Status::Unrated,
        overall: None,
        dates: Dates {
            assessed_on: Some(date("2026-04-30")),
            rated_on: Some(date("2026-05-07")),
            reviewed_on: None,
        },
        sections: sections(&framework.process),
        themes: framework.scoring.themes.iter().map(theme).collect(),
        finance: None,
        evidence: None,
        rules: rules(framework),
    }
}

fn sections(process: &Process) -> Vec<Section> {
    let whole = |section: &assessment::framework::ReportSection| {
        use assessment::framework::ReportSection::{StatementFindings, ThemeFindings};
        section.is_written() && !matches!(section, ThemeFindings | StatementFindings)
    };
    let all = process.report_sections.value.iter().copied();
    all.filter(whole).map(|section| Section { section, text: None }).collect()
}

fn rules(framework: &Framework) -> Vec<Rule> {
    let rounding = &framework.scoring.rounding;
    vec![
        Rule {
            rule: "Rounding".to_owned(),
            value: "up to the next whole percentage".to_owned(),
            basis: rounding.basis,
            source: framework.sources[&rounding.source].title.clone(),
        },
        Rule {
            rule: "Half of the band".to_owned(),
            value: "above or below the middle of the band".to_owned(),
            basis: Basis::Assumed,
            source: "Default of this project; no source was found".to_owned(),
        },
    ]
}

fn give_scores(report: &mut Report, framework: &Framework, numbers: &[u8]) {
    let scoring = &framework.scoring;
    let all: Vec<Score> = numbers.iter().map(|number| (*number).try_into().unwrap()).collect();
    let mut rest = all.as_slice();
    for theme in &mut report.themes {
        let (scores, others) = rest.split_at(theme.statements.len());
        for (statement, score) in theme.statements.iter_mut().zip(scores) {
            statement.score = Some(*score);
            statement.rating = Some(scoring.rating(*score));
        }
        if framework.publishes(LevelKind::Theme) {
            let level = scoring.level(scores);
            (theme.score, theme.rating) = (Some(level.percent), Some(level.rating));
        }
        rest = others;
    }
    let (level, distance) = (scoring.level(&all), scoring.distance(&all));
    report.overall = Some(Overall {
        rating: level.rating,
        score: Some(level.percent),
        percent_to_next_up: distance.percent_to_next_up,
        percent_to_next_down: distance.percent_to_next_down,
        marks_to_next_up: distance.marks_to_next_up,
        marks_to_next_down: distance.marks_to_next_down,
        band_half: Some(distance.band_half),
    });
}

fn category_score(category: &assessment::framework::Category) -> CategoryScore {
    CategoryScore {
        category: category.id,
        name: category.name.value.clone(),
        score: 3.try_into().unwrap(),
    }
}
