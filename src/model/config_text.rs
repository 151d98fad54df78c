//! The text of a config file in one spelling, with the places of its sections and settings.

use std::ops::Range;
use std::path::PathBuf;

/// Which of the two files a text comes from; they spell section names differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `~/.aws/config`: `[default]`, `[profile NAME]`, `[sso-session NAME]`, `[services NAME]`.
    Config,
    /// `~/.aws/credentials`: `[NAME]`.
    Credentials,
}

/// One file as it was read.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Which of the two it is.
    pub kind: FileKind,
    /// Where it was looked for; shown in errors.
    pub path: PathBuf,
    /// What it contains; empty when there is no such file.
    pub bytes: Vec<u8>,
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    /// A profile.
    Profile,
    /// An `[sso-session]`.
    SsoSession,
    /// A `[services]` section of endpoints.
    Services,
}

/// A section that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub kind: SectionKind,
    /// Its name, unquoted.
    pub name: String,
    /// The line of its header, from 1.
    pub line: usize,
    /// Where it stands in the canonical text, header included.
    pub text: Range<usize>,
}

/// A section that the AWS CLI would not take for one that counts either, although it looks like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// What its author may have meant it to be about.
    pub kind: SectionKind,
    /// The name that its author may have meant.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
    /// What to write instead.
    pub instead: String,
    /// The first setting in it that somebody's identity depends on, and its line.
    pub decides: Option<(String, usize)>,
}

impl Ignored {
    /// Whether it may have been meant to be of that kind and name.
    #[must_use]
    pub(crate) fn is_of(&self, kind: SectionKind, name: &str) -> bool {
        self.kind == kind && self.name == name
    }
}

/// A section's header at the end of another line, as it is when a program appends a profile to a
/// file without a newline at its end (aws/aws-cli#2996).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glued {
    /// The line.
    pub line: usize,
    /// What is within the brackets, as it is written.
    pub header: String,
    /// What it would be about on a line of its own, if it counted.
    pub section: Option<(SectionKind, String)>,
    /// It is behind a comment, where brackets are nothing special.
    pub in_comment: bool,
}

/// A line of a section, as the parser will see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// A setting: its name as it is written, and its value on this line.
    Setting(&'a str, &'a str),
    /// The name of a setting that no parser takes.
    Odd(&'a str),
    /// A line that belongs to the setting above.
    Below(&'a str),
}

/// The canonical text of one file, and its index.
#[derive(Debug, Default)]
pub struct Normalised {
    /// What the SDK's parser is given. Line numbers are those of the original.
    pub text: String,
    /// The sections in their order; one that is written twice is here twice.
    pub sections: Vec<Section>,
    /// Sections that don't count.
    pub ignored: Vec<Ignored>,
    /// Headers that are not at the beginning of their lines.
    pub glued: Vec<Glued>,
}

/// The line up to where the SDK's parser sees a comment in it: at a `#` or `;` behind a blank.
pub(crate) fn without_comment(line: &str) -> &str {
    let mut after_blank = true;
    let comment = line.find(|c: char| {
        let begins = after_blank && matches!(c, '#' | ';');
        after_blank = c.is_whitespace();
        begins
    });
    comment.map_or(line, |at| &line[..at]).trim()
}

/// What a setting begins with that the parser must not see: to it this is a comment.
pub(crate) const ODD: &str = "#";
/// What a line begins with that belongs to the one above.
pub(crate) const BELOW: &str = "  ";
impl Normalised {
    /// The lines of a section that say something, with their numbers.
    pub(crate) fn lines<'a>(
        &'a self,
        section: &Section,
    ) -> impl Iterator<Item = (usize, Line<'a>)> {
        let lines = self.text[section.text.clone()].split('\n').skip(1);
        (section.line + 1..)
            .zip(lines)
            .filter_map(|(number, line)| {
                let line = match (line.strip_prefix(ODD), line.strip_prefix(BELOW)) {
                    (Some(key), _) => Line::Odd(key),
                    (_, Some(rest)) => Line::Below(rest),
                    _ => {
                        let (key, value) = line.split_once(" = ")?;
                        Line::Setting(key, value)
                    }
                };
                Some((number, line))
            })
    }

    /// The settings written in a section, in their order: each name as it is spelt, and its line.
    pub fn keys<'a>(&'a self, section: &Section) -> impl Iterator<Item = (&'a str, usize)> {
        self.lines(section).filter_map(|(number, line)| match line {
            Line::Setting(key, _) => Some((key, number)),
            Line::Odd(_) | Line::Below(_) => None,
        })
    }

    /// The line on which a section has the setting `key`; the last one, which counts.
    #[must_use]
    pub fn line_of(&self, section: &Section, key: &str) -> Option<usize> {
        let lines = self.text[section.text.clone()].split('\n');
        let numbered = (section.line..).zip(lines);
        let same = numbered.filter(|(_, line)| {
            let (name, rest) = line.split_at_checked(key.len()).unwrap_or_default();
            rest.starts_with(" = ") && name.eq_ignore_ascii_case(key)
        });
        same.last().map(|(number, _)| number)
    }
}
