//! Who can read and change the AWS files, and what lies beside them.

use crate::escape::shell_word;
use crate::model::doctor::check::Check;

/// What the system says about a file and the directory that it is in.
#[derive(Debug, Clone)]
pub(crate) struct FileFacts {
    /// As it was looked for.
    pub(crate) path: String,
    /// The file itself, where the path is a link to it.
    pub(crate) real: String,
    pub(crate) owner: u32,
    pub(crate) mode: u32,
    pub(crate) directory: DirectoryFacts,
}

#[derive(Debug, Clone)]
pub(crate) struct DirectoryFacts {
    pub(crate) path: String,
    pub(crate) owner: u32,
    pub(crate) mode: u32,
}

const GROUP_READS: u32 = 0o040;
const OTHERS_READ: u32 = 0o004;
const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// A file that was found and parsed, with `profiles` in it. `me` is the user, `has_keys` whether a
/// secret key is in the file.
pub(crate) fn judge(
    name: &'static str,
    facts: &FileFacts,
    me: u32,
    has_keys: bool,
    profiles: usize,
) -> Check {
    let FileFacts { path, real, .. } = facts;
    let word = shell_word(real);
    let link = match path == real {
        true => String::new(),
        false => format!(", a link to {real}"),
    };
    if facts.owner != me && facts.owner != 0 {
        return Check::failed(
            name,
            format!("{path}{link} belongs to another user"),
            format!("the user with the ID {} can change it", facts.owner),
            format!("sudo chown {me} {word}"),
        );
    }
    if has_keys && facts.mode & (GROUP_READS | OTHERS_READ) != 0 {
        return Check::failed(
            name,
            format!("others can read the keys in {path}{link}"),
            format!("the file has mode {:03o}", facts.mode & 0o777),
            format!("chmod 600 {word}"),
        );
    }
    if facts.mode & OTHERS_WRITE != 0 || has_keys && facts.mode & GROUP_WRITES != 0 {
        return Check::failed(
            name,
            format!("others can change {path}{link}"),
            format!(
                "the file has mode {:03o}, and who writes into it decides what runs as you",
                facts.mode & 0o777
            ),
            format!("chmod go-w {word}"),
        );
    }
    if let Some(check) = judge_directory(name, &facts.directory, me) {
        return check;
    }
    if facts.mode & GROUP_WRITES != 0 {
        return Check::warning(
            name,
            format!("your group can change {path}{link}"),
            format!("the file has mode {:03o}", facts.mode & 0o777),
            format!("chmod g-w {word}"),
        );
    }
    Check::ok(name, format!("{path}{link}: {}", counted(profiles)))
}

fn counted(profiles: usize) -> String {
    match profiles {
        0 => "no profile".to_owned(),
        1 => "1 profile".to_owned(),
        more => format!("{more} profiles"),
    }
}

/// A pipe or a device: what was in it is known, and its mode says nothing.
pub(crate) fn unusual(name: &'static str, path: &str, profiles: usize) -> Check {
    Check::ok(
        name,
        format!("{path}, which is no plain file: {}", counted(profiles)),
    )
}

/// Who can change a directory can put another file into the place of one.
fn judge_directory(name: &'static str, directory: &DirectoryFacts, me: u32) -> Option<Check> {
    let DirectoryFacts { path, owner, mode } = directory;
    if *owner != me && *owner != 0 {
        return Some(Check::failed(
            name,
            format!("{path} belongs to another user"),
            format!("the user with the ID {owner} can exchange the files in it"),
            format!("sudo chown {me} {}", shell_word(path)),
        ));
    }
    if mode & OTHERS_WRITE != 0 && mode & STICKY == 0 {
        return Some(Check::failed(
            name,
            format!("others can exchange the files in {path}"),
            format!("the directory has mode {:03o}", mode & 0o777),
            format!("chmod go-w {}", shell_word(path)),
        ));
    }
    None
}

/// A file that a variable names, or that is usual, and that is not there.
pub(crate) fn absent(name: &'static str, path: &str, variable: Option<&str>) -> Check {
    match variable {
        None => Check::ok(name, format!("{path} is not there, and need not be")),
        Some(variable) => Check::warning(
            name,
            format!("{path} is not there"),
            format!("{variable} names it"),
            format!("unset {variable}"),
        ),
    }
}

/// Copies of the credentials file, which are forgotten and hold keys all the same.
pub(crate) fn copies(paths: &[String]) -> Option<Check> {
    let first = paths.first()?;
    let all = paths.iter().map(|path| shell_word(path));
    Some(Check::warning(
        "copies_of_keys",
        match paths.len() {
            1 => format!("{first} has keys in it"),
            more => format!("{more} files have keys in them: {}", paths.join(", ")),
        },
        "they are copies of the credentials file, and no program reads them",
        format!("rm {}", all.collect::<Vec<_>>().join(" ")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::doctor::check::Outcome;

    fn outcome(mode: u32, directory: u32, owner: u32, has_keys: bool) -> Outcome {
        let facts = FileFacts {
            path: "file".to_owned(),
            real: "file".to_owned(),
            owner,
            mode,
            directory: DirectoryFacts {
                path: ".".to_owned(),
                owner: 1000,
                mode: directory,
            },
        };
        judge("credentials_file", &facts, 1000, has_keys, 1).outcome
    }

    #[test]
    fn keys_are_for_their_owner_alone() {
        use Outcome::{Failed, Ok, Warning};
        for (mode, directory, owner, has_keys, expected) in [
            (0o600, 0o700, 1000, true, Ok),
            (0o400, 0o755, 0, true, Ok),
            (0o644, 0o700, 1000, true, Failed),
            (0o640, 0o700, 1000, true, Failed),
            (0o620, 0o700, 1000, true, Failed),
            (0o644, 0o700, 1000, false, Ok),
            (0o664, 0o700, 1000, false, Warning),
            (0o666, 0o700, 1000, false, Failed),
            (0o600, 0o777, 1000, true, Failed),
            (0o600, 0o1777, 1000, true, Ok),
            (0o600, 0o700, 1001, false, Failed),
        ] {
            let found = outcome(mode, directory, owner, has_keys);
            assert_eq!(found, expected, "{mode:o} {directory:o} {owner} {has_keys}");
        }
    }
}
