//! A passage that people wrote, as the only things that a report lets through.
//!
//! Both renderers are given the same events, so what is harmless in one is harmless in the other.

use ledger::report::Text;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser};
use pulldown_cmark::{Tag, TagEnd, TextMergeStream};
use std::collections::BTreeSet;

/// The only media type that is read as Markdown.
const MARKDOWN: &str = "text/markdown";

/// What a passage consists of: Markdown without raw HTML and images, with links to the web only,
/// and with its headings below the heading `under` which it stands.
pub fn events(text: &Text, under: HeadingLevel) -> Vec<Event<'static>> {
    let clean = clean(&text.text);
    if text.media_type.as_str() != MARKDOWN {
        return paragraphs(&clean);
    }
    let parser = TextMergeStream::new(Parser::new_ext(&clean, Options::ENABLE_TABLES));
    let harmless = harmless(parser.map(Event::into_static).collect());
    below(harmless, under)
}

/// The text with `\n` at the end of lines, and no other control characters.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// Plain text: an empty line ends a paragraph, and every other line ends where it does.
fn paragraphs(text: &str) -> Vec<Event<'static>> {
    let mut events = Vec::new();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for paragraph in lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty()) {
        events.push(Event::Start(Tag::Paragraph));
        for (number, line) in paragraph.iter().enumerate() {
            if number > 0 {
                events.push(Event::HardBreak);
            }
            events.push(Event::Text(CowStr::from((*line).to_owned())));
        }
        events.push(Event::End(TagEnd::Paragraph));
    }
    events
}

/// Turns what could do harm into text, or leaves it out.
fn harmless(events: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let mut kept = Vec::new();
    // Whether each link that is open was kept; a link in a link is none.
    let mut links = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::Link { dest_url, id, .. }) => {
                let keep = leads_to_the_web(&dest_url) && !links.contains(&true);
                links.push(keep);
                if keep {
                    let (link_type, title) = (LinkType::Inline, CowStr::from(""));
                    kept.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if links.pop() == Some(true) {
                    kept.push(Event::End(TagEnd::Link));
                }
            }
            // What is inside an image is its alternative text.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            // A block of HTML is shown as what it is: lines that somebody typed.
            Event::Start(Tag::HtmlBlock) => kept.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => {
                kept.pop_if(|last| *last == Event::SoftBreak);
                kept.push(Event::End(TagEnd::Paragraph));
            }
            Event::Html(raw) => kept.extend(typed_lines(&raw)),
            Event::InlineHtml(raw) => kept.push(Event::Text(raw)),
            // Aligned cells would need styles of their own.
            Event::Start(Tag::Table(columns)) => {
                let columns = vec![pulldown_cmark::Alignment::None; columns.len()];
                kept.push(Event::Start(Tag::Table(columns)));
            }
            // The language of a block of code becomes a class, which a passage has no use for.
            Event::Start(Tag::CodeBlock(_)) => {
                kept.push(Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)));
            }
            other => kept.push(other),
        }
    }
    TextMergeStream::new(kept.into_iter()).collect()
}

/// The lines of raw HTML as text.
fn typed_lines(raw: &str) -> Vec<Event<'static>> {
    let lines = raw.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = |line: &str| [Event::Text(CowStr::from(line.to_owned())), Event::SoftBreak];
    lines.flat_map(line).collect()
}

fn leads_to_the_web(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    url.starts_with("https://") || url.starts_with("http://")
}

/// Renumbers headings: those of the highest level used come right below `under`, and none is more
/// than one level below the one before it.
fn below(events: Vec<Event<'static>>, under: HeadingLevel) -> Vec<Event<'static>> {
    let used: BTreeSet<HeadingLevel> = events.iter().filter_map(heading).collect();
    let mut last = under as usize;
    let mut current = under;
    let mut renumbered = Vec::new();
    for event in events {
        if let Some(level) = heading(&event) {
            let rank = used.iter().take_while(|other| **other < level).count();
            last = (under as usize + 1 + rank).min(last + 1).min(HeadingLevel::H6 as usize);
            current = HeadingLevel::try_from(last).expect("at least 1 and at most 6");
            let level = current;
            let (id, classes, attrs) = (None, Vec::new(), Vec::new());
            renumbered.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
        } else if matches!(event, Event::End(TagEnd::Heading(_))) {
            renumbered.push(Event::End(TagEnd::Heading(current)));
        } else {
            renumbered.push(event);
        }
    }
    renumbered
}

fn heading(event: &Event<'_>) -> Option<HeadingLevel> {
    match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{markdown, plain};
    use pulldown_cmark::HeadingLevel::{H2, H3};

    fn levels(text: &str, under: HeadingLevel) -> Vec<usize> {
        let events = events(&markdown(text), under);
        events.iter().filter_map(heading).map(|level| level as usize).collect()
    }

    fn page(text: &Text) -> String {
        let mut page = String::new();
        pulldown_cmark::html::push_html(&mut page, events(text, H2).into_iter());
        page
    }

    #[test]
    fn headings_stand_below_ours_and_keep_their_order() {
        assert_eq!(levels("# a\n\n## b\n\n# c", H2), [3, 4, 3]);
        assert_eq!(levels("### a\n\n### b", H3), [4, 4]);
        assert_eq!(levels("###### a\n\n# b\n\n#### c", H2), [3, 3, 4]);
        assert_eq!(levels("# a\n\n## b\n\n### c\n\n#### d", H3), [4, 5, 6, 6]);
    }

    #[test]
    fn plain_text_is_not_taken_for_markdown() {
        let text = plain("# a\r\n*b* <c>\n\n\n\u{7}- d\n");
        assert_eq!(page(&text), "<p># a<br />\n*b* &lt;c&gt;</p>\n<p>- d</p>\n");
    }

    #[test]
    fn images_are_their_words_and_other_links_are_none() {
        let text = "![a *b*](http://c.example/d.png) [e](javascript:f) [g](mailto:h@i.example)";
        assert_eq!(page(&markdown(text)), "<p>a <em>b</em> e g</p>\n");
    }
}
