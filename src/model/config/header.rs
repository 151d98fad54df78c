//! The header of a section in a config file: what it is about, by the AWS CLI's rules.

use crate::model::config::names::suggest::{is_one_slip, squashed};
use crate::model::config::section::{FileKind, SectionKind};

#[derive(Debug)]
pub(super) enum Header {
    /// A section that counts, and its name.
    Section(SectionKind, String),
    /// One that does not, although its author may have meant one of that `kind` called `name`; what
    /// to write `instead`.
    Ignored {
        kind: SectionKind,
        name: String,
        instead: String,
    },
    /// Someone else's section, as `[plugins]`.
    Foreign,
}

/// Reads a section's header as botocore does: in the config file by the rules of a shell's words,
/// in the credentials file as it is written.
pub(super) fn classify(kind: FileKind, header: &str) -> Header {
    let header = header.trim();
    if kind == FileKind::Credentials {
        return match header.strip_prefix("profile ") {
            Some(name) => ignored(name.trim(), |name| format!("[{name}] in this file")),
            None => named(SectionKind::Profile, header),
        };
    }
    let quoted;
    let words: Vec<&str> = if header.contains(['"', '\'', '\\', '#']) {
        let Some(words) = shlex::split(header) else {
            return ignored(header, |_| "matching quotes".to_owned());
        };
        quoted = words;
        quoted.iter().map(String::as_str).collect()
    } else {
        // The same, for files of many profiles: no word is copied.
        let words = header.split([' ', '\t']);
        words.filter(|word| !word.is_empty()).collect()
    };
    match words[..] {
        ["default"] => Header::Section(SectionKind::Profile, "default".to_owned()),
        ["profile", name] => named(SectionKind::Profile, name),
        ["sso-session", name] => named(SectionKind::SsoSession, name),
        ["services", name] => named(SectionKind::Services, name),
        ["profile", ref names @ ..] if !names.is_empty() => ignored(&names.join(" "), |name| {
            format!("[profile \"{name}\"], in quotes")
        }),
        [word, name] if let Some((kind, word)) = near_word(word) => Header::Ignored {
            kind,
            name: name.to_owned(),
            instead: format!("[{word} {name}]"),
        },
        [name] => ignored(name, |name| format!("[profile {name}] in this file")),
        _ => Header::Foreign,
    }
}

/// A section without a name is no one's.
fn named(kind: SectionKind, name: &str) -> Header {
    if name.is_empty() {
        return Header::Foreign;
    }
    Header::Section(kind, name.to_owned())
}

fn ignored(name: &str, instead: impl Fn(&str) -> String) -> Header {
    Header::Ignored {
        kind: SectionKind::Profile,
        name: name.to_owned(),
        instead: instead(name),
    }
}

/// The word that a section of the config file begins with, where it is misspelt.
fn near_word(word: &str) -> Option<(SectionKind, &'static str)> {
    let words = [
        (SectionKind::Profile, "profile"),
        (SectionKind::SsoSession, "sso-session"),
        (SectionKind::Services, "services"),
    ];
    let squashed = squashed(word.trim_end_matches([':', '=']));
    let mut words = words.into_iter();
    words.find(|(_, known)| is_one_slip(&squashed, &self::squashed(known)))
}

/// What is within the brackets at the end of a line that begins with something else.
pub(super) fn glued_to(content: &str) -> Option<&str> {
    let (before, header) = content.strip_suffix(']')?.rsplit_once('[')?;
    // Behind a blank, a quote or a comma it is a word of its own, as in a list.
    let behind = before.chars().next_back()?;
    let apart = behind.is_whitespace() || "\"',:=([{".contains(behind);
    (!apart && !header.trim().is_empty()).then_some(header)
}
