//! The fear: a policy is read as one that asks for less, or a witness counts twice.

use super::{Policy, Quorum};
use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::note::{Algorithm, SigningKey};
use crate::tree::{Growing, leaf};

const ORIGIN: &str = "example.org/ledger";

fn log(seed: u8) -> SigningKey {
    SigningKey::new(ORIGIN, Algorithm::Note, &[seed; 32]).unwrap()
}

fn witness(number: u8) -> SigningKey {
    let name = format!("example.net/w{number}");
    SigningKey::new(&name, Algorithm::Cosignature, &[number; 32]).unwrap()
}

/// A policy with keys for `L`, and for `1` to `9`.
fn filled(text: &str) -> Vec<u8> {
    let mut text = text.replace(" L", &format!(" {}", log(100).public()));
    for number in 1..10 {
        text = text.replace(&format!("<{number}>"), &witness(number).public().to_string());
    }
    text.into_bytes()
}

fn policy(text: &str) -> Policy {
    Policy::parse(&filled(text)).unwrap()
}

fn refused(text: &str) -> String {
    Policy::parse(&filled(text)).unwrap_err().to_string()
}

fn checkpoint() -> Checkpoint {
    let mut tree = Growing::default();
    tree.push(leaf(b"a"));
    Checkpoint { origin: ORIGIN.to_owned(), size: 1, root: tree.root() }
}

fn cosigned(numbers: &[u8]) -> SignedCheckpoint {
    let signed = checkpoint().sign(&log(100));
    let lines: Vec<_> = numbers.iter().map(|number| signed.cosign(&witness(*number), 7)).collect();
    signed.with(&lines)
}

/// The example of the specification, with comments, tabs and white space.
const TWO_LEVELS: &str = "\
# whom we trust

  log L https://example.org/
witness\tX1 <1>
witness X2 <2> https://x2.example/
 witness X3 <3>  \t
group X-witnesses 2 X1 X2 X3
witness Y1 <4>
witness Y2 <5>
witness Y3 <6>
group Y-witnesses any Y1 Y2 Y3
  # both of them
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
witness late <7>
";

#[test]
fn a_policy_of_two_levels_is_met_by_enough_of_each() {
    let policy = policy(TWO_LEVELS);
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://example.org/"));
    assert_eq!(policy.witnesses()[1].url.as_deref(), Some("https://x2.example/"));
    assert_eq!(policy.witnesses().len(), 7);
    for (numbers, is_met) in [
        (&[][..], false),
        (&[1, 2], false),
        (&[1, 2, 3], false),
        (&[1, 4, 5, 6], false),
        (&[1, 3, 5], true),
        (&[1, 2, 3, 4, 5, 6], true),
        (&[7, 8, 9, 1, 4], false),
    ] {
        let judgement = policy.judge(&cosigned(numbers)).unwrap();
        assert_eq!(judgement.is_accepted(), is_met, "{numbers:?}");
        assert_eq!(judgement.log.as_ref(), Some(log(100).public()));
        let known = numbers.iter().filter(|number| **number < 8).count();
        assert_eq!(judgement.cosigned.len(), known);
        assert!(judgement.cosigned.iter().all(|(_, time)| *time == 7));
    }
    let words = |numbers: &[u8]| policy.judge(&cosigned(numbers)).unwrap().to_string();
    assert_eq!(words(&[1, 3, 5, 7]), "cosigned by 3 of 6 witnesses, which is enough");
    assert_eq!(
        words(&[1]),
        "cosigned by 1 of 6 witnesses, which is not enough: it takes 2 of X-witnesses, Y-witnesses"
    );
}

#[test]
fn every_number_of_a_group_is_counted_as_it_says() {
    for (count, needed) in [("any", 1), ("1", 1), ("2", 2), ("3", 3), ("all", 3)] {
        let text = "witness a <1>\nwitness b <2>\nwitness c <3>\n";
        let policy = policy(&format!("{text}group g {count} a b c\nquorum g\n"));
        for numbers in [&[][..], &[2], &[1, 3], &[1, 2, 3]] {
            let judgement = policy.judge(&cosigned(numbers)).unwrap();
            assert_eq!(judgement.is_accepted(), numbers.len() >= needed, "{count} {numbers:?}");
            assert_eq!(judgement.log, None);
        }
    }
    let one = policy("witness a <1>\nquorum a\n");
    assert_eq!(one.judge(&cosigned(&[])).unwrap().quorum, Quorum::Missed { needed: "a".into() });
    let words = one.judge(&cosigned(&[1])).unwrap().to_string();
    assert_eq!(words, "cosigned by 1 of 1 witness, which is enough");
    let none = policy("log L\nwitness a <1>\nquorum none\n").judge(&cosigned(&[1])).unwrap();
    assert_eq!((none.is_accepted(), &none.quorum), (true, &Quorum::NotAsked));
    let words = "cosigned by 1 of 1 witness, of which the policy asks for none";
    assert_eq!(none.to_string(), words);
}

#[test]
fn what_a_policy_may_not_say_is_refused_with_its_line() {
    for (text, why) in [
        ("", "line 1: the file ends without a line `quorum NAME` or `quorum none`"),
        ("log L\n", "line 2: the file ends without a line `quorum NAME` or `quorum none`"),
        ("quorum none", "line 1: the last line does not end with a newline"),
        ("quorum none\nquorum none\n", "line 2: the quorum is defined in line 1"),
        ("quorum\n", "line 1: expected `quorum NAME` or `quorum none`"),
        ("quorum a b\n", "line 1: expected `quorum NAME` or `quorum none`"),
        ("quorum a\nwitness a <1>\n", "line 1: no witness or group above is called `a`"),
        ("Quorum none\n", "line 1: `Quorum` is none of log, witness, group and quorum"),
        ("log\n", "line 1: expected `log KEY`, and a URL at most"),
        ("log L u v\n", "line 1: expected `log KEY`, and a URL at most"),
        ("witness a\n", "line 1: expected `witness NAME KEY`, and a URL at most"),
        ("witness a <1> u v\n", "line 1: expected `witness NAME KEY`, and a URL at most"),
        ("witness none <1>\n", "line 1: `none` cannot be the name of a witness or a group"),
        ("witness a <1>\nwitness a <2>\n", "line 2: `a` is defined in line 1"),
        ("witness a <1>\ngroup a any a\n", "line 2: `a` is defined in line 1"),
        ("group g any\n", "line 1: expected `group NAME any|all|COUNT MEMBER...`"),
        ("group g any none\n", "line 1: `none` cannot be a member of a group"),
        ("group g any g\n", "line 1: no witness or group above is called `g`"),
        (
            "witness a <1>\ngroup g all a a\n",
            "line 2: `a` is a member of a group in line 2, and could count twice",
        ),
        (
            "witness a <1>\ngroup g all a\ngroup h all a\n",
            "line 3: `a` is a member of a group in line 2, and could count twice",
        ),
        (
            "quorum none\r\n",
            "line 1: it holds a control character (are the line ends those of Unix?)",
        ),
        (
            "# \u{7f}\nquorum none\n",
            "line 1: it holds a control character (are the line ends those of Unix?)",
        ),
    ] {
        assert_eq!(refused(text), why, "{text:?}");
    }
    for count in ["0", "2", "-1", "+1", "01", "1.0", "18446744073709551617", "ALL"] {
        assert_eq!(
            refused(&format!("witness a <1>\ngroup g {count} a\nquorum g\n")),
            format!(
                "line 2: `{count}` is not any, all, or a number from 1 to the number of members, 1"
            )
        );
    }
}

/// The fear: one witness under two names is two witnesses.
#[test]
fn a_public_key_counts_once_whatever_its_name() {
    let renamed = SigningKey::new("example.net/other", Algorithm::Cosignature, &[1; 32]).unwrap();
    let text = format!("witness a <1>\nwitness b {}\nquorum none\n", renamed.public());
    let why = format!("line 2: the key of `{}` has the public key of line 1", renamed.public());
    assert_eq!(refused(&text), why);
    let renamed = SigningKey::new("example.org/other", Algorithm::Note, &[100; 32]).unwrap();
    assert!(refused(&format!("log L\nlog {}\n", renamed.public())).starts_with("line 2: the key"));
}

#[test]
fn keys_stand_where_they_belong() {
    let text = format!("witness a {}\n", log(100).public());
    let why = format!("line 1: `{}` is the key of a log, and none belongs here", log(100).public());
    assert_eq!(refused(&text), why);
    assert!(refused("log <1>\n").contains("is the key of a witness, and none belongs here"));
    let wrong = log(100).public().to_string().replace("example.org", "example.com");
    assert!(refused(&format!("log {wrong}\n")).contains("the key id is"));
}

/// The fear: names that look alike, or that are no text, are mixed up.
#[test]
fn names_are_octets() {
    let file = [&b"witness "[..], b"\xe2\x84\xaa", &filled(" <1>\n")].concat();
    let kelvin = [&file[..], b"quorum K\n"].concat();
    let why = Policy::parse(&kelvin).unwrap_err().to_string();
    assert_eq!(why, "line 2: no witness or group above is called `K`");
    let odd = [&b"# \xff\nwitness \xff"[..], &filled(" <1>\nwitness "), b"\xfe", &filled(" <2>\n")];
    let odd = [&odd.concat()[..], b"quorum \xfe\n"].concat();
    let policy = Policy::parse(&odd).unwrap();
    assert!(policy.judge(&cosigned(&[2])).unwrap().is_accepted());
    assert!(!policy.judge(&cosigned(&[1])).unwrap().is_accepted());
}

/// The fear: a policy that somebody else wrote rewrites what stands on the screen.
#[test]
fn names_steer_no_terminal() {
    let policy = policy("witness \u{9b}2J <1>\nquorum \u{9b}2J\n");
    let words = policy.judge(&cosigned(&[])).unwrap().to_string();
    assert!(words.ends_with("it takes \u{fffd}2J"), "{words:?}");
    assert_eq!(
        refused("quorum \u{9b}\n"),
        "line 1: no witness or group above is called `\u{fffd}`"
    );
}

/// The fear: a quorum of witnesses makes another log's checkpoint one of this log.
#[test]
fn a_checkpoint_must_be_signed_by_a_log_of_the_policy() {
    let two = format!("log L\nlog {}\nwitness a <1>\nquorum a\n", log(101).public());
    let policy = policy(&two);
    for seed in [100, 101] {
        let signed = checkpoint().sign(&log(seed));
        let signed = signed.with(&[signed.cosign(&witness(1), 7)]);
        let judgement = policy.judge(&signed).unwrap();
        assert_eq!(judgement.log.as_ref(), Some(log(seed).public()));
    }
    let unsigned = policy.judge(&checkpoint().sign(&log(102))).unwrap_err();
    assert!(matches!(unsigned, CheckpointError::Unsigned { .. }), "{unsigned}");
    let other = Checkpoint { origin: "example.org/other".to_owned(), ..checkpoint() };
    let other = other.sign(&log(100));
    let refused = policy.judge(&other).unwrap_err();
    assert!(matches!(refused, CheckpointError::Origin { .. }), "{refused}");
    // A line of a known key that does not hold spoils the others: of a log, and of a witness.
    let smaller = Checkpoint { size: 0, root: Growing::default().root(), ..checkpoint() };
    let forged = cosigned(&[1]).with(smaller.sign(&log(101)).lines());
    assert!(matches!(policy.judge(&forged), Err(CheckpointError::Forged { .. })));
    let smaller = Checkpoint { size: 0, root: Growing::default().root(), ..checkpoint() };
    let forged = cosigned(&[]).with(&[smaller.sign(&log(100)).cosign(&witness(1), 7)]);
    assert!(matches!(policy.judge(&forged), Err(CheckpointError::Forged { .. })));
}

/// The fear: groups upon groups exhaust the stack, or the file the memory.
#[test]
fn deep_and_long_policies_are_bounded() {
    let mut text = "witness g0 <1>\n".to_owned();
    for depth in 1..999 {
        text += &format!("group g{depth} all g{}\n", depth - 1);
    }
    let deep = policy(&format!("{text}quorum g998\n"));
    assert!(deep.judge(&cosigned(&[1])).unwrap().is_accepted());
    assert!(!deep.judge(&cosigned(&[])).unwrap().is_accepted());
    text += "group g999 all g998\n";
    policy(&format!("{text}quorum g999\n"));
    text += "group g1000 all g999\n";
    let why = refused(&format!("{text}quorum g1000\n"));
    assert_eq!(why, "line 1001: a policy has at most 1,000 logs, witnesses and groups");
}
