//! Finds the sections of a file, and refuses a file with lines that belong in none.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::escape::{is_unseen, unseen};
use crate::model::config::header::{Header, classify, glued_to};
use crate::model::config::line::{Line, LineReader};
use crate::model::config::names::known::decides;
use crate::model::config::section::{
    ConfigFile, FileKind, Glued, Ignored, ParsedFile, Section, SectionKind,
};

/// Windows editors begin UTF-8 files with it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Probable mistakes that are remembered for messages. It limits the memory that a file of any
/// content takes.
const MOST_MISTAKES: usize = 100_000;

/// Parses a file.
///
/// # Errors
/// Text that is not UTF-8, and lines that are no section, setting or comment. Each error names the
/// path and the line.
pub(super) fn parse(file: ConfigFile) -> Result<ParsedFile> {
    let ConfigFile { kind, path, bytes } = file;
    let mut text = String::from_utf8(bytes)
        .map_err(|error| not_utf8(&path, error.as_bytes(), error.utf8_error().valid_up_to()))?;
    if text.starts_with(BYTE_ORDER_MARK) {
        text.remove(0);
    }
    let mut index = FileBuilder::new(kind);
    let mut reader = LineReader::of_file();
    let mut end = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let begin = end;
        end += line.len();
        index.note_glued(number, line);
        match reader.read(line) {
            Line::Header(header) => {
                index.end_section(begin);
                index.is_read = index.header(number, header, end);
                reader = LineReader::of_section(index.is_read);
            }
            Line::Setting { key, .. } => index.note_decisive(number, key),
            Line::Invalid(cause) => return Err(invalid(&path, number, &cause)),
            Line::Empty | Line::Continuation(_) => {}
        }
    }
    index.end_section(end);
    Ok(index.into_file(path, text))
}

/// What was found so far.
struct FileBuilder {
    kind: FileKind,
    sections: Vec<Section>,
    ignored: Vec<Ignored>,
    glued: Vec<Glued>,
    /// The present section is read.
    is_read: bool,
    /// The present section is probably a mistake: its place in `ignored`.
    mistake: Option<usize>,
    has_profile_default: bool,
}

impl FileBuilder {
    fn new(kind: FileKind) -> Self {
        Self {
            kind,
            sections: Vec::new(),
            ignored: Vec::new(),
            glued: Vec::new(),
            is_read: false,
            mistake: None,
            has_profile_default: false,
        }
    }

    /// Begins a section, and says whether it is read.
    fn header(&mut self, line: usize, header: &str, body: usize) -> bool {
        let classified = classify(self.kind, header);
        self.note_unseen(line, header, &classified);
        match classified {
            Header::Section(kind, name) => {
                let is_default = self.kind == FileKind::Config
                    && kind == SectionKind::Profile
                    && name == "default";
                let is_plain = header.trim() == "default";
                self.has_profile_default |= is_default && !is_plain;
                self.sections.push(Section {
                    kind,
                    name,
                    line,
                    body: body..body,
                    is_replaced: is_default && is_plain,
                });
                true
            }
            Header::Ignored {
                kind,
                name,
                instead,
            } => {
                if self.mistake.is_none() {
                    self.note_ignored(line, kind, name, instead);
                }
                false
            }
            Header::Foreign => false,
        }
    }

    fn end_section(&mut self, at: usize) {
        if let Some(section) = self.sections.last_mut().filter(|_| self.is_read) {
            section.body.end = at;
        }
    }

    fn note_ignored(&mut self, line: usize, kind: SectionKind, name: String, instead: String) {
        if self.ignored.len() == MOST_MISTAKES {
            return;
        }
        self.mistake = Some(self.ignored.len());
        self.ignored.push(Ignored {
            kind,
            name,
            line,
            instead,
            decides: None,
        });
    }

    /// A header that would be another one without the characters in it that no one sees.
    fn note_unseen(&mut self, line: usize, header: &str, classified: &Header) {
        self.mistake = None;
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
            self.note_ignored(line, kind, name, instead);
        }
    }

    /// A setting of a section that is probably a mistake.
    fn note_decisive(&mut self, line: usize, key: &str) {
        let ignored = self.mistake.and_then(|at| self.ignored.get_mut(at));
        if let Some(ignored) = ignored
            && ignored.decides.is_none()
            && decides(key)
        {
            ignored.decides = Some((key.to_owned(), line));
        }
    }

    fn note_glued(&mut self, number: usize, line: &str) {
        let content = line.trim_end();
        if !content.ends_with(']') || self.glued.len() == MOST_MISTAKES {
            return;
        }
        let content = content.trim_start_matches([' ', '\t']);
        if let Some(header) = glued_to(content) {
            let section = match classify(self.kind, header) {
                Header::Section(kind, name) => Some((kind, name)),
                Header::Ignored { .. } | Header::Foreign => None,
            };
            self.glued.push(Glued {
                line: number,
                header: header.trim().to_owned(),
                section,
                in_comment: content.starts_with(['#', ';']),
            });
        }
    }

    fn into_file(mut self, path: PathBuf, text: String) -> ParsedFile {
        if !self.has_profile_default {
            for section in &mut self.sections {
                section.is_replaced = false;
            }
        }
        ParsedFile {
            kind: self.kind,
            path,
            text,
            sections: self.sections,
            ignored: self.ignored,
            glued: self.glued,
        }
    }
}

fn invalid(path: &Path, number: usize, what: &str) -> Error {
    Error::new(
        format!("cannot read {}", path.display()),
        format!("line {number}: {what}"),
        format!("mend line {number} of {}", path.display()),
    )
}

fn not_utf8(path: &Path, bytes: &[u8], valid_up_to: usize) -> Error {
    let line = 1 + bytes[..valid_up_to].iter().filter(|b| **b == b'\n').count();
    // Editors and PowerShell on Windows begin such a file with this mark.
    let cause = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => format!("line {line}: it is UTF-16 text, not UTF-8"),
        _ => format!("line {line} is not UTF-8 text"),
    };
    Error::new(
        format!("cannot read {}", path.display()),
        cause,
        "save the file as UTF-8",
    )
}
