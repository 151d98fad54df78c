//! From a profile to the way that leads to its session: which keys it begins with, and which roles
//! are assumed one after the other.

use crate::error::{Error, Result};
use crate::model::config::{LONGEST_CHAIN, Profile, Profiles};
use crate::model::environment::Environment;
use crate::model::source::elsewhere::source_elsewhere;
use crate::model::source::key::profile_key;
use crate::model::source::role::Role;
use crate::model::source::{Source, own_source, source_of_profile};

/// From the selected profile to the keys.
#[derive(Debug)]
pub(crate) struct Chain<'a> {
    /// Whose keys it begins with.
    pub source: Source,
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
    pub(crate) fn follow(
        selected: Profile<'a>,
        profiles: &'a Profiles,
        env: &Environment,
    ) -> Result<Self> {
        let mut walk = Walk {
            roles: Vec::new(),
            profiles: vec![selected],
        };
        loop {
            let next = walk.next(profiles, env);
            match next.map_err(|error| walk.with_notices(error))? {
                Next::Profile(profile) => walk.profiles.push(profile),
                Next::Source(source) => {
                    walk.roles.reverse();
                    return Ok(Self {
                        source,
                        roles: walk.roles,
                        profiles: walk.profiles,
                    });
                }
            }
        }
    }
}

/// A chain that is being followed. Its roles are in the order in which they were found.
struct Walk<'a> {
    roles: Vec<Role>,
    profiles: Vec<Profile<'a>>,
}

enum Next<'a> {
    Profile(Profile<'a>),
    Source(Source),
}

impl<'a> Walk<'a> {
    /// Looks at the last profile so far.
    fn next(&mut self, profiles: &'a Profiles, env: &Environment) -> Result<Next<'a>> {
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
        let Some(arn) = role else {
            // A profile without a role or keys that borrows another one's, as in aws-vault.
            return match (own_source(profile)?, source) {
                (Some(own), _) => Ok(Next::Source(own)),
                (None, Some(source)) => self.profile(&source.value, profiles).map(Next::Profile),
                (None, None) => source_of_profile(profile).map(Next::Source),
            };
        };
        let role = Role::of_profile(profile, arn)?;
        let next = self.source_of_role(&role, profiles, env)?;
        self.roles.push(role);
        Ok(next)
    }

    /// Whose keys assume the role of the last profile.
    fn source_of_role(
        &self,
        role: &Role,
        profiles: &'a Profiles,
        env: &Environment,
    ) -> Result<Next<'a>> {
        let profile = &self.profiles[self.profiles.len() - 1];
        let source = profile.sourced("source_profile");
        let elsewhere = profile.sourced("credential_source");
        match (source, elsewhere) {
            (Some(source), None) if source.value == profile.name() => {
                source_of_profile(profile).map(Next::Source)
            }
            (Some(source), None) => self.profile(&source.value, profiles).map(Next::Profile),
            (None, Some(elsewhere)) => source_elsewhere(&elsewhere, env, profile).map(Next::Source),
            (Some(source), Some(elsewhere)) => Err(profile.leads_nowhere(
                format!(
                    "it has two sources for its role: {} and {}",
                    source.origin, elsewhere.origin
                ),
                "drop source_profile or credential_source",
            )),
            // The profile's own keys assume its role, as in aws-vault.
            (None, None) => own_source(profile)?.map(Next::Source).ok_or_else(|| {
                profile.leads_nowhere(
                    format!(
                        "nothing says whose keys assume its role ({})",
                        role.arn.origin
                    ),
                    "add source_profile = NAME, the profile that has the keys",
                )
            }),
        }
    }

    /// The profile that `source_profile` of the last one names.
    fn profile(&self, source: &str, profiles: &'a Profiles) -> Result<Profile<'a>> {
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
            return Err(self.profiles[0].too_many("source_profile"));
        }
        let found = profiles.get(source)?;
        found.ok_or_else(|| profiles.no_such_source(source, "source_profile", &place))
    }

    /// What is not used in these profiles may be why nothing leads on.
    fn with_notices(&self, error: Error) -> Error {
        let notices = self.profiles.iter().flat_map(Profile::notices);
        notices.fold(error, |error, notice| error.and(&notice))
    }
}
