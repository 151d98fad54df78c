//! What one line of a config file is, and which text in it is the value of a setting.

use crate::escape::unseen;

/// Bytes of the longest line: no setting is as long.
const LINE_LIMIT: usize = 1024 * 1024;

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Blank, a comment, or a line without meaning in a section that is not read.
    Empty,
    /// The text within the brackets.
    Header(&'a str),
    /// A setting, with the text after `=` or `:`, without blanks around it.
    Setting { key: &'a str, text: &'a str },
    /// A line that continues the setting above it.
    Continuation(&'a str),
    /// No line of a config file; the cause.
    Invalid(String),
}

/// Reads lines one after the other. What a line is depends on those before it.
pub(super) struct LineReader {
    place: Position,
}

enum Position {
    /// Before the first section.
    Start,
    /// In a section that is not read: it may contain anything.
    Unread,
    /// Right after the header of a section.
    Section,
    /// After a setting. Lines that are indented deeper continue it, as in `configparser`.
    Setting { indent: usize, takes: Takes },
}

/// Which lines may continue a setting.
#[derive(Clone, Copy)]
enum Takes {
    Text,
    /// Settings of a group, such as those below `s3 =`.
    Settings,
    /// Everything: no one reads a setting of that name.
    Anything,
}

impl LineReader {
    pub(super) fn of_file() -> Self {
        let place = Position::Start;
        Self { place }
    }

    /// For the lines after a header.
    pub(super) fn of_section(is_read: bool) -> Self {
        let place = if is_read {
            Position::Section
        } else {
            Position::Unread
        };
        Self { place }
    }

    pub(super) fn read<'a>(&mut self, line: &'a str) -> Line<'a> {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let content = line.trim_start_matches(BLANKS);
        if content.starts_with(COMMENTS) || content.trim_end().is_empty() {
            return Line::Empty;
        }
        if content.len() > LINE_LIMIT {
            return Line::Invalid("it is longer than 1 MB, as no setting is".to_owned());
        }
        if content.contains('\0') {
            // No environment can hold it, and the command would find out after the code is spent.
            return Line::Invalid("a NUL, which no setting can have".to_owned());
        }
        let indent = line.len() - content.len();
        match self.place {
            Position::Setting {
                indent: above,
                takes,
            } if indent > above => continuation(content, takes),
            _ if content.starts_with('[') => header(content),
            Position::Start => invalid("a setting before the first [section]", content),
            Position::Unread => match split(content) {
                Some((key, text)) => Line::Setting { key, text },
                None => Line::Empty,
            },
            Position::Section | Position::Setting { .. } => self.setting(indent, content),
        }
    }

    fn setting<'a>(&mut self, indent: usize, content: &'a str) -> Line<'a> {
        let Some((key, text)) = split(content) else {
            return invalid(
                "neither a [section], a `key = value` nor a comment",
                content,
            );
        };
        if key.is_empty() {
            return Line::Invalid("a value without a key".to_owned());
        }
        let takes = match value(key, text) {
            _ if !is_name(key) => Takes::Anything,
            "" => Takes::Settings,
            _ => Takes::Text,
        };
        self.place = Position::Setting { indent, takes };
        Line::Setting { key, text }
    }
}

fn header(content: &str) -> Line<'_> {
    match content[1..].rsplit_once(']') {
        Some((header, _)) => Line::Header(header),
        None => Line::Invalid("a section without its closing ]".to_owned()),
    }
}

fn continuation(content: &str, takes: Takes) -> Line<'_> {
    let is_setting = || {
        let setting = without_comment(content).split_once('=');
        setting.is_some_and(|(key, _)| !key.trim().is_empty())
    };
    match takes {
        Takes::Anything => Line::Empty,
        Takes::Settings if !is_setting() => {
            Line::Invalid("neither a `key = value` of a group nor a comment".to_owned())
        }
        Takes::Settings | Takes::Text => Line::Continuation(content.trim_end()),
    }
}

/// Names what a line has that no one sees: without it the line would perhaps be valid.
fn invalid(what: &str, content: &str) -> Line<'static> {
    Line::Invalid(match unseen(content) {
        Some(points) => format!("{what} ({points} is in it, and it is invisible)"),
        None => what.to_owned(),
    })
}

fn split(content: &str) -> Option<(&str, &str)> {
    let at = content.bytes().position(|b| matches!(b, b'=' | b':'))?;
    Some((content[..at].trim(), content[at + 1..].trim()))
}

const BLANKS: [char; 2] = [' ', '\t'];
const COMMENTS: [char; 2] = ['#', ';'];

/// The value of a setting, in the text after its `=`. A comment ends it, as in the SDKs, but not
/// where the text is for others to read: the arguments of a program, a policy.
pub(super) fn value<'a>(key: &str, text: &'a str) -> &'a str {
    match is_literal(key) {
        true => text,
        false => without_comment(text),
    }
}

/// Whether a setting's value is text for others to read.
pub(super) fn is_literal(key: &str) -> bool {
    let literal = ["credential_process", "mfa_process", "role_session_policy"];
    literal.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// The text up to a comment in it: a `#` or `;` after a blank.
fn without_comment(text: &str) -> &str {
    if !text.bytes().any(|b| matches!(b, b'#' | b';')) {
        return text.trim();
    }
    let mut after_blank = true;
    let comment = text.find(|c: char| {
        let begins = after_blank && COMMENTS.contains(&c);
        after_blank = c.is_whitespace();
        begins
    });
    comment.map_or(text, |at| &text[..at]).trim()
}

/// Whether an SDK can have a setting of that name.
pub(super) fn is_name(key: &str) -> bool {
    let in_names = |b: u8| b.is_ascii_alphanumeric() || b"_-/.%@:+".contains(&b);
    key.bytes().all(in_names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Line<'_>> {
        let mut reader = LineReader::of_section(true);
        text.split_inclusive('\n').map(|l| reader.read(l)).collect()
    }

    fn setting<'a>(key: &'a str, text: &'a str) -> Line<'a> {
        Line::Setting { key, text }
    }

    #[test]
    fn a_value_begins_after_the_first_sign_and_ends_before_a_comment() {
        for line in ["a=b", "\ta : b \r\n", "a = b ; c", "a\u{a0}=\u{a0}b # c"] {
            let mut reader = LineReader::of_section(true);
            let Line::Setting { key, text } = reader.read(line) else {
                panic!("{line:?}");
            };
            assert_eq!((key, value(key, text)), ("a", "b"), "{line:?}");
        }
        assert_eq!(read("a = b=c:d"), [setting("a", "b=c:d")]);
        for (text, expected) in [
            ("b#c", "b#c"),
            ("# b", ""),
            ("b\t;", "b"),
            ("'b # c'", "'b"),
        ] {
            assert_eq!(value("a", text), expected, "{text:?}");
            assert_eq!(value("Credential_Process", text), text);
        }
    }

    #[test]
    fn a_deeper_line_continues_the_setting_above() {
        let text = " a = b\n\n  # c\n  d \n e = f\n";
        let expected = [
            setting("a", "b"),
            Line::Empty,
            Line::Empty,
            Line::Continuation("d"),
            setting("e", "f"),
        ];
        assert_eq!(read(text), expected);
        // Even one that looks like a header; and below a group there are settings only.
        assert_eq!(read("a = b\n [c]")[1], Line::Continuation("[c]"));
        assert_eq!(read("a =\n b = c")[1], Line::Continuation("b = c"));
        for junk in ["a =\n b", "a = # x\n b # = c", "a =\n = b"] {
            assert!(matches!(read(junk)[1], Line::Invalid(_)), "{junk:?}");
        }
        // Comments are part of these values, so this is no group.
        let text = "mfa_process = # x\n b";
        assert_eq!(read(text)[1], Line::Continuation("b"));
    }

    #[test]
    fn what_is_not_read_may_contain_anything() {
        let mut reader = LineReader::of_section(false);
        assert_eq!(reader.read("junk"), Line::Empty);
        assert_eq!(reader.read(" = b"), setting("", "b"));
        assert_eq!(reader.read("  [c] # d"), Line::Header("c"));
        assert_eq!(read("a b = c\n  d")[1], Line::Empty);
        assert!(matches!(
            LineReader::of_file().read("a = b"),
            Line::Invalid(_)
        ));
    }
}
