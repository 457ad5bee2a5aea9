//! How many single marks a flip is: what it would take to be back.

use assessment::framework::Scoring;
use assessment::scoring::{Rating, Score};

/// How many single marks on statements bring a level that is rated `now` back to `wanted`, or past
/// it; none, if nothing does.
///
/// A mark is one point more, or less, on one statement; a score stays from 1 to 4.
pub(super) fn back(
    scoring: &Scoring,
    scores: &[Score],
    now: Rating,
    wanted: Rating,
) -> Option<u32> {
    if now < wanted { up(scoring, scores, wanted) } else { down(scoring, scores, wanted) }
}

/// marks = max(sum needed − sum, marks that leave no limiter below `wanted` acting)
///
/// Both must hold: the sum must reach the band, and every statement must be above the scores that
/// a limiter acts on. A mark that lifts a statement out of a limiter's reach counts in the sum as
/// well, so the larger number does for both. There is always room: with every score at 4 the sum is
/// that of the best rating, and no limiter acts on a 4.
fn up(scoring: &Scoring, scores: &[Score], wanted: Rating) -> Option<u32> {
    let (points, items) = sum(scores);
    let reaches = |sum| scoring.band(scoring.percent(sum, items)).rating >= wanted;
    let needed = (points..=4 * items).position(reaches)?;
    let limiters = scoring.limiters.value.iter().filter(|limiter| limiter.at_most < wanted);
    let reach = limiters.map(|limiter| limiter.score.get()).max().unwrap_or(0);
    let above = |score: &Score| u32::from((reach + 1).saturating_sub(score.get()));
    let freed = scores.iter().map(above).sum();
    Some(u32::try_from(needed).ok()?.max(freed))
}

/// marks = min(sum − sum allowed, marks that bring a limiter at or below `wanted` into effect)
///
/// Either will do. A sum falls by one with each mark, whichever statement has it; a limiter acts
/// once a single statement is low enough, and the lowest one has the shortest way there.
fn down(scoring: &Scoring, scores: &[Score], wanted: Rating) -> Option<u32> {
    let (points, items) = sum(scores);
    let falls = |sum| scoring.band(scoring.percent(sum, items)).rating <= wanted;
    let lowered = (items..=points).rev().position(falls)?;
    let lowest = scores.iter().min()?.get();
    let limiters = scoring.limiters.value.iter().filter(|limiter| limiter.at_most <= wanted);
    let capped = limiters.map(|limiter| u32::from(lowest.saturating_sub(limiter.score.get())));
    Some(u32::try_from(lowered).ok()?.min(capped.min().unwrap_or(u32::MAX)))
}

fn sum(scores: &[Score]) -> (u32, u32) {
    let points = scores.iter().map(|score| u32::from(score.get())).sum();
    (points, u32::try_from(scores.len()).expect("a framework has far fewer statements"))
}

#[cfg(test)]
mod tests {
    use super::back;
    use assessment::framework::{Framework, Limiter, Scoring};
    use assessment::scoring::{Rating, Rounding, Score};

    fn score(number: u8) -> Score {
        Score::try_from(number).expect("1 to 4")
    }

    /// Every list of so many scores.
    fn lists(items: u32) -> Vec<Vec<Score>> {
        let digit = |code: u32, at: u32| u8::try_from(code / 4_u32.pow(at) % 4).expect("small");
        let list = |code: u32| (0..items).map(|at| score(1 + digit(code, at))).collect();
        (0..4_u32.pow(items)).map(list).collect()
    }

    fn rated(scoring: &Scoring, scores: &[Score]) -> Rating {
        scoring.limited(scoring.level(scores).rating, scores)
    }

    /// How many marks lie between two lists of scores.
    fn apart(one: &[Score], other: &[Score]) -> u32 {
        let pairs = one.iter().zip(other);
        pairs.map(|(one, other)| u32::from(one.get().abs_diff(other.get()))).sum()
    }

    /// A formula that is one mark off tells an auditor that a rating hangs on more than it does.
    #[test]
    fn the_formulas_give_what_trying_every_list_of_scores_gives() {
        let mut scoring = Framework::all_shipped().swap_remove(0).scoring;
        let limiter = |cap, number| Limiter::new(cap, score(number)).expect("a limiter");
        let (bad, low, good) = (
            limiter(Rating::Inadequate, 1),
            limiter(Rating::RequiresImprovement, 2),
            limiter(Rating::Good, 3),
        );
        for limiters in [vec![], vec![bad], vec![low], vec![good], vec![bad, low, good]] {
            scoring.limiters.value = limiters;
            for rounding in [Rounding::Ceiling, Rounding::Floor, Rounding::HalfUp] {
                scoring.rounding.value = rounding;
                (1..=4).for_each(|items| try_all(&scoring, &lists(items)));
            }
        }
    }

    fn try_all(scoring: &Scoring, lists: &[Vec<Score>]) {
        let ratings: Vec<Rating> = lists.iter().map(|list| rated(scoring, list)).collect();
        for (scores, now) in lists.iter().zip(&ratings) {
            for wanted in Rating::ALL.into_iter().filter(|wanted| wanted != now) {
                let is_back = |rating: &Rating| match *now < wanted {
                    true => *rating >= wanted,
                    false => *rating <= wanted,
                };
                let others = lists.iter().zip(&ratings).filter(|(_, rating)| is_back(rating));
                let fewest = others.map(|(other, _)| apart(scores, other)).min();
                assert_eq!(back(scoring, scores, *now, wanted), fewest, "{scores:?} to {wanted}");
            }
        }
    }
}
