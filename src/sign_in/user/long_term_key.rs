//! The long-term key of a profile, where nothing else will do.

use crate::edge::aws::providers::program_keys::Given;
use crate::edge::output::Ui;
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::options::SignIn;
use crate::sign_in::cached::open_cache;
use crate::sign_in::key_store::stored_key::read_stored_key;
use crate::sign_in::signing_in::programs::ask_program;

/// Makes sure that the settings have a long-term key that can sign. A program may give one, or the
/// store. `why` says what temporary keys cannot do, `command` is the line to name another profile in.
///
/// # Errors
/// The keys are temporary, the program gives none, or the store does not.
pub(crate) fn require_key(
    settings: &mut Settings,
    env: &Environment,
    sign_in: &SignIn,
    ui: Ui,
    (why, command): (&str, &str),
) -> Result<()> {
    if let Some(program) = settings.program().cloned()
        && let Given::LongTerm(key) = ask_program(&program, settings, env, ui)?
    {
        let key = Some(key);
        settings.source = Source::KeyOfProgram { program, key };
    }
    if settings.key_to_read().is_some() {
        let cache = open_cache(env, None)?;
        read_stored_key(settings, env, sign_in, &cache, ui)?;
    }
    if settings.key().is_some() {
        return Ok(());
    }
    Err(Error::new(
        format!(
            "the keys of profile {} are temporary",
            settings.profile.value
        ),
        why,
        format!("choose a profile that has the key of an IAM user in it: {command} -p NAME"),
    ))
}
