//! What one invocation is about: options, environment and profile made into one value in which
//! every setting knows where it came from.

pub(crate) mod durations;
pub(crate) mod endpoint;
pub(crate) mod exports;
pub(crate) mod guards;
mod key;
pub(crate) mod mfa;
mod passed;
pub(crate) mod regions;
pub(crate) mod selection;
mod session_options;
pub(crate) mod url;

use crate::error::{Error, Kind, Result};
use crate::model::arn::Arn;
use crate::model::config::{Profile, Profiles};
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced, env_setting};
use crate::model::own_defaults::OwnDefaults;
use crate::model::settings::durations::Durations;
use crate::model::settings::endpoint::Endpoints;
use crate::model::settings::exports::{exports, not_passed};
use crate::model::settings::guards::Guards;
use crate::model::settings::mfa::Mfa;
use crate::model::settings::selection::{Selection, unused_keys};
pub(crate) use crate::model::settings::session_options::DEFAULT_MIN_TTL;
pub use crate::model::settings::session_options::SessionOptions;
use crate::model::settings::session_options::{add_role, min_ttl, name_session};
use crate::model::source::Source;
use crate::model::source::caller::Caller;
use crate::model::source::chain::Chain;
use crate::model::source::elsewhere::source_elsewhere;
use crate::model::source::key::beside_stored_key;
use crate::model::source::role::{Role, SessionName, as_session_name};
use crate::model::time::Span;

/// Everything that decides on the session of one invocation.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The chosen profile's name; `environment` where the key is there.
    pub profile: Sourced<String>,
    /// The names of the profiles on the way to the keys, the chosen one first; none for a key of
    /// the environment.
    pub chain: Vec<String>,
    /// Whose keys it begins with.
    pub source: Source,
    /// The roles on it, in the order in which they are assumed.
    pub roles: Vec<Role>,
    /// What a long-term key needs. See [`Self::mfa`].
    mfa_of_key: Mfa,
    /// A program that gives codes.
    pub mfa_process: Option<Sourced<String>>,
    /// How long the session of the command shall last.
    pub duration: Sourced<Span>,
    /// How long the MFA session below roles shall last.
    pub mfa_duration: Sourced<Span>,
    /// What a session must have left.
    pub min_ttl: Sourced<Span>,
    /// How to reach STS and IAM.
    pub endpoints: Endpoints,
    /// What the command's environment takes over from the profile: name and value.
    pub exports: Vec<(String, String)>,
    /// Settings of the profile that no variable can carry to the command.
    pub not_passed: Vec<Sourced<String>>,
    /// What has to be true before a command starts.
    pub guards: Guards,
    /// Whose the keys are, for the names of role sessions.
    pub caller: Caller,
    /// The name that the user has on this machine.
    login_name: Option<String>,
    /// What is there and not used, although someone may have meant it to be.
    pub notices: Vec<String>,
    /// The user's own defaults.
    pub own: OwnDefaults,
}

impl Settings {
    /// Makes one value of everything that was said about the chosen profile.
    ///
    /// # Errors
    /// An unknown profile, one that leads to no keys, and every value out of its range: all before
    /// anyone is asked for a code.
    pub fn new(
        session_options: &SessionOptions,
        chosen: Selection,
        env: &Environment,
        profiles: &Profiles,
    ) -> Result<Self> {
        let (name, chain) = match chosen {
            Selection::Profile(name) => {
                let selected = profiles.require(&name.value, &name.origin.to_string())?;
                (name, Chain::follow(selected, profiles, env)?)
            }
            Selection::Environment => from_environment(env, profiles)?,
        };
        let selected = &chain.profiles[0];
        let (mut roles, mut source) = (chain.roles, chain.source);
        add_role(&mut roles, session_options)?;
        name_session(&mut roles, &mut source, session_options, env)?;
        let durations = Durations::new(
            session_options.duration.as_ref(),
            &chain.profiles,
            &mut roles,
            session_options.role_arn.is_some(),
            session_options.own.duration.as_ref(),
        )?;
        if let (Source::Provider(provider), Some(span), []) =
            (&source, &session_options.duration, &roles[..])
            // A program may give a key to get a session with.
            && provider.command().is_none()
        {
            return Err(duration_of_others(provider.name(), span));
        }
        let endpoints = Endpoints::new(session_options.region.as_deref(), env, &chain.profiles)?;
        let from_chain = |key: &str| chain.profiles.iter().find_map(|p| p.sourced(key));
        let is_profile = name.value != FROM_ENVIRONMENT || name.origin != KEY_VARIABLE;
        let names = chain.profiles.iter().map(|p| p.name().to_owned());
        Ok(Self {
            mfa_of_key: Mfa::find(
                session_options.without_mfa,
                session_options.mfa_serial.as_deref(),
                env,
                chain.profiles.iter().find_map(Profile::mfa_serial),
                &name.value,
            )?,
            mfa_process: env_setting("MFAEXEC_MFA_PROCESS", env)
                .or_else(|| from_chain("mfa_process")),
            duration: durations.own,
            mfa_duration: durations.mfa,
            min_ttl: min_ttl(session_options, selected)?,
            endpoints,
            exports: exports(env, selected)?,
            not_passed: not_passed(selected),
            guards: Guards::of_profile(selected)?,
            caller: Caller::Unknown,
            login_name: env.text("LOGNAME").or_else(|| env.text("USER")),
            notices: notices(&name, env, &chain.profiles),
            chain: names.filter(|_| is_profile).collect(),
            profile: name,
            source,
            roles,
            own: session_options.own.clone(),
        })
    }

    /// The MFA device that has a part in this sign-in. Temporary keys need none, whatever the
    /// profile names.
    pub fn mfa(&self) -> &Mfa {
        match self.source {
            Source::Provider(_) => &Mfa::NotUsed,
            Source::Key(_) | Source::KeyOfProgram { .. } => &self.mfa_of_key,
        }
    }

    /// The device that would have a part in it if the source gave a long-term key.
    pub fn mfa_of_key(&self) -> &Mfa {
        &self.mfa_of_key
    }

    /// The serial of the device that has a part in it, if it is known.
    pub fn device(&self) -> Option<&str> {
        self.mfa().serial()
    }

    /// Puts in the device that was found.
    pub fn set_device(&mut self, serial: Sourced<String>) {
        self.mfa_of_key = Mfa::Device(serial);
    }

    /// Refuses a duration for temporary keys that a program has given.
    ///
    /// # Errors
    /// One was asked for.
    pub fn check_duration_of_program(&self) -> Result<()> {
        let Sourced { value, origin } = &self.duration;
        match origin {
            Origin::Option("--duration") if self.roles.is_empty() => {
                Err(duration_of_others("credential_process", value))
            }
            _ => Ok(()),
        }
    }

    /// An ARN in the partition that this is about: the device's, else the role's.
    pub fn partition_arn(&self) -> Option<&str> {
        let role = self.roles.first().map(|role| role.arn.value.as_str());
        let device = self.device();
        device.filter(|serial| serial.starts_with("arn:")).or(role)
    }

    /// The name of a role's session: the one that someone has set, else the user's.
    pub fn session_name(&self, role: &Role) -> SessionName {
        match &role.session_name {
            Some(name) => SessionName::Named(name.value.clone()),
            None if self.source.may_be_of_user() => SessionName::OfCaller,
            None => SessionName::Named(self.name_of(&SessionName::OfCaller)),
        }
    }

    /// The text of a name, with what replaces a user who is not known: the name of the device or
    /// of the login.
    pub fn name_of(&self, session_name: &SessionName) -> String {
        let device = || self.device().and_then(Arn::parse)?.name("mfa");
        as_session_name(match (session_name, &self.caller) {
            (SessionName::Named(name), _) => return name.clone(),
            (SessionName::OfCaller, Caller::User(name)) => name,
            (SessionName::OfCaller, Caller::Unknown | Caller::Nameless) => {
                let here = device().or(self.login_name.as_deref());
                here.unwrap_or("mfaexec")
            }
        })
    }
}

/// What is not used: keys where no one chose a profile, and slips.
fn notices(name: &Sourced<String>, env: &Environment, chain: &[Profile<'_>]) -> Vec<String> {
    let keys = (name.origin == Origin::Default)
        .then(|| unused_keys(env))
        .flatten();
    let keys = keys.map(|keys| {
        let name = &name.value;
        format!("{keys} is not used, profile {name} is: -p {name} says so without this notice")
    });
    let slips = chain.iter().flat_map(Profile::notices);
    let two_keys = chain.iter().filter_map(beside_stored_key);
    keys.into_iter().chain(slips).chain(two_keys).collect()
}

/// What is said to a user who asks for keys to last that someone else gives.
fn duration_of_others(provider: &str, span: &Span) -> Error {
    Error::of(
        Kind::Usage,
        format!("--duration {span} is not possible"),
        format!("how long keys last is up to {provider}"),
        "leave it out, or use --min-ttl to have so much left",
    )
}

/// What a run is called that has its key from the environment.
const FROM_ENVIRONMENT: &str = "environment";
const KEY_VARIABLE: Origin = Origin::Variable("AWS_ACCESS_KEY_ID");

/// A chain of the environment's key alone. Settings other than keys are the default profile's, as
/// in the SDKs.
fn from_environment<'a>(
    env: &Environment,
    profiles: &'a Profiles,
) -> Result<(Sourced<String>, Chain<'a>)> {
    let default = profiles.get("default")?;
    let default = default.unwrap_or_else(|| profiles.empty("default"));
    let source = Sourced::new("Environment".to_owned(), KEY_VARIABLE);
    let chain = Chain {
        source: source_elsewhere(&source, env, &default)?,
        roles: Vec::new(),
        profiles: vec![default],
    };
    Ok((
        Sourced::new(FROM_ENVIRONMENT.to_owned(), KEY_VARIABLE),
        chain,
    ))
}
