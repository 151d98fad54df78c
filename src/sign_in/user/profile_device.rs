//! The device that profiles name, changed in the two config files.

use std::path::PathBuf;

use crate::edge::config_files;
use crate::edge::replace_file::Replacing;
use crate::error::{Error, Result};
use crate::model::config::{Edit, FileKind, Profiles};
use crate::model::environment::Environment;

/// The setting, and the name that aws-mfa has for it.
const NAMES: [&str; 2] = ["mfa_serial", "aws_mfa_device"];
const KINDS: [FileKind; 2] = [FileKind::Config, FileKind::Credentials];

/// A change of one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) profile: String,
    /// None: it names no device any more.
    pub(crate) serial: Option<String>,
}

/// The profiles that themselves name this device, in whichever file. One that cannot be read names none.
pub(crate) fn naming(serial: &str, profiles: &Profiles) -> Vec<String> {
    let names_it = |name: &&str| {
        let profile = profiles.get(name).ok().flatten();
        NAMES.iter().any(|key| {
            let value = profile.as_ref().and_then(|profile| profile.get(key));
            value == Some(serial) && profiles.file_of(name, key).is_some()
        })
    };
    let names = profiles.names().into_iter().filter(names_it);
    names.map(str::to_owned).collect()
}

/// The file that a profile's device is written to: where it is now, else the config file.
pub(crate) fn file_for(profile: &str, profiles: &Profiles, env: &Environment) -> Result<PathBuf> {
    config_files::path_of(env, kind_for(profile, profiles))
}

fn kind_for(profile: &str, profiles: &Profiles) -> FileKind {
    profiles
        .file_of(profile, NAMES[0])
        .unwrap_or(FileKind::Config)
}

/// Makes sure that a file can be changed, before something is done that it has to say.
///
/// # Errors
/// It cannot.
pub(crate) fn check_changeable(path: &std::path::Path) -> Result<()> {
    Replacing::begin(path)?.check()
}

/// Writes the changes; each file is the old or the new one, whenever this process ends.
///
/// # Errors
/// A file cannot be changed; then it is as it was.
pub(crate) fn write(changes: &[Change], env: &Environment) -> Result<()> {
    let edits = |kind: FileKind| -> Result<Vec<Edit>> {
        let profiles = Profiles::parse(config_files::read(env)?)?;
        let edits = changes
            .iter()
            .flat_map(|change| edits(change, kind, &profiles));
        Ok(edits.collect())
    };
    for kind in KINDS {
        // A file that nothing is changed in may be one that cannot be changed.
        if edits(kind)?.is_empty() {
            continue;
        }
        // From here on, no other mfaexec changes the file.
        let file = Replacing::begin(&config_files::path_of(env, kind)?)?;
        let content = Edit::apply_all(edits(kind)?, &file.content);
        file.replace(&content)?;
    }
    Ok(())
}

fn edits(change: &Change, kind: FileKind, profiles: &Profiles) -> Vec<Edit> {
    let Change { profile, serial } = change;
    match serial {
        None => profiles.remove(kind, profile, &NAMES),
        Some(serial) if kind_for(profile, profiles) == kind => {
            profiles.set(kind, profile, &[(NAMES[0], serial)])
        }
        Some(_) => Vec::new(),
    }
}

/// What to say where a device is right at AWS, and the profile could not be changed.
pub(crate) fn not_written(error: Error, profile: &str, serial: &str) -> Error {
    error.and("at AWS, everything is done").with_remedy(&format!(
        "write this line into the profile {profile}, or run the same command again: mfa_serial = {serial}"
    ))
}
