//! The AWS files: found, parsed, and who can read and change them. Each is read once, as it may be a pipe.

use std::path::{Path, PathBuf};

use crate::edge::config_files::{named_files, read_file};
use crate::edge::file_facts::{beside, file_facts, me};
use crate::error::Result;
use crate::model::config::{ConfigFile, FileKind, Profiles};
use crate::model::doctor::check::Check;
use crate::model::doctor::files::{absent, copies, judge, unusual};
use crate::model::environment::Environment;

const SECRET: &str = "aws_secret_access_key";

pub(crate) struct CheckedFiles(Result<Vec<FileOnDisk>>);

struct FileOnDisk {
    kind: FileKind,
    path: PathBuf,
    /// The variable that names it, if one does.
    variable: Option<&'static str>,
    read: Result<ConfigFile>,
}

impl CheckedFiles {
    pub(crate) fn read(env: &Environment) -> Self {
        let files = named_files(env).map(|files| {
            let read = files.into_iter().map(|(kind, path, variable)| FileOnDisk {
                kind,
                variable,
                read: read_file(kind, &path),
                path,
            });
            read.collect()
        });
        Self(files)
    }

    /// The profiles of both.
    ///
    /// # Errors
    /// As a run would fail.
    pub(crate) fn profiles(&self) -> Result<Profiles> {
        let files = self.0.as_ref().map_err(Clone::clone)?;
        let files = files.iter().map(|file| file.read.clone());
        Profiles::parse(files.collect::<Result<_>>()?)
    }

    /// Each file by itself, so that one that is broken does not hide the other.
    pub(crate) fn check(&self) -> Vec<Check> {
        let files = match &self.0 {
            Ok(files) => files,
            Err(error) => return vec![Check::of_failure("config_file", error)],
        };
        let mut checks: Vec<Check> = files.iter().map(FileOnDisk::check).collect();
        let credentials = files.iter().find(|file| file.kind == FileKind::Credentials);
        let copies_of = |file: &FileOnDisk| copies(&with_keys(&beside(&file.path)));
        checks.extend(credentials.and_then(copies_of));
        checks
    }
}

impl FileOnDisk {
    fn check(&self) -> Check {
        let name = match self.kind {
            FileKind::Config => "config_file",
            FileKind::Credentials => "credentials_file",
        };
        let shown = self.path.display().to_string();
        let parsed = self
            .read
            .clone()
            .and_then(|file| Profiles::parse(vec![file]));
        let profiles = match parsed {
            Ok(profiles) => profiles,
            Err(error) => return Check::of_failure(name, &error),
        };
        let number = profiles.names().len();
        match file_facts(&self.path) {
            Ok(Some(facts)) => {
                let has_keys = !profiles.values(SECRET).is_empty();
                judge(name, &facts, me(), has_keys, number)
            }
            // A pipe of a shell has no name that leads to it.
            Ok(None) if number > 0 || self.path.symlink_metadata().is_ok() => {
                unusual(name, &shown, number)
            }
            Ok(None) => absent(name, &shown, self.variable),
            Err(error) => Check::failed(
                name,
                format!("cannot look at {shown}"),
                error.to_string(),
                "check the directories that lead there, and their permissions",
            ),
        }
    }
}

/// Those of the files that have a secret key in them.
fn with_keys(paths: &[String]) -> Vec<String> {
    let has_keys = |path: &&String| {
        let file = read_file(FileKind::Credentials, Path::new(path));
        file.is_ok_and(|file| {
            let text = String::from_utf8_lossy(&file.bytes).to_ascii_lowercase();
            text.contains(SECRET)
        })
    };
    paths.iter().filter(has_keys).cloned().collect()
}
