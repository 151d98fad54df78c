//! A change of a config file's text that leaves every other byte as it is.

pub(super) mod program_profile;
pub(super) mod replace_key;
mod set;

use std::ops::Range;

use crate::model::config::section::{ParsedFile, Section};

/// What some editors begin a file with.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Text that takes the place of a part of the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    range: Range<usize>,
    text: String,
}

impl Edit {
    /// Adds lines at the end. The last line may lack its end, as some editors leave it: glued to it, a
    /// header would begin no section (aws/aws-cli#2996).
    pub(super) fn append(file: &ParsedFile, lines: &[String]) -> Self {
        let end = line_end(file);
        let mut text = String::new();
        if !file.text.is_empty() {
            if !file.text.ends_with('\n') {
                text.push_str(end);
            }
            let last = file.text.lines().next_back().unwrap_or_default();
            if !last.trim().is_empty() {
                text.push_str(end);
            }
        }
        for line in lines {
            text.push_str(line);
            text.push_str(end);
        }
        let at = file.text.len();
        Self {
            range: at..at,
            text,
        }
    }

    /// Puts `text` in the place of a part of the file.
    pub(super) fn new(range: Range<usize>, text: &str) -> Self {
        let text = text.to_owned();
        Self { range, text }
    }

    /// Adds a line right below the header of a section.
    pub(super) fn insert(file: &ParsedFile, section: &Section, line: &str) -> Self {
        Self::insert_lines(file, section, &[line.to_owned()])
    }

    /// Adds lines right below the header of a section, indented as the setting is that comes next: one
    /// that is indented more than the line above continues it, as configparser has it.
    pub(super) fn insert_lines(file: &ParsedFile, section: &Section, lines: &[String]) -> Self {
        let at = section.body.start;
        let end = line_end(file);
        let before = if file.text[..at].ends_with('\n') {
            ""
        } else {
            end
        };
        let indent = indent_of_first(&file.text[section.body.clone()]);
        let lines = lines.iter().map(|line| format!("{indent}{line}{end}"));
        Self {
            range: at..at,
            text: before.to_owned() + &lines.collect::<String>(),
        }
    }

    /// Puts a line in the place of the line of that number, from 1.
    pub(super) fn replace(file: &ParsedFile, number: usize, line: &str) -> Self {
        let mut lines = file.text.split_inclusive('\n');
        let begin = lines.by_ref().take(number - 1).map(str::len).sum();
        let old = lines.next().unwrap_or_default();
        let length = old.trim_end_matches(['\n', '\r']).len();
        Self {
            range: begin..begin + length,
            text: line.to_owned(),
        }
    }

    /// The file as it is afterwards, made of what it is now.
    pub(crate) fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        // The parser has left the mark out.
        let mark = if bytes.starts_with(MARK) {
            MARK.len()
        } else {
            0
        };
        let Range { start, end } = self.range;
        let (before, after) = (&bytes[..mark + start], &bytes[mark + end..]);
        [before, self.text.as_bytes(), after].concat()
    }

    /// The same after several changes, of parts that do not overlap.
    pub(crate) fn apply_all(mut edits: Vec<Self>, bytes: &[u8]) -> Vec<u8> {
        // From the end on, so that those before keep their place.
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
        let apply = |bytes: Vec<u8>, edit: &Self| edit.apply(&bytes);
        edits.iter().fold(bytes.to_vec(), apply)
    }
}

/// What the first setting of a section begins with.
fn indent_of_first(body: &str) -> &str {
    let first = body.lines().find(|line| {
        let text = line.trim_start();
        !text.is_empty() && !text.starts_with(['#', ';'])
    });
    let first = first.unwrap_or_default();
    &first[..first.len() - first.trim_start().len()]
}

/// How lines of this file end.
pub(super) fn line_end(file: &ParsedFile) -> &'static str {
    match file.text.split_inclusive('\n').next() {
        Some(first) if first.ends_with("\r\n") => "\r\n",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::parse::parse;
    use crate::model::config::section::{ConfigFile, FileKind};

    fn edited(text: &str, edit: impl Fn(&ParsedFile) -> Edit) -> String {
        let bytes = text.as_bytes().to_vec();
        let file = parse(ConfigFile {
            kind: FileKind::Config,
            path: "config".into(),
            bytes: bytes.clone(),
        });
        let edit = edit(&file.expect("it is valid"));
        String::from_utf8(edit.apply(&bytes)).expect("it is text")
    }

    #[test]
    fn what_is_added_has_lines_of_its_own() {
        let add = |text: &str| edited(text, |file| Edit::append(file, &["[b]".to_owned()]));
        assert_eq!(add(""), "[b]\n");
        assert_eq!(add("[default]"), "[default]\n\n[b]\n");
        assert_eq!(add("[default]\n"), "[default]\n\n[b]\n");
        assert_eq!(add("[default]\n \n"), "[default]\n \n[b]\n");
        assert_eq!(
            add("\u{feff}[default]\r\n# c"),
            "\u{feff}[default]\r\n# c\r\n\r\n[b]\r\n"
        );
    }

    #[test]
    fn a_line_goes_below_its_header() {
        let insert =
            |text: &str| edited(text, |file| Edit::insert(file, &file.sections[0], "c = d"));
        assert_eq!(
            insert("# a\n[default] # b\n# c\n"),
            "# a\n[default] # b\nc = d\n# c\n"
        );
        assert_eq!(insert("[default]"), "[default]\nc = d\n");
        assert_eq!(
            insert("[default]\n\n  # a\n\ta = b\n"),
            "[default]\n\tc = d\n\n  # a\n\ta = b\n"
        );
        assert_eq!(insert("[default]\r\n\r\n"), "[default]\r\nc = d\r\n\r\n");
    }

    #[test]
    fn a_line_is_replaced_without_its_end() {
        let replace =
            |text: &str, number| edited(text, |file| Edit::replace(file, number, "c = d"));
        assert_eq!(
            replace("[default]\na = b\r\n# c", 2),
            "[default]\nc = d\r\n# c"
        );
        assert_eq!(
            replace("\u{feff}[default]\na = b", 2),
            "\u{feff}[default]\nc = d"
        );
    }
}
