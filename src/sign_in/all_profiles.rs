//! Looks at every profile of the files, and at the cache: no call is made, and no program is run.

use std::collections::HashMap;

use crate::edge::clock::now;
use crate::edge::config_files;
use crate::edge::output::Ui;
use crate::edge::own_defaults::own_defaults;
use crate::edge::store::cache::Cache;
use crate::edge::store::inventory::Found;
use crate::error::{Error, Result};
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced};
use crate::model::profile_list::{Broken, Listed, Usable};
use crate::model::session::Session;
use crate::model::settings::mfa::Mfa;
use crate::model::settings::selection::Selection;
use crate::model::settings::{SessionOptions, Settings};
use crate::sign_in::cached::{device_id, find_known_device, open_cache};

/// All profiles, sorted by name; also those that a run would refuse, and sections that do not count
/// although they were probably meant to be profiles. `env` is the caller's environment without exports.
///
/// # Errors
/// The files cannot be read. What is wrong in one profile, or with the cache, hides no other one.
pub(crate) fn all_profiles(env: &Environment, files: &Profiles, ui: Ui) -> Vec<Listed> {
    let cache = cache(env, ui);
    let found = cache.as_ref().map(|(_, found)| found.sessions.as_slice());
    let now = now();
    let sessions: HashMap<&str, &Session> = found
        .unwrap_or_default()
        .iter()
        .filter(|kept| kept.session.expires_at > now)
        .map(|kept| (kept.id(), &kept.session))
        .collect();
    let mut devices = Devices {
        cache: cache.as_ref().map(|(cache, _)| cache),
        known: HashMap::new(),
    };
    let mut listed: Vec<Listed> = Vec::new();
    for name in files.names() {
        let settings = settings_of(env, files, name).map(|settings| devices.find(settings));
        listed.push(Listed {
            name: name.to_owned(),
            what: match settings {
                Ok(settings) => {
                    let find = |id: &str| sessions.get(id).copied();
                    Ok(Usable::of(&settings, now, find))
                }
                Err(error) => Err(Broken {
                    error,
                    place: files.place(name).unwrap_or_default(),
                }),
            },
        });
    }
    listed.extend(not_counted(files));
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    listed.dedup_by(|a, b| a.name == b.name);
    listed
}

/// The profiles of both files, for those who look at all of them.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn read_all(env: &Environment) -> Result<Profiles> {
    Ok(Profiles::parse(config_files::read(env)?)?.indexed())
}

/// The cache and the sessions in it. Profiles can be listed without.
fn cache(env: &Environment, ui: Ui) -> Option<(Cache, Found)> {
    let look = || {
        let cache = open_cache(env, None)?;
        let found = cache.sessions()?;
        Ok((cache, found))
    };
    match look() {
        Ok((cache, found)) => {
            for error in &found.unusable {
                ui.notice(&error.summary());
            }
            Some((cache, found))
        }
        Err(error) => {
            let error: Error = error;
            ui.notice(&error.summary());
            None
        }
    }
}

fn settings_of(env: &Environment, files: &Profiles, name: &str) -> Result<Settings> {
    let name = Sourced::new(name.to_owned(), Origin::Option("--profile"));
    let options = SessionOptions {
        own: own_defaults(env)?.clone(),
        ..SessionOptions::default()
    };
    Settings::new(&options, Selection::Profile(name), env, files)
}

/// Devices that were found before, by their users. Thousands of profiles can have one user.
struct Devices<'c> {
    cache: Option<&'c Cache>,
    known: HashMap<String, Option<Sourced<String>>>,
}

impl Devices<'_> {
    /// Puts in the device, if it was found before.
    fn find(&mut self, mut settings: Settings) -> Settings {
        let Some(cache) = self.cache else {
            return settings;
        };
        let id = device_id(&settings);
        let known = self.known.entry(id).or_insert_with(|| {
            let mut settings = settings.clone();
            // One that cannot be read is not known.
            find_known_device(&mut settings, cache).ok();
            match settings.mfa_of_key() {
                Mfa::Device(serial) if serial.origin == Origin::Discovered => Some(serial.clone()),
                _ => None,
            }
        });
        if let Some(serial) = known
            && *settings.mfa_of_key() == Mfa::Unknown
        {
            settings.set_device(serial.clone());
        }
        settings
    }
}

fn not_counted(files: &Profiles) -> impl Iterator<Item = Listed> {
    files
        .not_counted()
        .into_iter()
        .map(|(name, place, instead)| Listed {
            name: name.to_owned(),
            what: Err(Broken {
                error: Error::new(
                    format!("profile {name} cannot be used"),
                    format!("its section does not count ({place})"),
                    format!("write {instead}"),
                ),
                place,
            }),
        })
}
