//! Names of profiles, with the account and how long the cached session lasts.

use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::profile_list::Usable;
use crate::model::settings::exports::without_exports;
use crate::model::time::in_words;
use crate::sign_in::all_profiles::ProfileLookup;

/// A value, and what it means; empty if that says nothing.
pub(super) type Value = (String, String);

/// More names than this are a list that no one reads: they come without what they mean, at once.
const READABLE: usize = 200;

/// The profiles whose names begin with what was typed.
pub(super) fn values(profiles: &Profiles, typed: &str, env: &Environment) -> Vec<Value> {
    let mut names = profiles.names();
    names.retain(|name| name.starts_with(typed));
    let env = without_exports(env);
    let mut look = (names.len() <= READABLE).then(|| ProfileLookup::new(&env, |_| ()));
    let mut meaning = |name: &str| match look.as_mut().map(|look| look.at(profiles, name)) {
        None => String::new(),
        Some(Ok(usable)) => in_words_of(&usable),
        Some(Err(_)) => "cannot be used".to_owned(),
    };
    let values = names
        .into_iter()
        .map(|name| (name.to_owned(), meaning(name)));
    values.collect()
}

/// `123456789012, 3h 59m left`, as far as it is known.
fn in_words_of(usable: &Usable) -> String {
    let left = usable
        .cached
        .map(|cached| format!("{} left", in_words(cached.left)));
    let parts: Vec<String> = usable.account.clone().into_iter().chain(left).collect();
    parts.join(", ")
}
