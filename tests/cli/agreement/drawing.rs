//! Guards that a drawing of agreement can be read, by whatever means, and shows nothing that is
//! not known.

use super::{Judged, judged, with};
use crate::site::check;

const QUARTERS: usize = 60;

/// Sixty quarters: three assessments in every fifth, one in the others.
fn long() -> Vec<Judged> {
    let mut all = Vec::new();
    for quarter in 0..QUARTERS {
        let on = format!("{}-{:02}-15", 2010 + quarter / 4, quarter % 4 * 3 + 2);
        for nth in 0..if quarter % 5 == 0 { 3 } else { 1 } {
            let scores = std::array::from_fn(|at| {
                let first = [3, 2, 1, 4, 2][(at + quarter) % 5];
                (first, if (at + nth) % 4 == 0 { 5 - first } else { first })
            });
            let number = all.len();
            all.push(Judged { number, region: None, assessor: "p-021", on: on.clone(), scores });
        }
    }
    all
}

/// A mark, its interval and its number for each quarter, however many there are.
#[test]
fn sixty_quarters_stay_within_the_drawing() {
    let site = with(&long());
    for line in ["agreement", "agreement --statistic shift", "agreement --statistic kappa"] {
        let drawing = site.ok(&format!("{line} --format svg --replicates 100"));
        stays_within(&drawing);
        let marks = |class: &str| drawing.matches(&format!("class=\"{class}\"")).count();
        let series = if line == "agreement" { 2 } else { 1 };
        assert_eq!(marks("mark"), series * (12 + 1), "and one in each legend: {drawing}");
        assert_eq!(marks("interval"), series * 12);
        assert_eq!(marks("few"), QUARTERS - 12);
        for text in ["2010-Q1", "2024-Q4: 9 pairs: too few (9 of 20)."] {
            assert!(drawing.contains(text), "{text}: {drawing}");
        }
    }
}

#[test]
fn a_drawing_shows_each_quarter_and_says_it_in_words() {
    let site = with(&judged());
    let drawing = site.ok("agreement --format svg");
    stays_within(&drawing);
    assert_eq!(drawing, site.ok("agreement --format svg --by quarter"));
    assert_ne!(drawing, site.ok("agreement --format svg --seed 'another seed'"));
    check("agreement_drawing", &drawing.replace("><", ">\n<"));
    let shift = site.ok("agreement --format svg --statistic shift --framework la-2009");
    stays_within(&shift);
    assert!(shift.contains("Above 0, the panel marks up.") && shift.contains("la-2009"));
}

/// A seed comes from anywhere: one that looks like markup must not become any.
#[test]
fn nothing_to_draw_and_hostile_texts_are_still_a_drawing() {
    let site = with(&judged()[..3]);
    let readers = site.ok("agreement --between scorer-reader --format svg");
    stays_within(&readers);
    assert!(readers.contains("There is no pair whose quarter is known."), "{readers}");
    let seed = "</desc><script>alert(1)</script>\"&amp;'";
    let ran = site.piperoll(&["agreement", "--format", "svg", "--seed", seed], "");
    stays_within(&ran.out);
    assert!(!ran.out.contains("<script>"), "{}", ran.out);
}

/// Every element that begins ends, and everything that is drawn lies in the view box.
fn stays_within(drawing: &str) {
    let size = drawing.split("viewBox=\"0 0 ").nth(1).unwrap().split('"').next().unwrap();
    let (width, height) = size.split_once(' ').unwrap();
    let (width, height): (i64, i64) = (width.parse().unwrap(), height.parse().unwrap());
    let mut open = Vec::new();
    let mut rest = drawing.trim_end();
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "{rest}");
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{drawing}");
            continue;
        }
        let name = tag.split(' ').next().unwrap();
        open.push(name);
        for (attribute, value) in attributes(tag) {
            let most = match attribute {
                "x" | "x1" | "x2" | "cx" | "width" => width,
                "y" | "y1" | "y2" | "cy" | "height" => height,
                _ => continue,
            };
            let value: i64 = value.parse().unwrap();
            assert!((0..=most).contains(&value), "{tag}");
        }
        if name == "text" {
            let text = rest.split('<').next().unwrap();
            fits(tag, text, width);
        }
    }
    assert!(open.is_empty() && rest.is_empty(), "{open:?} {rest}");
    for role in ["role=\"img\"", "aria-labelledby=\"title desc\"", "<title id=\"title\">"] {
        assert!(drawing.contains(role), "{role}");
    }
}

fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    tag.split("\" ").filter_map(|part| {
        let (name, value) = part.split_once("=\"")?;
        Some((name.rsplit(' ').next().unwrap(), value.trim_end_matches('"')))
    })
}

/// A letter is at most six tenths as wide as the text is high, on average.
fn fits(tag: &str, text: &str, width: i64) {
    let of = |wanted: &str| attributes(tag).find(|(name, _)| *name == wanted).map(|it| it.1);
    let x: i64 = of("x").unwrap().parse().unwrap();
    let size: i64 = of("font-size").map_or(13, |size| size.parse().unwrap());
    let wide = text.chars().count() as i64 * size * 6 / 10;
    let (left, right) = match of("text-anchor") {
        Some("end") => (x - wide, x),
        Some("middle") => (x - wide / 2, x + wide / 2),
        _ => (x, x + wide),
    };
    assert!(left >= 0 && right <= width, "{tag}: {text}: {left} to {right}");
}
