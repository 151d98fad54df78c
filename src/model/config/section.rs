//! The files and their sections, as values.

use std::ops::Range;
use std::path::PathBuf;

/// Which of the two files it is; they write the names of sections differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `~/.aws/config`: `[default]`, `[profile NAME]`, `[sso-session NAME]`, `[services NAME]`.
    Config,
    /// `~/.aws/credentials`: `[NAME]`.
    Credentials,
}

/// One file, not parsed yet.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    pub kind: FileKind,
    pub path: PathBuf,
    /// Empty when there is no such file.
    pub bytes: Vec<u8>,
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SectionKind {
    Profile,
    SsoSession,
    Services,
}

/// A parsed file. Settings are read from the text when a run asks for a section: a file can have
/// thousands, and a run needs a few.
#[derive(Debug)]
pub(super) struct ParsedFile {
    pub(super) kind: FileKind,
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// In their order. A section that is written twice is here twice.
    pub(super) sections: Vec<Section>,
    pub(super) ignored: Vec<Ignored>,
    /// By line.
    pub(super) glued: Vec<Glued>,
}

/// A section that is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) kind: SectionKind,
    /// Without quotes.
    pub(super) name: String,
    /// The line of its header, from 1.
    pub(super) line: usize,
    /// The lines below the header, as a part of the text.
    pub(super) body: Range<usize>,
    /// It is `[default]`, and the file also has `[profile default]`. The SDKs then read only the
    /// second one.
    pub(super) is_replaced: bool,
}

/// A section that is not read, by the AWS CLI neither, although its author may have meant it to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ignored {
    /// What it was probably meant to be.
    pub(super) kind: SectionKind,
    pub(super) name: String,
    pub(super) line: usize,
    /// What to write instead.
    pub(super) instead: String,
    /// The first setting in it that decides who the user is, and its line.
    pub(super) decides: Option<(String, usize)>,
}

impl Ignored {
    pub(super) fn is_of(&self, kind: SectionKind, name: &str) -> bool {
        self.kind == kind && self.name == name
    }
}

/// A header at the end of another line. A program wrote it that appends a profile to a file
/// without a newline at its end (aws/aws-cli#2996).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Glued {
    pub(super) line: usize,
    /// The text within the brackets.
    pub(super) header: String,
    /// What it would be on a line of its own, if it would be read there.
    pub(super) section: Option<(SectionKind, String)>,
    /// It follows a comment, where brackets are nothing special.
    pub(super) in_comment: bool,
}
