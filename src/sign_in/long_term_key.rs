//! The long-term key of a profile, where nothing else will do.

use crate::edge::aws::program_keys::Given;
use crate::edge::output::Ui;
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::sign_in::programs::ask_program;

/// Makes sure that the settings have a long-term key. A program may give one. `why` says what temporary
/// keys cannot do, `command` is the line to name another profile in.
///
/// # Errors
/// The keys are temporary, or the program gives none.
pub(crate) fn require_key(
    settings: &mut Settings,
    env: &Environment,
    ui: Ui,
    (why, command): (&str, &str),
) -> Result<()> {
    if let Some(program) = settings.program().cloned()
        && let Given::LongTerm(key) = ask_program(&program, settings, env, ui)?
    {
        let key = Some(key);
        settings.source = Source::KeyOfProgram { program, key };
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
