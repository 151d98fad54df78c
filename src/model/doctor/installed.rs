//! Completions and man pages: where shells and man look for them, how they get there, and whether they
//! are of this version.

use crate::escape::shell_word;
use crate::model::doctor::check::Check;
use crate::model::environment::Environment;
use crate::model::packaged::{CompletedShell, MAN_PAGES};

/// A part of what a package installs, by who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Installed {
    Completions(CompletedShell),
    ManPages,
}

pub(crate) const INSTALLED: [Installed; 5] = [
    Installed::Completions(CompletedShell::Bash),
    Installed::Completions(CompletedShell::Zsh),
    Installed::Completions(CompletedShell::Fish),
    Installed::Completions(CompletedShell::Nu),
    Installed::ManPages,
];

/// What was found of one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InstalledCopy {
    Nowhere,
    /// Of this version, at this path.
    Same(String),
    Other(String),
    /// Compressed, so it was not compared.
    Unread(String),
}

impl Installed {
    /// The names of its files in a directory, the first one that of the file that is always there; with
    /// what this version has in them.
    pub(crate) fn files(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Completions(shell) => vec![(
                match shell {
                    CompletedShell::Bash => "mfaexec",
                    CompletedShell::Zsh => "_mfaexec",
                    CompletedShell::Fish => "mfaexec.fish",
                    CompletedShell::Nu => "mfaexec.nu",
                },
                shell.script(),
            )],
            Self::ManPages => MAN_PAGES
                .iter()
                .map(|page| (page.file, page.text))
                .collect(),
        }
    }

    /// The directories where it is looked for, the first one first. zsh alone knows its fpath; these are the
    /// directories that it is built with, and those that people add.
    pub(crate) fn directories(self, env: &Environment) -> Vec<String> {
        let home = |rest: &str| env.in_home(rest).and_then(|path| path.into_string().ok());
        let data_home = env.text("XDG_DATA_HOME").or_else(|| home(".local/share"));
        let config_home = env.text("XDG_CONFIG_HOME").or_else(|| home(".config"));
        let data = env.text("XDG_DATA_DIRS");
        let data = data.unwrap_or_else(|| "/usr/local/share:/usr/share".to_owned());
        let in_each = |rest: &str| -> Vec<String> {
            let directories = data_home.as_deref().into_iter().chain(data.split(':'));
            let directories = directories.filter(|directory| directory.starts_with('/'));
            directories
                .map(|directory| format!("{directory}/{rest}"))
                .collect()
        };
        let directories = match self {
            Self::Completions(CompletedShell::Bash) => {
                let own = env.text("BASH_COMPLETION_USER_DIR");
                let own = own.map(|own| format!("{own}/completions"));
                let usual = in_each("bash-completion/completions");
                own.into_iter()
                    .chain(usual)
                    .chain(["/etc/bash_completion.d".to_owned()])
                    .collect()
            }
            Self::Completions(CompletedShell::Fish) => {
                let own = config_home.map(|own| format!("{own}/fish/completions"));
                let mut directories: Vec<String> = own.into_iter().collect();
                directories.push("/etc/fish/completions".to_owned());
                directories.extend(in_each("fish/vendor_completions.d"));
                directories.push("/usr/share/fish/completions".to_owned());
                directories
            }
            // The Nushell Book, "autoload"; on macOS without XDG_CONFIG_HOME the second one.
            Self::Completions(CompletedShell::Nu) => {
                let own = config_home.map(|own| format!("{own}/nushell/autoload"));
                let on_macos = home("Library/Application Support/nushell/autoload");
                let mut directories: Vec<String> = own.into_iter().chain(on_macos).collect();
                directories.extend(in_each("nushell/vendor/autoload"));
                directories
            }
            Self::Completions(CompletedShell::Zsh) => {
                let exported = env.text("FPATH").unwrap_or_default();
                let exported = exported.split(':').map(str::to_owned);
                let own = [".zfunc", ".zsh/completions", ".zsh/functions"];
                let own = own.into_iter().filter_map(home);
                let mut directories: Vec<String> = exported.chain(own).collect();
                directories.extend(in_each("zsh/site-functions"));
                directories.extend(in_each("zsh/vendor-completions"));
                directories
            }
            Self::ManPages => {
                let named = env.text("MANPATH").unwrap_or_default();
                // An empty name means the usual directories, manpath(1).
                let named = named.split(':').filter(|directory| !directory.is_empty());
                let named = named.map(|directory| format!("{directory}/man1"));
                named.chain(in_each("man/man1")).collect()
            }
        };
        let directories = directories.into_iter();
        let absolute = directories.filter(|directory: &String| directory.starts_with('/'));
        absolute.collect()
    }

    /// The line that puts it where it is looked for first; for Nushell in its own words, as it alone
    /// knows where that is on this system.
    pub(crate) fn install(self, env: &Environment) -> Option<String> {
        match self {
            Self::Completions(CompletedShell::Nu) => Some(
                "mkdir $nu.user-autoload-dirs.0; mfaexec completions nu | save --force \
                 ($nu.user-autoload-dirs.0 | path join mfaexec.nu)"
                    .to_owned(),
            ),
            Self::Completions(_) => {
                let directory = self.directories(env).into_iter().next()?;
                let make = format!("mkdir -p {}", shell_word(&directory));
                Some(format!("{make}; {}", self.write_into(&directory)))
            }
            Self::ManPages => Some(self.write_into(&self.directories(env).into_iter().next()?)),
        }
    }

    /// The line that writes it into a directory that is there.
    fn write_into(self, directory: &str) -> String {
        match self {
            Self::Completions(shell) => {
                let [(file, _), ..] = self.files()[..] else {
                    return String::new();
                };
                let path = format!("{directory}/{file}");
                format!(
                    "mfaexec completions {} > {}",
                    shell.name(),
                    shell_word(&path)
                )
            }
            Self::ManPages => format!("mfaexec man --into {}", shell_word(directory)),
        }
    }

    /// What the user's shell lacks, or any shell has of another version.
    pub(crate) fn judge(self, found: &InstalledCopy, env: &Environment) -> Option<Check> {
        let name = match self {
            Self::Completions(CompletedShell::Bash) => "completions_of_bash",
            Self::Completions(CompletedShell::Zsh) => "completions_of_zsh",
            Self::Completions(CompletedShell::Fish) => "completions_of_fish",
            Self::Completions(CompletedShell::Nu) => "completions_of_nu",
            Self::ManPages => "man_page",
        };
        match found {
            InstalledCopy::Same(path) => {
                Some(Check::ok(name, format!("{path} is of this version")))
            }
            InstalledCopy::Unread(path) => Some(Check::ok(
                name,
                format!("{path} is there; it is compressed, so its version was not compared"),
            )),
            InstalledCopy::Other(path) => Some(Check::warning(
                name,
                format!("{path} is of another version"),
                "its content is not what this mfaexec has",
                self.write_into(path.rsplit_once('/').map_or("", |(directory, _)| directory)),
            )),
            InstalledCopy::Nowhere if self.is_used(env) => Some(Check::warning(
                name,
                match self {
                    Self::Completions(shell) => {
                        format!("{} completes no options of mfaexec", shell.name())
                    }
                    Self::ManPages => "man finds no page of mfaexec".to_owned(),
                },
                match self {
                    Self::Completions(CompletedShell::Zsh) => {
                        "it is in no usual directory; fpath has to name one before compinit, as in \
                         ~/.zshrc: fpath+=~/.zfunc"
                    }
                    _ => "it is in no directory where it is looked for",
                },
                self.install(env).unwrap_or_default(),
            )),
            InstalledCopy::Nowhere => None,
        }
    }

    /// Whether it is for the user's shell, or for everyone.
    fn is_used(self, env: &Environment) -> bool {
        let shell = env.text("SHELL").unwrap_or_default();
        match self {
            Self::Completions(known) => shell.rsplit('/').next() == Some(known.name()),
            Self::ManPages => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn env(entries: &[&str]) -> Environment {
        Environment::new(entries.iter().map(OsString::from).collect())
    }

    #[test]
    fn each_is_looked_for_where_its_reader_looks() {
        let home = env(&["HOME=/h"]);
        let paths = |at: usize, env: &Environment| -> Vec<String> {
            let (file, _) = INSTALLED[at].files()[0];
            let directories = INSTALLED[at].directories(env).into_iter();
            directories
                .map(|directory| format!("{directory}/{file}"))
                .collect()
        };
        for (at, path) in [
            (0, "/h/.local/share/bash-completion/completions/mfaexec"),
            (0, "/usr/share/bash-completion/completions/mfaexec"),
            (1, "/usr/local/share/zsh/site-functions/_mfaexec"),
            (1, "/usr/share/zsh/vendor-completions/_mfaexec"),
            (2, "/h/.config/fish/completions/mfaexec.fish"),
            (2, "/usr/share/fish/vendor_completions.d/mfaexec.fish"),
            (3, "/h/.config/nushell/autoload/mfaexec.nu"),
            (3, "/usr/share/nushell/vendor/autoload/mfaexec.nu"),
            (4, "/usr/share/man/man1/mfaexec.1"),
            (4, "/usr/local/share/man/man1/mfaexec.1"),
            (4, "/h/.local/share/man/man1/mfaexec.1"),
        ] {
            assert!(paths(at, &home).iter().any(|p| p == path), "{path}");
        }
        let xdg = env(&["XDG_DATA_HOME=/d", "XDG_DATA_DIRS=/x:relative"]);
        assert_eq!(
            paths(0, &xdg)[..2],
            [
                "/d/bash-completion/completions/mfaexec",
                "/x/bash-completion/completions/mfaexec"
            ]
        );
        for unnamed in [env(&[]), env(&["MANPATH=:"])] {
            let places = paths(4, &unnamed);
            assert!(
                places.iter().all(|path| path.starts_with("/usr/")),
                "{places:?}"
            );
        }
    }
}
