//! Ways to ask a person for a code, by the names that they are chosen with.

/// The names, for messages.
pub const NAMES: &str = "terminal, pinentry, pinentry-NAME, zenity, kdialog, osascript, or the \
                         absolute path of such a program";

/// A way to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
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
        match name {
            "zenity" => Some(Self::Zenity),
            "kdialog" => Some(Self::Kdialog),
            "osascript" => Some(Self::Osascript),
            _ if name == "pinentry" || name.starts_with("pinentry-") => Some(Self::Pinentry),
            _ => None,
        }
    }

    /// Whether it needs a display of X11 or Wayland.
    #[must_use]
    pub fn needs_display(self) -> bool {
        matches!(self, Self::Zenity | Self::Kdialog)
    }
}

impl Way {
    /// Reads a name as people give it.
    ///
    /// # Errors
    /// It is none of [`NAMES`]; in words.
    pub fn parse(name: &str) -> Result<Self, String> {
        if name == "terminal" {
            return Ok(Self::Terminal);
        }
        // A name without a slash, or the last one of an absolute path.
        let last = match name.rsplit_once('/') {
            Some((_, last)) if name.starts_with('/') => last,
            Some(_) => "",
            None => name,
        };
        let kind = Kind::of(last).ok_or_else(|| format!("there are {NAMES}"))?;
        let program = name.to_owned();
        Ok(Self::Dialog(Dialog { kind, program }))
    }
}

/// The programs to look for where nobody has chosen one, in this order.
#[must_use]
pub fn usual_dialogs(on_macos: bool) -> Vec<Dialog> {
    let all = [
        ("pinentry", Kind::Pinentry),
        ("zenity", Kind::Zenity),
        ("kdialog", Kind::Kdialog),
        ("osascript", Kind::Osascript),
    ];
    all.into_iter()
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
        let kind = |name: &str| match Way::parse(name) {
            Ok(Way::Dialog(dialog)) => Some(dialog.kind),
            _ => None,
        };
        assert_eq!(Way::parse("terminal"), Ok(Way::Terminal));
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
                Way::parse(name).unwrap_err().contains("osascript"),
                "{name}"
            );
        }
    }
}
