//! Turns the text of a shared config or credentials file, as the AWS CLI accepts it, into the
//! stricter text that the SDK's parser accepts, and remembers on which line things stood.
//!
//! The AWS CLI reads these files with Python's configparser; the SDK's parser refuses indented
//! files, takes indented comments for values, knows no `:` and drops quoted names. Everything
//! that the two disagree on is settled here, so that the parser sees one spelling of it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::section_header::{Header, classify};
use crate::error::{Error, Result};

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

/// A section that the AWS CLI would not take for a profile either, although it looks like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The name that its author may have meant.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
    /// What to write instead.
    pub instead: String,
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
}

/// Everything but the characters of an identifier in the SDK's parser; `%` is left out of those
/// because it begins an escape.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'-')
    .remove(b'/')
    .remove(b'.')
    .remove(b'@')
    .remove(b':')
    .remove(b'+');

/// The spelling of a section's name in canonical text: the SDK's parser drops sections whose
/// names have blanks or other characters outside its identifiers.
#[must_use]
pub fn encode_name(name: &str) -> String {
    utf8_percent_encode(name, NAME).to_string()
}

/// The name that [`encode_name`] has spelt.
#[must_use]
pub fn decode_name(encoded: &str) -> String {
    percent_decode_str(encoded).decode_utf8_lossy().into_owned()
}

/// Rewrites `file` for the SDK's parser.
///
/// # Errors
/// Text that is not UTF-8 or has a NUL, an unclosed bracket, and a line that is neither section, property nor
/// comment: each names the path and the line.
pub fn normalise(file: &ConfigFile) -> Result<Normalised> {
    let text = std::str::from_utf8(&file.bytes).map_err(|error| not_utf8(file, error))?;
    // Windows editors begin UTF-8 files with a byte-order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut normaliser = Normaliser {
        kind: file.kind,
        path: &file.path,
        has_nul: file.bytes.contains(&0),
        out: Normalised::default(),
        place: Place::Start,
    };
    normaliser.out.text.reserve(text.len() + 64);
    for (index, line) in text.split('\n').enumerate() {
        normaliser.line(index + 1, line.strip_suffix('\r').unwrap_or(line))?;
        normaliser.out.text.push('\n');
    }
    normaliser.end_section();
    Ok(normaliser.out)
}

/// The characters of a setting's name in the SDK's parser, which drops other settings.
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-/.%@:+".contains(c)
}

/// Settings that are words for others to read: what the SDK's parser would take for a comment is
/// part of a program's arguments or of a policy.
fn is_literal(key: &str) -> bool {
    let literal = ["credential_process", "mfa_process", "role_session_policy"];
    literal.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Characters that begin a comment in the SDK's parser, and what stands for them (of Unicode's
/// private use).
const HIDDEN: [(char, char); 2] = [('#', '\u{f8c3}'), (';', '\u{f8db}')];

fn hide(c: char) -> char {
    let hidden = HIDDEN.iter().find(|(shown, _)| *shown == c);
    hidden.map_or(c, |(_, hidden)| *hidden)
}

/// A value as it was before the parser.
#[must_use]
pub fn reveal(value: &str) -> String {
    let reveal = |c| {
        let hidden = HIDDEN.iter().find(|(_, hidden)| *hidden == c);
        hidden.map_or(c, |(shown, _)| *shown)
    };
    value.chars().map(reveal).collect()
}

/// The line up to where the SDK's parser sees a comment in it: at a `#` or `;` behind a blank.
fn without_comment(line: &str) -> &str {
    let mut after_blank = true;
    let comment = line.find(|c: char| {
        let begins = after_blank && matches!(c, '#' | ';');
        after_blank = c.is_whitespace();
        begins
    });
    comment.map_or(line, |at| &line[..at]).trim()
}

/// Where in the file the normaliser stands.
enum Place {
    /// Before the first section.
    Start,
    /// In a section that does not count.
    Ignored,
    /// In a section, after its header.
    Section,
    /// After a property. Lines indented deeper belong to it, as configparser has it.
    Property { indent: usize, value: Value },
}

/// What a property's lines may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Text,
    /// Settings, as below `s3 =`.
    Group,
    /// Anything: no SDK has a setting of that name.
    Nobodys,
}

struct Normaliser<'a> {
    kind: FileKind,
    path: &'a Path,
    /// Whether there is a line to be refused for it; looked for once, as files can be long.
    has_nul: bool,
    out: Normalised,
    place: Place,
}

impl Normalised {
    /// The settings written in a section, in their order: each name as it is spelt, and its line.
    pub fn keys<'a>(&'a self, section: &Section) -> impl Iterator<Item = (&'a str, usize)> {
        let lines = self.text[section.text.clone()].split('\n').skip(1);
        // Lines of groups and of longer values are indented; lines of nobody's are empty.
        (section.line + 1..)
            .zip(lines)
            .filter_map(|(number, line)| {
                let (key, _) = line.split_once(" = ")?;
                (!key.starts_with(' ')).then_some((key, number))
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

impl Normaliser<'_> {
    fn line(&mut self, number: usize, line: &str) -> Result<()> {
        let content = line.trim_start_matches([' ', '\t']);
        if content.trim_end().is_empty() || content.starts_with(['#', ';']) {
            return Ok(());
        }
        if self.has_nul && content.contains('\0') {
            // No environment can hold it, and the command would find out after the code is spent.
            return Err(self.junk(number, "a NUL, which no setting can have"));
        }
        let indent = line.len() - content.len();
        match self.place {
            Place::Property {
                indent: outer,
                value,
            } if indent > outer => self.continuation(number, content, value),
            _ if content.starts_with('[') => self.header(number, content),
            Place::Start => Err(self.junk(number, "a setting before the first [section]")),
            Place::Ignored => Ok(()),
            Place::Section | Place::Property { .. } => self.property(number, indent, content),
        }
    }

    fn header(&mut self, number: usize, content: &str) -> Result<()> {
        let Some((header, _)) = content[1..].rsplit_once(']') else {
            return Err(self.junk(number, "a section without its closing ]"));
        };
        self.end_section();
        match classify(self.kind, header) {
            Header::Section(kind, name) => {
                let begin = self.out.text.len();
                let prefix = match (kind, self.kind) {
                    (SectionKind::Profile, FileKind::Credentials) => "",
                    // `[profile default]` replaces `[default]`: the parser has to see which it is.
                    (SectionKind::Profile, _) if header.trim() == "default" => "",
                    (SectionKind::Profile, _) => "profile ",
                    (SectionKind::SsoSession, _) => "sso-session ",
                    (SectionKind::Services, _) => "services ",
                };
                for part in ["[", prefix, &encode_name(&name), "]"] {
                    self.out.text.push_str(part);
                }
                self.out.sections.push(Section {
                    kind,
                    name,
                    line: number,
                    text: begin..begin,
                });
                self.place = Place::Section;
            }
            Header::Ignored { name, instead } => {
                self.out.ignored.push(Ignored {
                    name,
                    line: number,
                    instead,
                });
                self.place = Place::Ignored;
            }
            Header::Foreign => self.place = Place::Ignored,
        }
        Ok(())
    }

    /// The section that began last, if it counts, reaches to here.
    fn end_section(&mut self) {
        if let Place::Section | Place::Property { .. } = self.place
            && let Some(section) = self.out.sections.last_mut()
        {
            section.text.end = self.out.text.len();
        }
    }

    fn property(&mut self, number: usize, indent: usize, content: &str) -> Result<()> {
        let Some(at) = content.bytes().position(|b| matches!(b, b'=' | b':')) else {
            return Err(self.junk(number, "neither a [section], a `key = value` nor a comment"));
        };
        let (key, value) = (content[..at].trim(), content[at + 1..].trim());
        if key.is_empty() {
            return Err(self.junk(number, "a value without a key"));
        }
        let kind = if !key.chars().all(is_name) {
            Value::Nobodys
        } else if value.is_empty() || value.starts_with(['#', ';']) {
            Value::Group
        } else {
            Value::Text
        };
        if kind != Value::Nobodys {
            self.out.text.push_str(key);
            self.out.text.push_str(" = ");
            match is_literal(key) {
                true => self.out.text.extend(value.chars().map(hide)),
                false => self.out.text.push_str(value),
            }
        }
        self.place = Place::Property {
            indent,
            value: kind,
        };
        Ok(())
    }

    /// A line that continues a value, or a setting of a group (`s3 =` and the lines below it).
    fn continuation(&mut self, number: usize, content: &str, value: Value) -> Result<()> {
        let setting = without_comment(content).split_once('=');
        match value {
            Value::Nobodys => return Ok(()),
            Value::Group if setting.is_none_or(|(key, _)| key.trim().is_empty()) => {
                return Err(self.junk(number, "neither a `key = value` of a group nor a comment"));
            }
            Value::Group | Value::Text => {}
        }
        self.out.text.push_str("  ");
        self.out.text.push_str(content);
        Ok(())
    }

    fn junk(&self, number: usize, what: &str) -> Error {
        Error::new(
            format!("cannot read {}", self.path.display()),
            format!("line {number}: {what}"),
            format!("mend line {number} of {}", self.path.display()),
        )
    }
}

fn not_utf8(file: &ConfigFile, error: std::str::Utf8Error) -> Error {
    let line = 1 + file.bytes[..error.valid_up_to()]
        .iter()
        .filter(|b| **b == b'\n')
        .count();
    Error::new(
        format!("cannot read {}", file.path.display()),
        format!("line {line} is not UTF-8 text"),
        "save the file as UTF-8",
    )
}
