//! `mfaexec prompt`: the sign of the session that is in this environment, for anything that shows it.

use crate::edge::clock::now;
use crate::edge::output::{colours_in_prompt, print};
use crate::edge::process::exec;
use crate::error::Result;
use crate::model::child::prompt_segment::{Left, sign};
use crate::model::child::shell_context::ShellContext;
use crate::model::environment::Environment;
use crate::model::session::Session;
use crate::model::time::Timestamp;
use crate::model::vars::{SOURCE_KEY, is_rival};
use crate::options::PromptChoice;
use crate::sign_in::cached::open_cache;

/// Without a session in the environment it prints nothing: the sign of no session is no sign. Nor does it
/// for the very shell that shows one by itself.
pub(crate) fn prompt(env: &Environment, choice: PromptChoice) -> Result<()> {
    let within = ShellContext::of(env);
    let (parent, _) = exec::parent_and_self();
    if within
        .as_ref()
        .is_some_and(|within| within.has_sign && within.shell == parent)
    {
        return Ok(());
    }
    let name = env.text("MFAEXEC_PROFILE").or_else(|| env.text(SOURCE_KEY));
    let has_keys = within.is_some() || env.text("AWS_ACCESS_KEY_ID").is_some();
    let Some(name) = name.filter(|_| has_keys) else {
        return Ok(());
    };
    let is_overridden = match &within {
        Some(within) => within.overridden_by(env).is_some(),
        None => env.find_name(is_rival).is_some(),
    };
    let left = match is_overridden {
        true => Left::Overridden,
        false => {
            let session = within.as_ref().and_then(|within| kept(env, within));
            left(env, session.as_ref())
        }
    };
    print(&sign(choice.reader(), &name, left, colours_in_prompt()))
}

/// The session that a shell of mfaexec's should have by now, if it is in the cache.
pub(super) fn kept(env: &Environment, within: &ShellContext) -> Option<Session> {
    let cache = open_cache(env, None).ok()?;
    cache.session(&within.session).ok().flatten()
}

/// What is left of the session in the environment. `session` is the cached one, which knows how far this
/// machine's clock is from AWS's.
pub(super) fn left(env: &Environment, session: Option<&Session>) -> Left {
    let key = env.text("AWS_ACCESS_KEY_ID");
    let own = session.filter(|session| {
        key.as_deref() == Some(&session.access_key_id) && session.expires_at != Timestamp::NEVER
    });
    let end = || {
        let end = env.text("AWS_CREDENTIAL_EXPIRATION")?;
        Some(now().until(Timestamp::parse(&end)?))
    };
    let left = own.map(|session| session.left(now())).or_else(end);
    left.map_or(Left::Unknown, Left::of)
}
