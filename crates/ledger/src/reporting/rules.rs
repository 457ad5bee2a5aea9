//! How scores became ratings, in words, each rule with how well it is known.

use crate::report::Rule;
use assessment::framework::{
    Awards, Basis, Framework, Method, OverallFrom, RatingChanges, Sourced,
};
use assessment::scoring::Rounding;

/// The rules of a framework that a rating comes from.
pub(super) fn rules(framework: &Framework) -> Vec<Rule> {
    let scoring = &framework.scoring;
    let mut rules = vec![
        rule(framework, "What is scored", &scoring.method, |method| match method {
            Method::Category => {
                "each evidence category, 1 to 4; their percentage lies in a band, and the quality \
                 statement gets the score that the band stands for"
            }
            Method::Statement => "each quality statement, 1 to 4",
            Method::None => "nothing: ratings are judged without scores",
        }),
        rule(framework, "Ratings", &scoring.awards_ratings, |awards| match awards {
            Awards::Yes => "awarded",
            Awards::Indicative => "indicative only",
            Awards::No => "not awarded",
        }),
        rule(framework, "When a rating may change", &scoring.rating_changes, |when| match when {
            RatingChanges::AtAnyReview => "whenever a score is reviewed",
            RatingChanges::AtComprehensiveAssessment => "only at a comprehensive assessment",
        }),
    ];
    if scoring.bands.value.is_empty() {
        return rules;
    }
    rules.push(rule(framework, "Overall percentage", &scoring.overall_from, |from| match from {
        OverallFrom::Statements => {
            "the marks of all quality statements, equally weighted, of the most that they can have"
        }
    }));
    rules.push(rule(framework, "Rounding", &scoring.rounding, |rounding| match rounding {
        Rounding::Ceiling => "up to the next whole percentage",
        Rounding::Floor => "down to the last whole percentage",
        Rounding::HalfUp => "to the nearest whole percentage, from a half up",
    }));
    let bands = scoring.bands.value.iter();
    let bands = bands.map(|band| format!("{} {} to {} %", band.rating, band.from, band.to));
    let bands = bands.collect::<Vec<_>>().join(", ");
    rules.push(rule(framework, "Bands", &scoring.bands, |_| &bands));
    rules.push(rule(framework, "Limits on a rating", &scoring.limiters, |_| "none"));
    rules.push(Rule {
        rule: "Half of the band".to_owned(),
        value: "above, below or on the exact middle of the band".to_owned(),
        basis: Basis::Assumed,
        source:
            "A split of this program; the regulator says \"nearer the upper or lower threshold\""
                .to_owned(),
    });
    rules
}

fn rule<'a, T>(
    framework: &Framework,
    name: &str,
    rule: &'a Sourced<T>,
    in_words: impl Fn(&'a T) -> &'a str,
) -> Rule {
    let source = framework.sources.get(&rule.source);
    Rule {
        rule: name.to_owned(),
        value: in_words(&rule.value).to_owned(),
        basis: rule.basis,
        source: source.map_or(rule.source.as_str().to_owned(), |source| source.title.clone()),
    }
}
