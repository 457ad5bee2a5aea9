//! Writes the events of a passage back as Markdown that ends wherever the passage ends.
//!
//! A passage quoted as it was typed could leave a block of code open, or define a link that another
//! one uses: written anew, it cannot reach beyond itself.

use pulldown_cmark::{Event, Tag, TagEnd};

/// The events as Markdown, without an end of line after the last.
pub fn written(events: &[Event<'_>]) -> String {
    let mut writer = Writer::default();
    for event in events {
        writer.event(event);
    }
    writer.out
}

/// A line of text in which nothing is markup.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    // A character reference can stand for an end of line, which would begin a block.
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '#' | '|' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    // At the start of a line, a few more would begin a list or underline a heading.
    let number = out.chars().take_while(char::is_ascii_digit).count();
    match out[number..].chars().next() {
        Some('.' | ')') if number > 0 => out.insert(number, '\\'),
        Some('-' | '+' | '=') if number == 0 => out.insert(0, '\\'),
        _ => {}
    }
    // Before a link, it would make an image of it.
    if out.ends_with('!') {
        out.insert(out.len() - 1, '\\');
    }
    out
}

/// What must come before whatever comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Gap {
    /// Nothing: something has just begun.
    #[default]
    None,
    /// The end of a line, before another block.
    Line,
    /// An empty line.
    Blank,
}

/// A list that is open: its next number, if it has numbers.
struct List {
    next: Option<u64>,
    /// Whether a paragraph stood in one of its items.
    loose: bool,
    marker: Marker,
}

/// What items begin with: two lists side by side differ in it, or they would be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marker {
    /// `-` or `1.`
    First,
    /// `+` or `1)`
    Second,
}

/// What the event before this one was, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Before {
    #[default]
    Other,
    /// The end of a list with this marker.
    List(Marker),
    /// The beginning of emphasis.
    Stress,
}

#[derive(Default)]
struct Writer {
    out: String,
    /// What each line begins with, one part for each quotation or item that is open.
    prefixes: Vec<String>,
    lists: Vec<List>,
    gap: Gap,
    /// Where each link leads that is open.
    links: Vec<String>,
    /// The code of the block that is open.
    code: Option<String>,
    line: Line,
    before: Before,
    /// The columns of the table that is open.
    columns: usize,
}

/// What may stand in the line that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Line {
    /// Text that can go on in the next line.
    #[default]
    Flowing,
    /// A heading, which has but one line.
    Heading,
    /// A cell, which moreover ends at a bar.
    Cell,
}

impl Writer {
    fn event(&mut self, event: &Event<'_>) {
        let before = std::mem::take(&mut self.before);
        match event {
            Event::Start(Tag::List(next)) => self.start_list(*next, before),
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(*tag, before),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(text),
                None => self.text(text, before),
            },
            Event::Code(code) => {
                let code = self.code_span(code);
                self.inline(&code);
            }
            Event::SoftBreak | Event::HardBreak if self.line != Line::Flowing => self.inline(" "),
            Event::SoftBreak => self.break_line(),
            Event::HardBreak => {
                self.out.push('\\');
                self.end_line();
            }
            Event::Rule => {
                self.block();
                self.out.push_str("***");
                self.gap = Gap::Blank;
            }
            // The passage has no raw HTML any more, and the parser was asked for nothing else.
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph => {
                self.block();
                if let Some(list) = self.lists.last_mut() {
                    list.loose = true;
                }
            }
            Tag::Heading { level, .. } => {
                self.block();
                self.out.push_str(&"#".repeat(*level as usize));
                self.out.push(' ');
                self.line = Line::Heading;
            }
            Tag::BlockQuote(_) => {
                self.block();
                self.out.push_str("> ");
                self.prefixes.push("> ".to_owned());
            }
            Tag::CodeBlock(_) => self.code = Some(String::new()),
            Tag::Item => self.start_item(),
            Tag::Table(columns) => {
                self.block();
                self.columns = columns.len();
                self.line = Line::Cell;
            }
            Tag::TableHead => self.out.push('|'),
            Tag::TableRow => {
                self.end_line();
                self.out.push('|');
            }
            Tag::TableCell => self.out.push(' '),
            Tag::Emphasis => self.start_stress("*"),
            Tag::Strong => self.start_stress("**"),
            Tag::Link { dest_url, .. } => {
                self.links.push(address(dest_url));
                self.inline("[");
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, before: Before) {
        match tag {
            TagEnd::Paragraph => self.gap = Gap::Blank,
            TagEnd::Heading(_) | TagEnd::Table => {
                self.line = Line::Flowing;
                self.gap = Gap::Blank;
            }
            TagEnd::BlockQuote(_) => {
                self.prefixes.pop();
                self.gap = Gap::Blank;
            }
            TagEnd::CodeBlock => self.code_block(),
            TagEnd::List(_) => {
                let list = self.lists.pop();
                self.before = list.map_or(Before::Other, |list| Before::List(list.marker));
                self.gap = Gap::Blank;
            }
            TagEnd::Item => {
                // A dash alone would underline the line above, which then were a heading.
                if self.gap == Gap::None {
                    self.out.push_str("&#32;");
                }
                self.prefixes.pop();
                let loose = self.lists.last().is_some_and(|list| list.loose);
                self.gap = if loose { Gap::Blank } else { Gap::Line };
            }
            TagEnd::TableHead => {
                self.end_line();
                self.out.push('|');
                self.out.push_str(&" --- |".repeat(self.columns));
            }
            TagEnd::TableCell => self.out.push_str(" |"),
            TagEnd::Emphasis => self.end_stress("*", before),
            TagEnd::Strong => self.end_stress("**", before),
            TagEnd::Link => {
                let address = self.links.pop().unwrap_or_default();
                self.inline(&format!("](<{address}>)"));
            }
            _ => {}
        }
    }

    fn start_list(&mut self, next: Option<u64>, before: Before) {
        let marker = match before {
            Before::List(Marker::First) => Marker::Second,
            _ => Marker::First,
        };
        self.lists.push(List { next, loose: false, marker });
    }

    fn start_item(&mut self) {
        self.block();
        let Some(list) = self.lists.last_mut() else { return };
        let (bullet, after) = match list.marker {
            Marker::First => ("- ", "."),
            Marker::Second => ("+ ", ")"),
        };
        let begins = match &mut list.next {
            Some(next) => {
                *next += 1;
                format!("{}{after} ", *next - 1)
            }
            None => bullet.to_owned(),
        };
        self.out.push_str(&begins);
        self.prefixes.push(" ".repeat(begins.len()));
    }

    /// Begins a block, apart from what stands before it.
    fn block(&mut self) {
        if self.gap == Gap::Blank {
            self.out.push('\n');
            let prefix = self.prefixes.concat();
            self.out.push_str(prefix.trim_end());
        }
        if self.gap != Gap::None {
            self.end_line();
        }
        self.gap = Gap::None;
    }

    /// Writes text; a space that could make a block of it, or take emphasis away, as a reference.
    fn text(&mut self, text: &str, before: Before) {
        let escaped = escaped(text);
        if self.gap == Gap::Blank {
            self.block();
        }
        match escaped.strip_prefix(' ') {
            Some(rest) if before == Before::Stress || self.is_at_start() => {
                self.inline(&format!("&#32;{rest}"))
            }
            _ => self.inline(&escaped),
        }
    }

    /// Whether nothing stands in this line yet.
    fn is_at_start(&self) -> bool {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        line.len() == self.prefixes.iter().map(String::len).sum::<usize>()
    }

    fn start_stress(&mut self, mark: &str) {
        self.inline(mark);
        self.before = Before::Stress;
    }

    fn end_stress(&mut self, mark: &str, before: Before) {
        // Stress on nothing would be read as asterisks.
        if before == Before::Stress {
            self.out.truncate(self.out.len() - mark.len());
            return;
        }
        if self.out.ends_with(' ') {
            self.out.pop();
            self.out.push_str("&#32;");
        }
        self.inline(mark);
    }

    /// Writes a part of a line; in an item it may stand without a paragraph around it.
    fn inline(&mut self, text: &str) {
        if self.gap == Gap::Blank {
            self.block();
        }
        self.gap = Gap::Line;
        self.out.push_str(text);
    }

    fn end_line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&self.prefixes.concat());
    }

    /// Goes on in the next line; spaces or an empty line here would mean more than that.
    fn break_line(&mut self) {
        if !self.is_at_start() {
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.end_line();
        }
    }

    fn code_block(&mut self) {
        self.block();
        let code = self.code.take().unwrap_or_default();
        let fence = "`".repeat(longest_run(&code).max(2) + 1);
        self.out.push_str(&fence);
        for line in code.lines() {
            self.end_line();
            self.out.push_str(line);
        }
        self.end_line();
        self.out.push_str(&fence);
        self.gap = Gap::Blank;
    }

    fn code_span(&self, code: &str) -> String {
        let code = code.replace('\n', " ");
        let code = if self.line == Line::Cell { code.replace('|', "\\|") } else { code };
        let ticks = "`".repeat(longest_run(&code) + 1);
        // One space on either side is taken off again, and keeps the ticks apart.
        let needs_space = |c: char| c == '`' || c == ' ';
        let space =
            if code.starts_with(needs_space) || code.ends_with(needs_space) { " " } else { "" };
        format!("{ticks}{space}{code}{space}{ticks}")
    }
}

/// The most backticks that stand side by side.
fn longest_run(code: &str) -> usize {
    code.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// An address, as it may stand between angle brackets.
fn address(url: &str) -> String {
    let mut out = String::new();
    for c in url.chars() {
        match c {
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            '|' => out.push_str("%7C"),
            ' ' => out.push_str("%20"),
            c if c.is_control() => {}
            // Written as it is, it could begin a character reference.
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::passage;
    use crate::report::samples::{self, HOSTILE};
    use pulldown_cmark::HeadingLevel::H3;

    fn rewritten(text: &str) -> String {
        written(&passage::events(&samples::markdown(text), H3))
    }

    #[test]
    fn a_passage_reads_as_it_was_typed() {
        for text in [
            "one\ntwo\n\nthree",
            "*a* **b** `c` [d](<https://example.org/?a=1>)",
            "- a\n- b\n  - c\n- d",
            "- a\n\n  b\n\n- c",
            "3. a\n4. b",
            "> a\n>\n> - b\n>   c",
            "#### a\n\nb\n\n##### c",
            "```\na\n\n  b\n```",
            "| a | b |\n| --- | --- |\n| c | d |",
            "a\\\nb",
            "***",
        ] {
            assert_eq!(rewritten(text), text);
        }
    }

    /// Written anew, a passage must mean to every other program what it meant to this one.
    #[test]
    fn what_is_written_means_what_was_read() {
        for text in [
            HOSTILE,
            "a\n===\n\nb\n---\n",
            "- ***\n- ```\n  x\n  ```\n-\n- > y",
            "1) a\n2) b\n\n\n3. c",
            "`` a`b `` ` c ` ```` d``` ````",
            "!\\[a](https://b.example) \\!",
            "a&#10;&#10;- b&#9;c",
            "| a\\|b | `c\\|d` |\n|--|--|\n| [e\\|f](https://g.example/h\\|i) | *j* |",
            "* a\n\n      code\n\n  b",
            "> ```\n> a\n\nb",
            "<div>\n\n*a*\n\n</div>",
            "[a]: https://b.example\n\n[a] [c][a] [a][]",
            "- a\n  -\n- b\n  +\n-",
            "a **[](javascript:b)** c&#10;\nd",
            "[a <https://b.example>](https://c.example)",
            "a\n\n&#10;&#32;- b\n\n*&#32;c* **d&#32;**",
            "&#32;&#32;&#32;&#32;a\n2) &#32;2) b",
        ] {
            let read = passage::events(&samples::markdown(text), H3);
            let again = passage::events(&samples::markdown(&written(&read)), H3);
            assert_eq!(page(again), page(read), "{text}");
        }
    }

    /// As a page, without what nobody sees: stress on nothing, and which white space it is.
    fn page(events: Vec<Event<'_>>) -> String {
        let mut page = String::new();
        pulldown_cmark::html::push_html(&mut page, events.into_iter());
        let page = page.replace("<strong></strong>", "");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        page.replace("<li> </li>", "<li></li>")
    }

    #[test]
    fn in_an_escaped_text_nothing_is_markup() {
        for text in
            ["- a", "+", "12. b", "3) c", "=", "# d", "a | b", "*e*", "<f>", "&lt;", "!", "_"]
        {
            let events = passage::events(&samples::markdown(&escaped(text)), H3);
            let [_, Event::Text(only), _] = events.as_slice() else { panic!("{text}: {events:?}") };
            assert_eq!(only.as_ref(), text);
        }
    }
}
