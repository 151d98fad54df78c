//! Turns the text of a shared config or credentials file, as the AWS CLI accepts it, into the
//! stricter text that the SDK's parser accepts, and remembers on which line things are.
//!
//! The AWS CLI reads these files with Python's configparser; the SDK's parser refuses indented
//! files, takes indented comments for values, knows no `:` and drops quoted names. Everything
//! that the two disagree on is settled here, so that the parser sees one spelling of it.

use std::path::Path;

use crate::error::{Error, Result};
use crate::escape::{is_unseen, unseen};
use crate::model::config_text::{
    BELOW, ConfigFile, FileKind, Glued, Ignored, Normalised, ODD, Section, SectionKind,
    without_comment,
};
use crate::model::known_settings::decides;
use crate::model::sdk_text::{encode_name, hide, is_literal, is_name};
use crate::model::section_header::{Header, classify, glued_to};

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
        meant: None,
    };
    normaliser.out.text.reserve(text.len() + 64);
    for (index, line) in text.split('\n').enumerate() {
        normaliser.line(index + 1, line.strip_suffix('\r').unwrap_or(line))?;
        normaliser.out.text.push('\n');
    }
    normaliser.end_section();
    Ok(normaliser.out)
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

/// Bytes of the longest line. Nobody writes such a one, and each is copied a few times.
const LONGEST: usize = 1024 * 1024;

struct Normaliser<'a> {
    kind: FileKind,
    path: &'a Path,
    /// Whether there is a line to be refused for it; looked for once, as files can be long.
    has_nul: bool,
    out: Normalised,
    place: Place,
    /// Which of the ignored sections this one may have been meant to be.
    meant: Option<usize>,
}

impl Normaliser<'_> {
    fn line(&mut self, number: usize, line: &str) -> Result<()> {
        let content = line.trim_start_matches([' ', '\t']);
        if content.trim_end().ends_with(']') {
            self.note_glued(number, content.trim_end());
        }
        if content.trim_end().is_empty() || content.starts_with(['#', ';']) {
            return Ok(());
        }
        if content.len() > LONGEST {
            return Err(self.junk(number, "it is longer than 1 MB, as no setting is"));
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
            Place::Start => Err(self.junk(
                number,
                &seen("a setting before the first [section]", content),
            )),
            Place::Ignored => {
                self.note_meant(number, content);
                Ok(())
            }
            Place::Section | Place::Property { .. } => self.property(number, indent, content),
        }
    }

    fn header(&mut self, number: usize, content: &str) -> Result<()> {
        let Some((header, _)) = content[1..].rsplit_once(']') else {
            return Err(self.junk(number, "a section without its closing ]"));
        };
        self.end_section();
        let classified = classify(self.kind, header);
        self.note_unseen(number, header, &classified);
        match classified {
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
            Header::Ignored {
                kind,
                name,
                instead,
            } => {
                if self.meant.is_none() {
                    self.note_ignored(number, kind, name, instead);
                }
                self.place = Place::Ignored;
            }
            Header::Foreign => self.place = Place::Ignored,
        }
        Ok(())
    }

    fn note_ignored(&mut self, line: usize, kind: SectionKind, name: String, instead: String) {
        self.meant = Some(self.out.ignored.len());
        self.out.ignored.push(Ignored {
            kind,
            name,
            line,
            instead,
            decides: None,
        });
    }

    /// A header that would be another one without what nobody sees in it.
    fn note_unseen(&mut self, number: usize, header: &str, classified: &Header) {
        self.meant = None;
        let Some(points) = unseen(header) else {
            return;
        };
        let blanks = |c: char| if c.is_whitespace() { ' ' } else { c };
        let seen = header.chars().map(blanks).filter(|c| !is_unseen(*c));
        let seen: String = seen.collect();
        if let Header::Section(kind, name) = classify(self.kind, &seen)
            && !matches!(classified, Header::Section(_, same) if *same == name)
        {
            let instead = format!("[{}] without {points}", seen.trim());
            self.note_ignored(number, kind, name, instead);
        }
    }

    /// A setting in a section that may have been meant to count.
    fn note_meant(&mut self, number: usize, content: &str) {
        let ignored = self.meant.and_then(|at| self.out.ignored.get_mut(at));
        if let Some(ignored) = ignored
            && ignored.decides.is_none()
            && let Some((key, _)) = content.split_once(['=', ':'])
            && decides(key.trim())
        {
            ignored.decides = Some((key.trim().to_owned(), number));
        }
    }

    fn note_glued(&mut self, line: usize, content: &str) {
        if let Some(header) = glued_to(content) {
            let section = match classify(self.kind, header) {
                Header::Section(kind, name) => Some((kind, name)),
                Header::Ignored { .. } | Header::Foreign => None,
            };
            self.out.glued.push(Glued {
                line,
                header: header.trim().to_owned(),
                section,
                in_comment: content.starts_with(['#', ';']),
            });
        }
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
            let what = "neither a [section], a `key = value` nor a comment";
            return Err(self.junk(number, &seen(what, content)));
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
        self.note_meant(number, content);
        if kind == Value::Nobodys {
            self.out.text.push_str(ODD);
            self.out.text.push_str(key);
        } else {
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
        self.out.text.push_str(BELOW);
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

/// What a line is, and what in it nobody sees.
fn seen(what: &str, content: &str) -> String {
    match unseen(content) {
        Some(points) => format!("{what} ({points} is in it, which nobody sees)"),
        None => what.to_owned(),
    }
}

fn not_utf8(file: &ConfigFile, error: std::str::Utf8Error) -> Error {
    let line = 1 + file.bytes[..error.valid_up_to()]
        .iter()
        .filter(|b| **b == b'\n')
        .count();
    // Editors and PowerShell on Windows begin such a file with this mark.
    let cause = match file.bytes[..] {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => format!("line {line}: it is UTF-16 text, not UTF-8"),
        _ => format!("line {line} is not UTF-8 text"),
    };
    Error::new(
        format!("cannot read {}", file.path.display()),
        cause,
        "save the file as UTF-8",
    )
}
