//! Completions and the man page: where shells and man look for them, and whether they are of this
//! version.

use crate::escape::shell_word;
use crate::model::doctor::check::Check;
use crate::model::environment::Environment;

/// What a package installs, with what this version has in it.
pub(crate) struct Installed {
    /// The shell that reads it; none for man.
    pub(crate) shell: Option<&'static str>,
    /// Its name in the directories where it is looked for.
    file: &'static str,
    pub(crate) content: &'static str,
}

pub(crate) const INSTALLED: [Installed; 4] = [
    Installed {
        shell: Some("bash"),
        file: "mfaexec",
        content: include_str!("../../../completions/mfaexec.bash"),
    },
    Installed {
        shell: Some("zsh"),
        file: "_mfaexec",
        content: include_str!("../../../completions/_mfaexec"),
    },
    Installed {
        shell: Some("fish"),
        file: "mfaexec.fish",
        content: include_str!("../../../completions/mfaexec.fish"),
    },
    Installed {
        shell: None,
        file: "mfaexec.1",
        content: include_str!("../../../man/mfaexec.1"),
    },
];

/// What was found of one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Nowhere,
    /// Of this version, at this path.
    Same(String),
    Other(String),
    /// Compressed, so it was not compared.
    Unread(String),
}

impl Installed {
    /// Where it is looked for, the first place first. zsh alone knows its fpath; these are the
    /// directories that it is built with, and those that people add.
    pub(crate) fn places(&self, env: &Environment) -> Vec<String> {
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
        let directories = match self.shell {
            Some("bash") => {
                let own = env.text("BASH_COMPLETION_USER_DIR");
                let own = own.map(|own| format!("{own}/completions"));
                let usual = in_each("bash-completion/completions");
                own.into_iter()
                    .chain(usual)
                    .chain(["/etc/bash_completion.d".to_owned()])
                    .collect()
            }
            Some("fish") => {
                let own = config_home.map(|own| format!("{own}/fish/completions"));
                let mut directories: Vec<String> = own.into_iter().collect();
                directories.push("/etc/fish/completions".to_owned());
                directories.extend(in_each("fish/vendor_completions.d"));
                directories.push("/usr/share/fish/completions".to_owned());
                directories
            }
            Some(_) => {
                let exported = env.text("FPATH").unwrap_or_default();
                let exported = exported.split(':').map(str::to_owned);
                let own = [".zfunc", ".zsh/completions", ".zsh/functions"];
                let own = own.into_iter().filter_map(home);
                let mut directories: Vec<String> = exported.chain(own).collect();
                directories.extend(in_each("zsh/site-functions"));
                directories.extend(in_each("zsh/vendor-completions"));
                directories
            }
            None => {
                let named = env.text("MANPATH").unwrap_or_default();
                // An empty name means the usual directories, manpath(1).
                let named = named.split(':').filter(|directory| !directory.is_empty());
                let named = named.map(|directory| format!("{directory}/man1"));
                named.chain(in_each("man/man1")).collect()
            }
        };
        let directories = directories.into_iter();
        let absolute = directories.filter(|directory: &String| directory.starts_with('/'));
        absolute
            .map(|directory| format!("{directory}/{}", self.file))
            .collect()
    }

    /// What the user's shell lacks, or any shell has of another version.
    pub(crate) fn judge(&self, found: &Found, places: &[String], is_used: bool) -> Option<Check> {
        let name = match self.shell {
            Some("bash") => "completions_of_bash",
            Some("zsh") => "completions_of_zsh",
            Some(_) => "completions_of_fish",
            None => "man_page",
        };
        let make = |path: &str| match self.shell {
            Some(shell) => format!("MFAEXEC_COMPLETE={shell} mfaexec > {}", shell_word(path)),
            None => format!(
                "in the sources of this version: cp man/mfaexec.1 {}",
                shell_word(path)
            ),
        };
        match found {
            Found::Same(path) => Some(Check::ok(name, format!("{path} is of this version"))),
            Found::Unread(path) => Some(Check::ok(
                name,
                format!("{path} is there; it is compressed, so its version was not compared"),
            )),
            Found::Other(path) => Some(Check::warning(
                name,
                format!("{path} is of another version"),
                "its content is not what this mfaexec has",
                make(path),
            )),
            Found::Nowhere if is_used => Some(Check::warning(
                name,
                match self.shell {
                    Some(shell) => format!("{shell} completes no options of mfaexec"),
                    None => "man finds no page of mfaexec".to_owned(),
                },
                match self.shell {
                    Some("zsh") => {
                        "it is in no usual directory; another fpath is known to zsh alone"
                    }
                    _ => "it is in no directory where it is looked for",
                },
                places.first().map_or_else(String::new, |path| {
                    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
                    match self.shell {
                        Some(_) => format!("mkdir -p {}; {}", shell_word(directory), make(path)),
                        None => make(path),
                    }
                }),
            )),
            Found::Nowhere => None,
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
        let places = |at: usize, env: &Environment| INSTALLED[at].places(env);
        for (at, path) in [
            (0, "/h/.local/share/bash-completion/completions/mfaexec"),
            (0, "/usr/share/bash-completion/completions/mfaexec"),
            (1, "/usr/local/share/zsh/site-functions/_mfaexec"),
            (1, "/usr/share/zsh/vendor-completions/_mfaexec"),
            (2, "/h/.config/fish/completions/mfaexec.fish"),
            (2, "/usr/share/fish/vendor_completions.d/mfaexec.fish"),
            (3, "/usr/share/man/man1/mfaexec.1"),
            (3, "/usr/local/share/man/man1/mfaexec.1"),
            (3, "/h/.local/share/man/man1/mfaexec.1"),
        ] {
            assert!(places(at, &home).iter().any(|p| p == path), "{path}");
        }
        let xdg = env(&["XDG_DATA_HOME=/d", "XDG_DATA_DIRS=/x:relative"]);
        assert_eq!(
            places(0, &xdg)[..2],
            [
                "/d/bash-completion/completions/mfaexec",
                "/x/bash-completion/completions/mfaexec"
            ]
        );
        for unnamed in [env(&[]), env(&["MANPATH=:"])] {
            let places = places(3, &unnamed);
            assert!(
                places.iter().all(|path| path.starts_with("/usr/")),
                "{places:?}"
            );
        }
    }
}
