//! The sessions of one profile, among those that are cached. Profiles share sessions, no matter which got them.

use crate::edge::config_files;
use crate::edge::store::cache::Cache;
use crate::edge::store::inventory::Kept;
use crate::error::Result;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::plan::step::steps;
use crate::model::session::Session;
use crate::model::source::Source;
use crate::model::source::chain::Chain;
use crate::options::SignIn;
use crate::sign_in::cached::find_known_device;
use crate::sign_in::request::read_settings;

/// What tells the sessions on a profile's way from the key to the last role.
pub(crate) struct OfProfile<'a> {
    name: &'a str,
    profiles: Profiles,
    key: Option<String>,
    serial: Option<String>,
    roles: Vec<String>,
    /// What identifies the sessions that a run with this profile uses, the command's last: two
    /// profiles with one role may differ in the rest, such as the name of the session.
    ids: Vec<String>,
    /// The profile that the chain ends at, which has the source.
    source: Option<String>,
}

impl<'a> OfProfile<'a> {
    pub(crate) fn new(env: &Environment, name: &'a str, cache: &Cache) -> Result<Self> {
        let profiles = Profiles::parse(config_files::read(env)?)?;
        let (mut key, mut serial, mut roles, mut source) = (None, None, Vec::new(), None);
        // One that leads nowhere has no sessions but those that bear its name.
        if let Some(profile) = profiles.get(name)?
            && let Ok(chain) = Chain::follow(profile, &profiles, env)
        {
            let mut serials = chain.profiles.iter().filter_map(|p| p.mfa_serial());
            serial = serials.next().map(|serial| serial.value);
            source = chain
                .profiles
                .last()
                .map(|profile| profile.name().to_owned());
            roles = chain.roles.into_iter().map(|role| role.arn.value).collect();
            if let Source::Key(own) = chain.source {
                key = Some(own.access_key_id);
            }
        }
        Ok(Self {
            name,
            profiles,
            key,
            serial,
            roles,
            ids: ids(env, name, cache).unwrap_or_default(),
            source,
        })
    }

    /// Whether it was got for the profile, or is one of those that it shares with others.
    pub(crate) fn uses(&self, kept: &Kept) -> bool {
        let session = &kept.session;
        let on_the_way = match &session.role_arn {
            Some(_) => self.ids.iter().any(|id| id == kept.id()),
            None => self.serial.is_none() || self.serial == session.serial,
        };
        self.is_of_key(session) && on_the_way || session.profile == self.name
    }

    /// Whether it is the profile's alone: that of its last role, and of roles that were assumed after it.
    /// What comes before belongs to the profile with the key, and opens other roles.
    pub(crate) fn owns(&self, kept: &Kept) -> bool {
        let session = &kept.session;
        let Some(last) = self.roles.last().filter(|_| self.shares_source().is_some()) else {
            return self.uses(kept);
        };
        let Some(role) = &session.role_arn else {
            return session.profile == self.name;
        };
        let is_before = role != last && self.roles.contains(role);
        let is_mine = session.profile == self.name;
        let is_its_own = self.ids.last().is_some_and(|id| id == kept.id());
        is_its_own || is_mine && !is_before
    }

    /// Whether it was obtained with the same long-term key.
    pub(crate) fn is_of_key(&self, session: &Session) -> bool {
        self.key.is_some() && self.key == session.source_key_id
    }

    /// The other profile that has the source of this one's roles.
    pub(crate) fn shares_source(&self) -> Option<&str> {
        let source = self.source.as_deref().filter(|_| !self.roles.is_empty());
        source.filter(|source| *source != self.name)
    }

    /// A profile that neither exists nor has sessions is a slip.
    pub(crate) fn check(&self, found: &[Session]) -> Result<()> {
        if found.is_empty() {
            self.profiles.require(self.name, "--profile")?;
        }
        Ok(())
    }
}

/// What identifies the sessions of a run with this profile and no options, as far as it can be told
/// without a call.
fn ids(env: &Environment, name: &str, cache: &Cache) -> Result<Vec<String>> {
    let sign_in = SignIn {
        profile: Some(name.to_owned()),
        ..SignIn::default()
    };
    let mut settings = read_settings(env, &sign_in)?;
    find_known_device(&mut settings, cache)?;
    let with_key = settings.with_key_of_program();
    let steps = [Some(&settings), with_key.as_ref()].map(|settings| settings.map(steps));
    let steps = steps.into_iter().flatten().flatten();
    Ok(steps.filter_map(|step| step.id).collect())
}
