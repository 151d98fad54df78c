//! The variables of a command that reads private config files instead of the user's. A run of mfaexec
//! inside it has to find the user's own again.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::model::environment::Environment;

/// The directory of the command's private files.
const PRIVATE_FILES: &str = "MFAEXEC_PRIVATE_FILES";

/// A file that SDKs read, and where the caller's value of its variable is written down meanwhile.
struct ConfigVariable {
    variable: &'static str,
    callers: &'static str,
    /// The name of the private file.
    file: &'static str,
}

const FILES: [ConfigVariable; 2] = [
    ConfigVariable {
        variable: "AWS_CONFIG_FILE",
        callers: "MFAEXEC_AWS_CONFIG_FILE",
        file: "config",
    },
    ConfigVariable {
        variable: "AWS_SHARED_CREDENTIALS_FILE",
        callers: "MFAEXEC_AWS_SHARED_CREDENTIALS_FILE",
        file: "credentials",
    },
];

/// The private files: name and text. The credentials file is empty, as keys in it would come first.
pub(crate) fn files(config: &str) -> [(&'static str, &str); 2] {
    let [config_file, credentials_file] = FILES;
    [(config_file.file, config), (credentials_file.file, "")]
}

/// Lets a command read the private files in `directory`.
pub(crate) fn use_private_files(env: &mut Environment, directory: &Path) {
    for ConfigVariable {
        variable,
        callers,
        file,
    } in FILES
    {
        match env.get(variable).map(OsStr::to_owned) {
            Some(own) => env.set(callers, own),
            None => env.remove(callers),
        }
        env.set(variable, directory.join(file));
    }
    env.set(PRIVATE_FILES, directory);
}

/// The variables with which a run inside such a command reads the user's own files. A variable that
/// was changed since stays as it is.
pub(crate) fn own_files_again(env: &Environment) -> Vec<(&'static str, Option<OsString>)> {
    let Some(directory) = env.get(PRIVATE_FILES) else {
        return Vec::new();
    };
    let directory = Path::new(directory);
    let mut changes = vec![(PRIVATE_FILES, None)];
    for ConfigVariable {
        variable,
        callers,
        file,
    } in FILES
    {
        if env.get(variable).map(Path::new) == Some(&directory.join(file)) {
            changes.push((variable, env.get(callers).map(OsStr::to_owned)));
        }
        changes.push((callers, None));
    }
    changes
}

/// The names of all these variables, which a shell has to have again after the user's own files.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let of_files = FILES
        .into_iter()
        .flat_map(|file| [file.variable, file.callers]);
    of_files.chain([PRIVATE_FILES])
}

/// How a command that reads the files in `directory` is recognised by its environment.
pub(crate) fn entry(directory: &Path) -> OsString {
    let mut entry = OsString::from(PRIVATE_FILES);
    entry.push("=");
    entry.push(directory);
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undone(env: &Environment) -> Environment {
        let mut env = env.clone();
        for (name, value) in own_files_again(&env) {
            match value {
                Some(value) => env.set(name, value),
                None => env.remove(name),
            }
        }
        env
    }

    #[test]
    fn a_run_inside_finds_what_the_caller_had() {
        for callers in [
            vec![],
            vec!["AWS_CONFIG_FILE=mine"],
            vec!["AWS_CONFIG_FILE="],
        ] {
            let caller = Environment::new(callers.into_iter().map(OsString::from).collect());
            let mut child = caller.clone();
            use_private_files(&mut child, Path::new("/p"));
            assert_eq!(child.text("AWS_CONFIG_FILE").as_deref(), Some("/p/config"));
            assert_eq!(undone(&child), caller);
            // What the command has set itself stays.
            child.set("AWS_CONFIG_FILE", "theirs");
            assert_eq!(
                undone(&child).text("AWS_CONFIG_FILE").as_deref(),
                Some("theirs")
            );
        }
    }
}
