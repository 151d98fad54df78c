//! Names of profiles, with the account and how long the cached session lasts.

use std::collections::HashMap;

use crate::edge::clock::now;
use crate::edge::store::cache::Cache;
use crate::model::arn::account_of_arn;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::plan::step::steps;
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::model::source::Source;
use crate::model::source::provider::ProviderKind;
use crate::model::time::in_words;
use crate::options::SignIn;
use crate::sign_in::cached::{find_known_caller, find_known_device, open_cache};
use crate::sign_in::request::settings_from;

/// A value, and what it means; empty if that says nothing.
pub(super) type Value = (String, String);

/// More names than this are a list that no one reads: they come without what they mean, at once.
const READABLE: usize = 200;

/// The profiles whose names begin with what was typed.
pub(super) fn values(profiles: &Profiles, typed: &str, env: &Environment) -> Vec<Value> {
    let mut names = profiles.names();
    names.retain(|name| name.starts_with(typed));
    let look = (names.len() <= READABLE).then(|| Look::new(profiles, env));
    let meaning = |name: &str| look.as_ref().map_or_else(String::new, |look| look.at(name));
    names
        .into_iter()
        .map(|name| (name.to_owned(), meaning(name)))
        .collect()
}

/// What profiles and sessions are looked up in.
struct Look<'a> {
    profiles: &'a Profiles,
    env: Environment,
    cache: Option<Cache>,
    /// Those that have not ended, by what identifies them.
    sessions: HashMap<String, Session>,
}

impl<'a> Look<'a> {
    fn new(profiles: &'a Profiles, env: &Environment) -> Self {
        let env = without_exports(env);
        let cache = open_cache(&env, None).ok();
        let found = cache.as_ref().and_then(|cache| cache.sessions().ok());
        let sessions = found.unwrap_or_default().sessions.into_iter();
        let sessions = sessions.filter(|kept| !kept.for_plain_only && kept.session.left(now()) > 0);
        let sessions = sessions
            .map(|kept| (kept.id().to_owned(), kept.session))
            .collect();
        Self {
            profiles,
            env,
            cache,
            sessions,
        }
    }

    /// `123456789012, 3h 59m left`, as far as it is known.
    fn at(&self, name: &str) -> String {
        let sign_in = SignIn {
            profile: Some(name.to_owned()),
            ..SignIn::default()
        };
        let Ok(mut settings) = settings_from(self.profiles, &self.env, &sign_in) else {
            return "cannot be used".to_owned();
        };
        if let Some(cache) = self.cache.as_ref().filter(|_| !self.sessions.is_empty()) {
            // What cannot be read is not known.
            find_known_device(&mut settings, cache).ok();
            find_known_caller(&mut settings, cache).ok();
        }
        let session = self.session(&settings);
        let account = session.and_then(|session| session.account.clone());
        let account = account.or_else(|| account_of(&settings));
        let left = session.map(|session| format!("{} left", in_words(session.left(now()))));
        let parts: Vec<String> = account.into_iter().chain(left).collect();
        parts.join(", ")
    }

    /// The one that a run with the profile would reuse.
    fn session(&self, settings: &Settings) -> Option<&Session> {
        let with_key = settings.with_key_of_program();
        let mut all = [Some(settings), with_key.as_ref()].into_iter().flatten();
        all.find_map(|settings| {
            let id = steps(settings).pop()?.id?;
            self.sessions.get(&id)
        })
    }
}

/// The account of a profile, as far as its settings tell: that of its last role comes first.
fn account_of(settings: &Settings) -> Option<String> {
    if let Some(role) = settings.roles.last() {
        return account_of_arn(&role.arn.value).map(str::to_owned);
    }
    match &settings.source {
        Source::Provider(provider) => match &provider.kind {
            ProviderKind::Sso(sso) => Some(sso.account_id.clone()),
            ProviderKind::WebIdentity { role_arn, .. } => {
                account_of_arn(role_arn).map(str::to_owned)
            }
            ProviderKind::Login { session } => account_of_arn(session).map(str::to_owned),
            _ => None,
        },
        Source::Key(_) | Source::KeyOfProgram { .. } => {
            account_of_arn(settings.device()?).map(str::to_owned)
        }
    }
}
