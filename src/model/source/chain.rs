//! From a profile to the way that leads to its session: which keys it begins with, and which roles
//! are assumed one after the other.

use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::profile::{LONGEST_CHAIN, Profile, Profiles};
use crate::model::source::key::profile_key;
use crate::model::source::role::Role;
use crate::model::source::{Base, base_of_profile, own_base, source_of_credentials};

/// The way to a session.
#[derive(Debug)]
pub struct Chain<'a> {
    /// What it begins with.
    pub base: Base,
    /// The roles, in the order in which they are assumed.
    pub roles: Vec<Role>,
    /// The profiles on it, the selected one first.
    pub profiles: Vec<Profile<'a>>,
}

impl<'a> Chain<'a> {
    /// Follows `source_profile` from the selected profile to the keys, by the AWS CLI's rules: keys
    /// beside a role in the selected profile are ignored, keys further on end the chain, and a
    /// profile that names itself means its own keys.
    ///
    /// # Errors
    /// A loop, a source that is not there, two sources or none, and values that make no sense.
    pub fn follow(
        selected: Profile<'a>,
        profiles: &'a Profiles,
        env: &Environment,
    ) -> Result<Self> {
        let mut chain = Self {
            base: Base::None,
            roles: Vec::new(),
            profiles: vec![selected],
        };
        loop {
            let step = chain.step(profiles, env);
            match step.map_err(|error| chain.with_notices(error))? {
                Step::To(profile) => chain.profiles.push(profile),
                Step::Base(base) => {
                    chain.base = base;
                    chain.roles.reverse();
                    return Ok(chain);
                }
            }
        }
    }

    /// Looks at the last profile so far.
    fn step(&mut self, profiles: &'a Profiles, env: &Environment) -> Result<Step<'a>> {
        let first = self.profiles.len() == 1;
        let profile = &self.profiles[self.profiles.len() - 1];
        // A web identity assumes its role by itself.
        let web_identity = profile.get("web_identity_token_file").is_some();
        let has_key = || profile_key(profile).map(|key| key.is_some());
        let role = match profile.sourced("role_arn") {
            Some(arn) if !web_identity && (first || !has_key()?) => Some(arn),
            _ => None,
        };
        let source = profile.sourced("source_profile");
        let elsewhere = profile.sourced("credential_source");
        let Some(arn) = role else {
            // A profile without a role or keys that borrows another one's, as aws-vault has it.
            return match (own_base(profile)?, source) {
                (Some(base), _) => Ok(Step::Base(base)),
                (None, Some(source)) => self.next(&source.value, profiles).map(Step::To),
                (None, None) => base_of_profile(profile).map(Step::Base),
            };
        };
        let role = Role::of_profile(profile, arn)?;
        let step = match (source, elsewhere) {
            (Some(source), None) if source.value == profile.name() => {
                Step::Base(base_of_profile(profile)?)
            }
            (Some(source), None) => Step::To(self.next(&source.value, profiles)?),
            (None, Some(elsewhere)) => Step::Base(source_of_credentials(&elsewhere, env, profile)?),
            (Some(source), Some(elsewhere)) => {
                return Err(profile.leads_nowhere(
                    format!(
                        "it has two sources for its role: {} and {}",
                        source.origin, elsewhere.origin
                    ),
                    "drop source_profile or credential_source",
                ));
            }
            // The profile's own keys assume its role, as aws-vault has it.
            (None, None) => match own_base(profile)? {
                Some(base) => Step::Base(base),
                None => {
                    return Err(profile.leads_nowhere(
                        format!(
                            "nothing says whose keys assume its role ({})",
                            role.arn.origin
                        ),
                        "add source_profile = NAME, the profile that has the keys",
                    ));
                }
            },
        };
        self.roles.push(role);
        Ok(step)
    }

    fn next(&self, source: &str, profiles: &'a Profiles) -> Result<Profile<'a>> {
        let from = &self.profiles[self.profiles.len() - 1];
        let place = from.place("source_profile").unwrap_or_default();
        if self.profiles.iter().any(|profile| profile.name() == source) {
            let names: Vec<&str> = self.profiles.iter().map(Profile::name).collect();
            return Err(self.profiles[0].leads_nowhere(
                format!(
                    "its sources go round in a circle: {}, {source} ({place})",
                    names.join(", ")
                ),
                "let source_profile of the last one name a profile with keys",
            ));
        }
        if self.profiles.len() == LONGEST_CHAIN {
            return Err(profiles.too_many(self.profiles[0].name(), "source_profile"));
        }
        profiles.require(source, &place)
    }

    /// What is not used in these profiles may be why nothing leads on.
    fn with_notices(&self, error: Error) -> Error {
        let notices = self.profiles.iter().flat_map(Profile::notices);
        notices.fold(error, |error, notice| error.and(&notice))
    }
}

enum Step<'a> {
    To(Profile<'a>),
    Base(Base),
}
