//! Verifying a part: named checks, a sample, and what was recorded since.

use crate::common::{minute, small};
use crate::{history, verify_only};
use ledger::{AsOf, Check, IndexState, Instant, Options, Rederived, Sample, Verdict};
use std::path::Path;

fn with(dir: &Path, since: Option<AsOf>, share: Option<&str>, seed: u8) -> Verdict {
    let sample = share.map(|share| Sample { share: share.parse().unwrap(), seed: [seed; 16] });
    let options = Options { since, sample, ..Options::default() };
    ledger::verify(dir, &options, &mut |_| {}).unwrap()
}

/// A check that was not asked for must not be said to have been made.
#[test]
fn only_what_is_named_is_looked_at() {
    let site = history();
    let dir = site.ledger_dir();
    drop(site.ledger);
    let chain = verify_only(&dir, &[Check::Chain]);
    assert!(chain.summary.records > 0);
    assert_eq!(chain.contents, Default::default());
    assert_eq!((&chain.publications, &chain.decisions), (&nothing(), &nothing()));
    assert_eq!(chain.index, IndexState::NotLookedAt);
    let publications = verify_only(&dir, &[Check::Publications]);
    assert_eq!(publications.publications.rederived, 5);
    assert_eq!(publications.decisions, nothing());
    let contents = verify_only(&dir, &[Check::Contents]);
    assert_eq!(contents.contents.checked, contents.contents.contents);
    assert_eq!(contents.publications, nothing());
    let index = verify_only(&dir, &[Check::Index]);
    assert!(matches!(index.index, IndexState::Agrees(_)), "{:?}", index.index);
}

fn nothing() -> Rederived {
    Rederived::default()
}

/// A sample must be told from the whole, and chosen by its seed alone.
#[test]
fn a_sample_looks_at_its_share_and_says_how_much_that_is() {
    let dir = small();
    let all = with(dir.path(), None, None, 0);
    let half = with(dir.path(), None, Some("50%"), 1);
    assert_eq!(half.decisions.recorded, all.decisions.recorded);
    assert_eq!(half.decisions.rederived + half.decisions.unsampled, all.decisions.recorded);
    let expected = all.decisions.recorded / 2;
    assert!(half.decisions.rederived.abs_diff(expected) < 30, "{:?}", half.decisions);
    assert_eq!(with(dir.path(), None, Some("50%"), 1).decisions, half.decisions, "repeated");
    let one = with(dir.path(), None, Some("0.01%"), 2);
    assert_eq!((one.publications.rederived, one.decisions.rederived), (1, 1));
    let whole = with(dir.path(), None, Some("100%"), 3);
    assert_eq!((whole.publications, whole.decisions), (all.publications, all.decisions));
}

#[test]
fn of_the_contents_too_a_share_is_opened() {
    let site = history();
    let sample = Some(Sample { share: "20%".parse().unwrap(), seed: [9; 16] });
    let config = site.config();
    let options = Options { config: Some(&config), sample, ..Options::default() };
    let verdict = ledger::verify(&site.ledger_dir(), &options, &mut |_| {}).unwrap();
    let contents = verdict.contents;
    assert!(contents.checked < contents.contents && contents.checked > 0, "{contents:?}");
    assert_eq!(contents.opened, contents.checked);
    assert!(contents.released_checked > 0, "{contents:?}");
    assert_eq!(contents.unnamed, [] as [std::path::PathBuf; 0], "files are all known by name");
}

/// What stands before is read all the same: the rules need it, and damage there is damage.
#[test]
fn what_was_recorded_since_is_looked_at_and_the_rest_is_read() {
    let dir = small();
    let all = with(dir.path(), None, None, 0);
    let last = all.summary.last.unwrap().0;
    let day = |text: &str| AsOf::Day(text.parse().unwrap());
    let instant = |text: &str| AsOf::Instant(Instant::parse(text).unwrap());
    let of = |since| with(dir.path(), Some(since), None, 0);
    for (since, expected) in [
        (AsOf::Position(0), all.decisions.rederived),
        (AsOf::Position(last), 1),
        (AsOf::Position(last + 1), 0),
        (day("2026-05-17"), all.decisions.rederived),
        (day("2026-05-18"), 0),
        (instant("2026-05-17T12:00:00Z"), 0),
    ] {
        let verdict = of(since);
        assert_eq!(verdict.decisions.rederived, expected, "{since:?}");
        assert_eq!(verdict.decisions.recorded, all.decisions.recorded, "{since:?}");
        assert_eq!(verdict.summary, all.summary, "{since:?}");
        assert_eq!(verdict.findings, []);
    }
    let some = of(instant(&minute(3))).decisions;
    assert!(some.rederived > 0 && some.before > 0, "{some:?}");
    assert_eq!(some.rederived + some.before, all.decisions.recorded);
}
