//! Routes to ask a person for a code, by the names that they are chosen with.

/// The programs that ask, in the order in which they are looked for where nobody has chosen one.
const DIALOGS: [(&str, Kind); 4] = [
    ("pinentry", Kind::Pinentry),
    ("zenity", Kind::Zenity),
    ("kdialog", Kind::Kdialog),
    ("osascript", Kind::Osascript),
];

const TERMINAL: &str = "terminal";

/// What the flavours of pinentry begin with: `pinentry-gnome3`.
const FLAVOUR: &str = "pinentry-";

/// A way to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptMethod {
    /// On the controlling terminal.
    Terminal,
    /// With a program of somebody else's.
    Dialog(Dialog),
}

/// A program that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialog {
    /// How it is talked to.
    pub kind: Kind,
    /// Its name, or its absolute path.
    pub program: String,
}

/// How a program that asks is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// GnuPG's protocol; any flavour, on a terminal or in a window.
    Pinentry,
    /// GNOME's.
    Zenity,
    /// KDE's.
    Kdialog,
    /// macOS's.
    Osascript,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        if name.starts_with(FLAVOUR) {
            return Some(Self::Pinentry);
        }
        let known = DIALOGS.iter().find(|(known, _)| *known == name);
        known.map(|(_, kind)| *kind)
    }

    /// Whether it needs a display of X11 or Wayland.
    #[must_use]
    pub fn needs_display(self) -> bool {
        matches!(self, Self::Zenity | Self::Kdialog)
    }
}

impl PromptMethod {
    /// Reads a name as people give it.
    ///
    /// # Errors
    /// It is none of [`names`]; in words.
    pub fn parse(name: &str) -> Result<Self, String> {
        if name == TERMINAL {
            return Ok(Self::Terminal);
        }
        // A name without a slash, or the last one of an absolute path.
        let last = match name.rsplit_once('/') {
            Some((_, last)) if name.starts_with('/') => last,
            Some(_) => "",
            None => name,
        };
        let kind = Kind::of(last).ok_or_else(|| format!("there are {}", names_in_words()))?;
        let program = name.to_owned();
        Ok(Self::Dialog(Dialog { kind, program }))
    }
}

/// The names, without those of flavours and paths.
pub fn names() -> impl Iterator<Item = &'static str> {
    std::iter::once(TERMINAL).chain(DIALOGS.iter().map(|(name, _)| *name))
}

/// All that may be given, for messages.
#[must_use]
pub fn names_in_words() -> String {
    let names: Vec<_> = names().collect();
    let names = names
        .join(", ")
        .replace("pinentry", &format!("pinentry, {FLAVOUR}NAME"));
    format!("{names}, or the absolute path of such a program")
}

/// The programs to look for where nobody has chosen one, in this order.
#[must_use]
pub fn usual_dialogs(on_macos: bool) -> Vec<Dialog> {
    DIALOGS
        .into_iter()
        .filter(|(_, kind)| on_macos || *kind != Kind::Osascript)
        .map(|(name, kind)| Dialog {
            kind,
            program: name.to_owned(),
        })
        .collect()
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
        assert_eq!(kind("pinentry"), Some(Kind::Pinentry));
        assert_eq!(kind("pinentry-gnome3"), Some(Kind::Pinentry));
        assert_eq!(kind("/opt/homebrew/bin/pinentry-mac"), Some(Kind::Pinentry));
        assert_eq!(kind("/usr/bin/zenity"), Some(Kind::Zenity));
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
