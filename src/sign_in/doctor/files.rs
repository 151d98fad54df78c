//! The AWS files: found, parsed, and who can read and change them.

use std::path::Path;

use crate::edge::config_files::{self, named_files};
use crate::edge::file_facts::{beside, file_facts, me};
use crate::error::Result;
use crate::model::config::{FileKind, Profiles};
use crate::model::doctor::check::Check;
use crate::model::doctor::files::{absent, copies, judge};
use crate::model::environment::Environment;

const SECRET: &str = "aws_secret_access_key";

pub(crate) fn read(env: &Environment) -> Result<Profiles> {
    Profiles::parse(config_files::read(env)?)
}

/// Each file by itself, so that one that is broken does not hide the other.
pub(crate) fn check(env: &Environment) -> Vec<Check> {
    let files = match named_files(env) {
        Ok(files) => files,
        Err(error) => return vec![Check::of_failure("config_file", &error)],
    };
    let mut checks = Vec::new();
    for (kind, path, variable) in files {
        let name = match kind {
            FileKind::Config => "config_file",
            FileKind::Credentials => "credentials_file",
        };
        checks.push(check_file(kind, name, &path, variable));
        if kind == FileKind::Credentials {
            checks.extend(copies(&with_keys(&beside(&path))));
        }
    }
    checks
}

fn check_file(
    kind: FileKind,
    name: &'static str,
    path: &Path,
    variable: Option<&'static str>,
) -> Check {
    let shown = path.display().to_string();
    let parsed = config_files::read_file(kind, path).and_then(|file| Profiles::parse(vec![file]));
    let profiles = match parsed {
        Ok(profiles) => profiles,
        Err(error) => return Check::of_failure(name, &error),
    };
    match file_facts(path) {
        Ok(Some(facts)) => {
            let has_keys = !profiles.values(SECRET).is_empty();
            judge(name, &facts, me(), has_keys, profiles.names().len())
        }
        Ok(None) => absent(name, &shown, variable),
        Err(error) => Check::failed(
            name,
            format!("cannot look at {shown}"),
            error.to_string(),
            "check the directories that lead there, and their permissions",
        ),
    }
}

/// Those of the files that have a secret key in them.
fn with_keys(paths: &[String]) -> Vec<String> {
    let has_keys = |path: &&String| {
        let file = config_files::read_file(FileKind::Credentials, Path::new(path));
        file.is_ok_and(|file| {
            let text = String::from_utf8_lossy(&file.bytes).to_ascii_lowercase();
            text.contains(SECRET)
        })
    };
    paths.iter().filter(has_keys).cloned().collect()
}
