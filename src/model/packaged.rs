//! What a package installs beside the program: the scripts of `completions/` and the pages of `man/`.
//! `mfaexec completions` and `mfaexec man` print them, `mfaexec doctor` compares them with what it finds.

/// A shell with a completion script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompletedShell {
    Bash,
    Zsh,
    Fish,
    Nu,
}

impl CompletedShell {
    pub(crate) const ALL: [Self; 4] = [Self::Bash, Self::Zsh, Self::Fish, Self::Nu];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Nu => "nu",
        }
    }

    pub(crate) fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("../../completions/mfaexec.bash"),
            Self::Zsh => include_str!("../../completions/_mfaexec"),
            Self::Fish => include_str!("../../completions/mfaexec.fish"),
            Self::Nu => include_str!("../../completions/mfaexec.nu"),
        }
    }
}

/// A man page, by the name of its file.
#[derive(Debug)]
pub(crate) struct ManPage {
    pub(crate) file: &'static str,
    pub(crate) text: &'static str,
}

/// The page of mfaexec, then those of its subcommands.
macro_rules! man_pages {
    ($($subcommand:literal),+ $(,)?) => {
        &[
            man_page!("mfaexec.1"),
            $(man_page!(concat!("mfaexec-", $subcommand, ".1")),)+
        ]
    };
}

macro_rules! man_page {
    ($file:expr) => {
        ManPage {
            file: $file,
            text: include_str!(concat!("../../man/", $file)),
        }
    };
}

pub(crate) const MAN_PAGES: &[ManPage] = man_pages![
    "shell",
    "login",
    "console",
    "export",
    "explain",
    "status",
    "clear",
    "credential-process",
    "setup",
    "policy",
    "regions",
    "keys",
    "mfa",
    "doctor",
    "completions",
    "man",
    "prompt",
    "profiles",
];

impl ManPage {
    /// The subcommand that it is about; none for the page of mfaexec.
    pub(crate) fn subcommand(&self) -> Option<&'static str> {
        self.file.strip_prefix("mfaexec-")?.strip_suffix(".1")
    }

    pub(crate) fn of(subcommand: Option<&str>) -> Option<&'static Self> {
        let mut pages = MAN_PAGES.iter();
        pages.find(|page| page.subcommand() == subcommand)
    }
}
