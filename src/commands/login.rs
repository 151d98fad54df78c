//! `mfaexec login`: get and keep a session, say until when it lasts.

use crate::edge::clock::now;
use crate::edge::output::{Ui, local_time, print};
use crate::error::{Error, Kind, Result};
use crate::escape::printable;
use crate::model::environment::Environment;
use crate::model::settings::exports::without_exports;
use crate::model::source::Source;
use crate::model::time::{Timestamp, in_words};
use crate::options::{CacheMode, SignIn};
use crate::sign_in::request::For;
use crate::sign_in::worth_keeping::for_nothing;
use crate::sign_in::{enclosing_shell, obtain};

/// Makes sure that a session is cached.
pub(crate) fn login(env: &Environment, sign_in: &SignIn, ui: Ui) -> Result<()> {
    if sign_in.cache == Some(CacheMode::None) {
        return Err(Error::of(
            Kind::Usage,
            "login has no use with --cache none",
            "the session would not be kept",
            format!("run the command itself: {}", sign_in.run_command()),
        ));
    }
    let fresh = sign_in.fresh || enclosing_shell::renews(env, sign_in)?;
    let sign_in = SignIn {
        fresh,
        ..sign_in.clone()
    };
    let obtained = obtain(&without_exports(env), &sign_in, ui, For::Later)?;
    // A session that the next run does not find is no sign-in.
    if let Some(error) = obtained.not_kept {
        return Err(error);
    }
    if let Source::Provider(provider) = &obtained.settings.source
        && obtained.settings.roles.is_empty()
        && (!provider.is_worth_keeping() || obtained.session.expires_at == Timestamp::NEVER)
    {
        return Err(for_nothing(&obtained.settings, provider));
    }
    let (session, now) = (&obtained.session, now());
    print(&format!(
        "{}: signed in until {} ({} left)\n",
        printable(&obtained.settings.profile.value),
        local_time(session.expires_at, now),
        in_words(session.left(now)),
    ))
}
