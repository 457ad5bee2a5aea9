//! Limiters: what they cap, and which of them `framework check` finds to be none.

use assessment::framework::{Awards, Framework, InvalidLimiter, Limiter, check};
use assessment::scoring::{Rating, Score};

const CAPS: [(&str, Rating); 3] = [
    ("inadequate", Rating::Inadequate),
    ("requires_improvement", Rating::RequiresImprovement),
    ("good", Rating::Good),
];

fn score(number: u8) -> Score {
    Score::try_from(number).expect("1 to 4")
}

fn limiter(at_most: Rating, number: u8) -> Limiter {
    Limiter::new(at_most, score(number)).expect("a limiter")
}

fn with(limiters: &[Limiter]) -> Framework {
    let mut framework = Framework::shipped("la-2023".parse().expect("an id")).expect("shipped");
    framework.scoring.limiters.value = limiters.to_vec();
    framework
}

fn found(framework: &Framework) -> Vec<String> {
    framework.findings().iter().map(ToString::to_string).collect()
}

/// A cap that was applied from below would raise a rating; one that looked at the wrong statement
/// would cap a body for another one's shortfall.
#[test]
fn a_limiter_caps_what_has_a_low_score_and_nothing_else() {
    let scoring =
        with(&[limiter(Rating::RequiresImprovement, 1), limiter(Rating::Good, 2)]).scoring;
    let limited = |rating, numbers: &[u8]| {
        let scores: Vec<Score> = numbers.iter().map(|number| score(*number)).collect();
        scoring.limited(rating, &scores)
    };
    assert_eq!(limited(Rating::Good, &[1, 4, 4]), Rating::RequiresImprovement);
    assert_eq!(limited(Rating::Outstanding, &[4, 2, 4]), Rating::Good);
    assert_eq!(limited(Rating::Outstanding, &[3, 4, 4]), Rating::Outstanding);
    assert_eq!(limited(Rating::Inadequate, &[1, 1, 1]), Rating::Inadequate);
    assert_eq!(limited(Rating::Good, &[2, 3, 3]), Rating::Good);
}

#[test]
fn what_caps_nothing_or_everything_is_no_limiter() {
    assert_eq!(Limiter::new(Rating::Outstanding, score(1)), Err(InvalidLimiter::NoCap));
    assert_eq!(Limiter::new(Rating::Good, score(4)), Err(InvalidLimiter::EveryScore));
}

/// A file with a limiter is read and written as it stands, or what was asked about is another one.
#[test]
fn a_framework_with_limiters_is_sound_and_is_written_as_it_was_read() {
    for (word, cap) in CAPS {
        for number in 1..=3 {
            let framework = with(&[limiter(cap, number)]);
            let text = serde_json::to_string(&framework).expect("JSON");
            let written = format!("[{{\"at_most\":\"{word}\",\"score\":{number}}}]");
            assert!(text.contains(&written), "{text}");
            assert_eq!(check(&text), []);
            assert_eq!(Framework::parse(&text), Ok(framework));
        }
    }
}

/// Held against trying every combination of the smallest levels: an idle limiter would be taken
/// for a rule that has an effect.
#[test]
fn a_limiter_that_can_never_act_is_found() {
    for items in 1..=3_u32 {
        for (word, cap) in CAPS {
            for number in 1..=3 {
                let mut framework = with(&[limiter(cap, number)]);
                framework.scoring.themes.truncate(1);
                let statements = &mut framework.scoring.themes[0].statements;
                statements.truncate(usize::try_from(items).expect("small"));
                framework.process = with(&[]).process;
                let acts = (0..4_u32.pow(items)).any(|code| {
                    let digit = |at: u32| u8::try_from(code / 4_u32.pow(at) % 4).expect("small");
                    let scores: Vec<Score> = (0..items).map(|at| score(1 + digit(at))).collect();
                    let rating = framework.scoring.level(&scores).rating;
                    framework.scoring.limited(rating, &scores) != rating
                });
                let idle = found(&framework).iter().any(|it| it.contains("can never act"));
                assert_eq!(idle, !acts, "{items} statements, {word}:{number}");
            }
        }
    }
}

#[test]
fn a_limiter_that_adds_nothing_is_found_with_its_path() {
    let (strict, mild) = (limiter(Rating::RequiresImprovement, 2), limiter(Rating::Good, 1));
    let nothing = |index, other| {
        format!("scoring.limiters.value[{index}]: adds nothing to scoring.limiters.value[{other}]")
    };
    assert_eq!(found(&with(&[strict, mild])), [nothing(1, 0)]);
    assert_eq!(found(&with(&[mild, strict])), [nothing(0, 1)]);
    assert_eq!(found(&with(&[mild, mild])), [nothing(1, 0)]);
    // Neither of these does what the other one does.
    let (low, high) = (limiter(Rating::RequiresImprovement, 1), limiter(Rating::Good, 2));
    assert_eq!(with(&[low, high]).findings(), []);
}

#[test]
fn a_limiter_without_ratings_is_found() {
    let mut framework = with(&[limiter(Rating::Good, 1)]);
    framework.scoring.awards_ratings.value = Awards::No;
    let place = "scoring.limiters.value[0]";
    assert_eq!(found(&framework), [format!("{place}: caps ratings, and none are awarded")]);
    let mut idle = with(&[limiter(Rating::Good, 1)]);
    idle.scoring.themes.truncate(1);
    idle.scoring.themes[0].statements.truncate(2);
    idle.process = with(&[]).process;
    let expected = "can never act: with a score of 1, no level is rated better than Good";
    assert!(found(&idle).contains(&format!("{place}: {expected}")), "{:?}", found(&idle));
}
