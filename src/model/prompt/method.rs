//! Routes to ask a person for a code, by the names that they are chosen with.

/// The programs that ask.
const DIALOGS: [(&str, DialogKind); 4] = [
    ("pinentry", DialogKind::Pinentry),
    ("zenity", DialogKind::Zenity),
    ("kdialog", DialogKind::Kdialog),
    ("osascript", DialogKind::Osascript),
];

const TERMINAL: &str = "terminal";

/// What the flavours of pinentry begin with: `pinentry-gnome3`.
const FLAVOUR: &str = "pinentry-";

/// How a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PromptMethod {
    /// On the controlling terminal.
    Terminal,
    /// With a program of someone else's.
    Dialog(Dialog),
}

/// A program that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dialog {
    /// How it is talked to.
    pub kind: DialogKind,
    /// Its name, or its absolute path.
    pub program: String,
}

/// How a program that asks is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DialogKind {
    /// GnuPG's protocol; any flavour, on a terminal or in a window.
    Pinentry,
    Zenity,
    Kdialog,
    Osascript,
}

impl DialogKind {
    fn of(name: &str) -> Option<Self> {
        if name.starts_with(FLAVOUR) {
            return Some(Self::Pinentry);
        }
        let known = DIALOGS.iter().find(|(known, _)| *known == name);
        known.map(|(_, kind)| *kind)
    }

    /// Whether it asks in a window and nowhere else.
    pub(crate) fn needs_window(self) -> bool {
        matches!(self, Self::Zenity | Self::Kdialog | Self::Osascript)
    }
}

impl Dialog {
    /// A program by its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let program = name.to_owned();
        DialogKind::of(name).map(|kind| Self { kind, program })
    }
}

impl PromptMethod {
    /// As [`Self::parse`] reads it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Terminal => TERMINAL,
            Self::Dialog(dialog) => &dialog.program,
        }
    }

    /// Reads a name as people give it.
    ///
    /// # Errors
    /// It is none of [`names`]; in words.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        if name == TERMINAL {
            return Ok(Self::Terminal);
        }
        // A name without a slash, or the last one of an absolute path.
        let last = match name.rsplit_once('/') {
            Some((_, last)) if name.starts_with('/') => last,
            Some(_) => "",
            None => name,
        };
        let kind = DialogKind::of(last).ok_or_else(|| format!("there are {}", names_in_words()))?;
        let program = name.to_owned();
        Ok(Self::Dialog(Dialog { kind, program }))
    }
}

/// The names, without those of flavours and paths.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    std::iter::once(TERMINAL).chain(DIALOGS.iter().map(|(name, _)| *name))
}

/// All that may be given, for messages.
pub(crate) fn names_in_words() -> String {
    let names: Vec<_> = names().collect();
    let names = names
        .join(", ")
        .replace("pinentry", &format!("pinentry, {FLAVOUR}NAME"));
    format!("{names}, or the absolute path of such a program")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_absolute_paths_are_ways() {
        let kind = |name: &str| match PromptMethod::parse(name) {
            Ok(PromptMethod::Dialog(dialog)) => Some(dialog.kind),
            _ => None,
        };
        assert_eq!(PromptMethod::parse("terminal"), Ok(PromptMethod::Terminal));
        assert_eq!(kind("pinentry"), Some(DialogKind::Pinentry));
        assert_eq!(kind("pinentry-gnome3"), Some(DialogKind::Pinentry));
        assert_eq!(
            kind("/opt/homebrew/bin/pinentry-mac"),
            Some(DialogKind::Pinentry)
        );
        assert_eq!(kind("/usr/bin/zenity"), Some(DialogKind::Zenity));
        let wrong = [
            "",
            "Zenity",
            "pinentryx",
            "./pinentry",
            "pinentry-x/zenity",
            "/",
            "/bin/sh",
        ];
        for name in wrong {
            assert!(
                PromptMethod::parse(name).unwrap_err().contains("osascript"),
                "{name}"
            );
        }
    }
}
