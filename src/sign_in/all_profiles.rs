//! Looks at every profile of the files, and at the cache: no call is made, and no program is run.

use std::collections::HashMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

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
use crate::model::source::caller::Caller;
use crate::sign_in::cached::{
    caller_id, device_id, find_known_caller, find_known_device, needs_caller, open_cache,
};

/// As many profiles are looked at in less time than a thread is worth.
const FEW: usize = 200;

/// All profiles, sorted by name; also those that a run would refuse, and sections that do not count
/// although they were probably meant to be profiles. `env` is the caller's environment without exports.
/// What is wrong in one profile, or with the cache, hides no other one.
pub(crate) fn all_profiles(env: &Environment, files: &Profiles, ui: Ui) -> Vec<Listed> {
    let look = ProfileLookup::new(env, |error| ui.notice(&error.summary()));
    let mut listed = in_parts(&files.names(), |names| look.clone().list(files, names));
    listed.extend(not_counted(files));
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    listed.dedup_by(|a, b| a.name == b.name);
    listed
}

/// What `list` makes of all names. Thousands are shared among the processors.
fn in_parts(names: &[&str], list: impl Fn(&[&str]) -> Vec<Listed> + Sync) -> Vec<Listed> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let part = names.len().div_ceil(processors).max(FEW);
    if names.len() <= part {
        return list(names);
    }
    thread::scope(|scope| {
        let list = &list;
        let parts = names.chunks(part).map(|names| scope.spawn(|| list(names)));
        let parts: Vec<_> = parts.collect();
        let parts = parts.into_iter().map(|part| match part.join() {
            Ok(listed) => listed,
            Err(panic) => resume_unwind(panic),
        });
        parts.flatten().collect()
    })
}

/// The profiles of both files, for those who look at all of them.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn read_all(env: &Environment) -> Result<Profiles> {
    Ok(Profiles::parse(config_files::read(env)?)?.indexed())
}

/// What profiles are looked up in: the environment, the cache, and what was found before.
#[derive(Clone)]
pub(crate) struct ProfileLookup<'e> {
    env: &'e Environment,
    cache: Option<Arc<Cache>>,
    /// Those that have not ended and that a run would use, by what identifies them.
    sessions: Arc<HashMap<String, Session>>,
    /// Devices by their users, and users by their keys: thousands of profiles can have one.
    devices: HashMap<String, Option<Sourced<String>>>,
    callers: HashMap<String, Caller>,
}

impl<'e> ProfileLookup<'e> {
    /// Reads the cache. Profiles can be looked at without; `tell` is told what is wrong with it.
    pub(crate) fn new(env: &'e Environment, tell: impl Fn(&Error)) -> Self {
        let read = || {
            let cache = open_cache(env, None)?;
            let found = cache.sessions()?;
            Ok((cache, found))
        };
        let (cache, found) = match read() {
            Ok((cache, found)) => (Some(Arc::new(cache)), found),
            Err(error) => {
                tell(&error);
                (None, Found::default())
            }
        };
        found.unusable.iter().for_each(tell);
        let sessions = found.sessions.into_iter();
        let sessions = sessions.filter(|kept| !kept.for_plain_only && kept.session.left(now()) > 0);
        let sessions = sessions.map(|kept| (kept.id().to_owned(), kept.session));
        Self {
            env,
            cache,
            sessions: Arc::new(sessions.collect()),
            devices: HashMap::new(),
            callers: HashMap::new(),
        }
    }

    fn list(mut self, files: &Profiles, names: &[&str]) -> Vec<Listed> {
        let listed = names.iter().map(|name| Listed {
            name: (*name).to_owned(),
            what: self.at(files, name).map_err(|error| Broken {
                error,
                place: files.place(name).unwrap_or_default(),
            }),
        });
        listed.collect()
    }

    /// What a run with the profile would begin with.
    ///
    /// # Errors
    /// A run would refuse it.
    pub(crate) fn at(&mut self, files: &Profiles, name: &str) -> Result<Usable> {
        let name = Sourced::new(name.to_owned(), Origin::Option("--profile"));
        let options = SessionOptions {
            own: own_defaults(self.env)?.clone(),
            ..SessionOptions::default()
        };
        let mut settings = Settings::new(&options, Selection::Profile(name), self.env, files)?;
        self.find_device(&mut settings);
        self.find_caller(&mut settings);
        Ok(Usable::of(&settings, now(), |id| self.sessions.get(id)))
    }

    /// Puts in the device, if it was found before. What cannot be read is not known.
    fn find_device(&mut self, settings: &mut Settings) {
        let Some(cache) = self
            .cache
            .as_deref()
            .filter(|_| *settings.mfa_of_key() == Mfa::Unknown)
        else {
            return;
        };
        let known = self.devices.entry(device_id(settings)).or_insert_with(|| {
            let mut settings = settings.clone();
            find_known_device(&mut settings, cache).ok();
            match settings.mfa_of_key() {
                Mfa::Device(serial) => Some(serial.clone()),
                _ => None,
            }
        });
        if let Some(serial) = known {
            settings.set_device(serial.clone());
        }
    }

    /// The same for whose the keys are.
    fn find_caller(&mut self, settings: &mut Settings) {
        let Some(cache) = self.cache.as_deref().filter(|_| needs_caller(settings)) else {
            return;
        };
        let known = self.callers.entry(caller_id(settings)).or_insert_with(|| {
            let mut settings = settings.clone();
            find_known_caller(&mut settings, cache).ok();
            settings.caller
        });
        settings.caller = known.clone();
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
