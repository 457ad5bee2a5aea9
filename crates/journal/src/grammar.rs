//! The grammars of a record's text members; each says yes or no to one string.

/// `<a lower-case letter>-<1 to 12 digits>`, as in `p-017`.
pub(crate) fn is_actor(text: &str) -> bool {
    let [letter, b'-', digits @ ..] = text.as_bytes() else { return false };
    letter.is_ascii_lowercase() && matches!(digits.len(), 1..=12) && are_digits(digits)
}

/// Whether a text can be an idempotency key: `[A-Za-z0-9._:/-]{1,128}`.
pub fn is_key(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._:/-".contains(&b);
    matches!(text.len(), 1..=128) && text.bytes().all(allowed)
}

/// `ledger`, or `[a-z-]+/[A-Za-z0-9-]+`.
pub(crate) fn is_stream(text: &str) -> bool {
    let Some((category, id)) = text.split_once('/') else { return text == "ledger" };
    let lower = |b: u8| b.is_ascii_lowercase() || b == b'-';
    let any = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !category.is_empty() && category.bytes().all(lower) && !id.is_empty() && id.bytes().all(any)
}

/// A signature in some printable encoding: `[A-Za-z0-9+/=._:-]{1,4096}`.
pub(crate) fn is_signature(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"+/=._:-".contains(&b);
    matches!(text.len(), 1..=4096) && text.bytes().all(allowed)
}

/// This many lower-case hex digits.
pub(crate) fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, and in the calendar.
pub(crate) fn is_date(text: &str) -> bool {
    is_calendar_date(text.as_bytes())
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, a day in the calendar and a time on the clock (no leap second).
pub(crate) fn is_instant(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd.dddZ";
    let fits = |(b, s): (&u8, &u8)| if *s == b'd' { b.is_ascii_digit() } else { b == s };
    bytes.len() == shape.len()
        && bytes.iter().zip(shape).all(fits)
        && is_calendar_date(&bytes[..10])
        && number(&bytes[11..13]) < 24
        && number(&bytes[14..16]) < 60
        && number(&bytes[17..19]) < 60
}

fn is_calendar_date(text: &[u8]) -> bool {
    match text {
        [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => {
            let (month, day) = ([*m1, *m2], [*d1, *d2]);
            are_digits(y)
                && are_digits(&month)
                && are_digits(&day)
                && (1..=days_in(number(y), number(&month))).contains(&number(&day))
        }
        [y @ .., b'-', m1, m2] if y.len() == 4 => {
            let month = [*m1, *m2];
            are_digits(y) && are_digits(&month) && (1..=12).contains(&number(&month))
        }
        year => year.len() == 4 && are_digits(year),
    }
}

/// Days in a month of the Gregorian calendar; 0 for a month that there is not.
fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn are_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for yes in ["2024", "2024-05", "2024-02-29", "2000-02-29", "2025-12-31"] {
            assert!(is_date(yes), "{yes}");
        }
        for no in [
            "",
            "24",
            "2024-13",
            "2024-00",
            "2024-5",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-05-00",
            "2024-05-1",
            "2024-05-17T",
            "2024/05",
            "20a4",
            "2024-0a",
            "2024-05-1a",
        ] {
            assert!(!is_date(no), "{no}");
        }
    }

    #[test]
    fn instants_are_of_24_characters() {
        assert!(is_instant("2026-05-17T09:30:00.000Z"));
        assert!(is_instant("2026-05-17T23:59:59.999Z"));
        for no in [
            "2026-05-17T24:00:00.000Z",
            "2026-05-17T09:60:00.000Z",
            "2026-05-17T09:30:60.000Z",
            "2026-02-30T09:30:00.000Z",
            "2026-05-17T09:30:00Z",
            "2026-05-17 09:30:00.000Z",
            "2026-05-17T09:30:00.000+",
        ] {
            assert!(!is_instant(no), "{no}");
        }
    }

    #[test]
    fn names_of_things_keep_to_their_alphabets() {
        assert!(is_actor("p-017") && is_actor("p-1"));
        assert!(!is_actor("p017") && !is_actor("P-1") && !is_actor("p-") && !is_actor("p-1a"));
        assert!(!is_actor("p-1234567890123"));
        assert!(is_key("import:a/b.csv-7") && !is_key("") && !is_key("a b") && !is_key("é"));
        assert!(is_key(&"k".repeat(128)) && !is_key(&"k".repeat(129)));
        assert!(is_stream("ledger") && is_stream("assessment/E06000014-2025-a"));
        for no in ["", "Ledger", "a", "a/", "/a", "A/a", "a/b/c", "a/b c"] {
            assert!(!is_stream(no), "{no}");
        }
        assert!(is_hex("00ff", 4) && !is_hex("00FF", 4) && !is_hex("00f", 4));
    }
}
