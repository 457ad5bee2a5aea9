//! From a line and column of `serde_json` to the path of what stands there.

/// What is open at some byte of a JSON text, and which part of it is being read.
enum Open {
    Object { name: String, in_value: bool },
    Array { index: u64 },
}

/// The path of the last token read before `line` and `column` (both from 1, in bytes), such as
/// `scoring.bands.value[1].rating`; empty at the top.
///
/// `serde_json` stops right after what it refuses. After a closing bracket that is the whole
/// object or array, of which something is missing.
pub(super) fn path_at(text: &str, line: usize, column: usize) -> String {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let text = &text.as_bytes()[..text.len().min(before + column)];
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        match (byte, open.last_mut()) {
            (b'{', _) => open.push(Open::Object { name: String::new(), in_value: false }),
            (b'[', _) => open.push(Open::Array { index: 0 }),
            (b'}' | b']', _) => drop(open.pop()),
            (b':', Some(Open::Object { in_value, .. })) => *in_value = true,
            (b',', Some(Open::Object { in_value, .. })) => *in_value = false,
            (b',', Some(Open::Array { index })) => *index += 1,
            (b'"', innermost) => {
                let string = &text[at..at + string_length(&text[at..])];
                at += string.len() + 1;
                if let Some(Open::Object { name, in_value: false }) = innermost {
                    *name = String::from_utf8_lossy(string).into();
                }
            }
            _ => {}
        }
    }
    joined(&open)
}

/// How many bytes come before the quotation mark that ends a string.
fn string_length(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at.min(text.len())
}

fn joined(open: &[Open]) -> String {
    open.iter().fold(String::new(), |path, part| match part {
        Open::Object { name, .. } if name.is_empty() => path,
        Open::Object { name, .. } => member(&path, name),
        Open::Array { index } => format!("{path}[{index}]"),
    })
}

/// The path of a member of the object at `path`.
pub(super) fn member(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::path_at;

    #[test]
    fn a_path_leads_to_the_last_token_read() {
        let text = "{\"a\": 1,\n \"b\\\"]\": [{}, {\"c\": \"d\"},\n {\"e\": tru";
        for (line, column, path) in [
            (1, 1, ""),
            (1, 4, "a"),
            (1, 7, "a"),
            (2, 7, "b\\\"]"),
            (2, 12, "b\\\"][0]"),
            (2, 23, "b\\\"][1].c"),
            (2, 24, "b\\\"][1]"),
            (3, 11, "b\\\"][2].e"),
            (9, 99, "b\\\"][2].e"),
        ] {
            assert_eq!(path_at(text, line, column), path, "line {line} column {column}");
        }
    }
}
